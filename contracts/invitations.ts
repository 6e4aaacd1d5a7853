import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

const tag = 'Members';

export const invitation = z.object({
  invitation_id: idOf('challenge'),
  email: z.string(),
  role: z.string(),
  invited_by: z.string(),
  created_at: timestamp,
  expires_at: timestamp,
});
export type Invitation = z.infer<typeof invitation>;

export const invitationsApi = {
  list: endpoint({
    id: 'listInvitations',
    method: 'GET',
    path: '/access/invitations',
    tag,
    summary: 'Invitations nobody has accepted yet',
    permission: 'members:read',
    query: listQuery,
    status: 200,
    response: listOf(invitation),
  }),
  create: endpoint({
    id: 'invite',
    method: 'POST',
    path: '/access/invitations',
    tag,
    summary: 'Invite somebody by e-mail',
    description:
      'A second invitation of the same address takes the place of the first. Where no mail server is set, the mail waits in the outbox.',
    permission: 'members:write',
    body: z.strictObject({
      email: z.email().trim().toLowerCase().max(320),
      role: z.string().min(1).max(80),
    }),
    status: 201,
    response: invitation,
    errors: ['INVALID_INPUT', 'FORBIDDEN', 'CONFLICT'],
  }),
  revoke: endpoint({
    id: 'revokeInvitation',
    method: 'DELETE',
    path: '/access/invitations/:id',
    tag,
    summary: 'Take an invitation back',
    permission: 'members:write',
    params: z.object({ id: idOf('challenge') }),
    status: 204,
    errors: ['NOT_FOUND'],
  }),
};
