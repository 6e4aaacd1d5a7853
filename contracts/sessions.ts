import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

const tag = 'Sessions';

export const signInMethods = ['password', 'passkey', 'single_sign_on', 'invitation'] as const;
export type SignInMethod = (typeof signInMethods)[number];

export const ownSession = z.object({
  session_id: idOf('session'),
  /** The session this request was sent with. */
  current: z.boolean(),
  kind: z.enum(['browser', 'program']),
  method: z.enum(signInMethods),
  second_factor: z.boolean(),
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
  created_at: timestamp,
  last_seen_at: timestamp,
  expires_at: timestamp,
});
export type OwnSession = z.infer<typeof ownSession>;

export const sessionsApi = {
  list: endpoint({
    id: 'listSessions',
    method: 'GET',
    path: '/auth/sessions',
    tag,
    summary: 'Where you are signed in',
    permission: 'signed-in',
    query: listQuery,
    status: 200,
    response: listOf(ownSession),
  }),
  end: endpoint({
    id: 'endSession',
    method: 'DELETE',
    path: '/auth/sessions/:id',
    tag,
    summary: 'End one of your sessions, everywhere at once',
    permission: 'signed-in',
    params: z.object({ id: idOf('session') }),
    status: 204,
    errors: ['NOT_FOUND'],
  }),
  endOthers: endpoint({
    id: 'endOtherSessions',
    method: 'DELETE',
    path: '/auth/sessions',
    tag,
    summary: 'End every session of yours but this one',
    permission: 'signed-in',
    status: 204,
  }),
};
