import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { timestamp } from './fields.ts';
import { permissions, roles } from './permissions.ts';

export const user = z.object({
  user_id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  tenant_id: z.string(),
  must_change_password: z.boolean(),
});
export type User = z.infer<typeof user>;

export const session = z.object({ user, permissions: z.array(z.enum(permissions)), expires_at: timestamp });
export type Session = z.infer<typeof session>;

const password = z.string().min(12, 'expected at least 12 characters').max(256);

export const identityApi = {
  login: endpoint({
    id: 'login',
    method: 'POST',
    path: '/auth/login',
    tag: 'Identity',
    summary: 'Sign in',
    description: 'Sets an httpOnly cookie for the browser and answers a bearer token for other clients.',
    permission: 'public',
    body: z.strictObject({
      email: z.string().trim().toLowerCase().max(320),
      password: z.string().min(1).max(256),
    }),
    status: 200,
    response: session.extend({ token: z.string() }),
    errors: ['WRONG_CREDENTIALS', 'RATE_LIMITED'],
  }),
  logout: endpoint({
    id: 'logout',
    method: 'POST',
    path: '/auth/logout',
    tag: 'Identity',
    summary: 'Sign out; the session ends everywhere at once',
    permission: 'signed-in',
    status: 204,
  }),
  session: endpoint({
    id: 'getSession',
    method: 'GET',
    path: '/auth/session',
    tag: 'Identity',
    summary: 'Who you are and what you may do',
    permission: 'signed-in',
    status: 200,
    response: session,
  }),
  changePassword: endpoint({
    id: 'changePassword',
    method: 'POST',
    path: '/auth/change-password',
    tag: 'Identity',
    summary: 'Change your password; your other sessions end',
    permission: 'signed-in',
    body: z.strictObject({ current_password: z.string().min(1).max(256), new_password: password }),
    status: 204,
    errors: ['WRONG_CREDENTIALS', 'INVALID_INPUT'],
  }),
};
