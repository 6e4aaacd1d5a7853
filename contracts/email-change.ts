import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { timestamp } from './fields.ts';

const tag = 'Identity';
const token = z.string().min(20).max(200);

/** Whoever says what an account's address is, if not its person: it cannot be changed here. */
export const accountKeepers = ['directory', 'single_sign_on'] as const;

export const emailChangeState = z.object({
  email: z.string(),
  managed_by: z.enum(accountKeepers).nullable(),
  pending: z.object({ email: z.string(), expires_at: timestamp }).nullable(),
});
export type EmailChangeState = z.infer<typeof emailChangeState>;

export const emailChangeApi = {
  state: endpoint({
    id: 'getEmailChange',
    method: 'GET',
    path: '/auth/email-change',
    tag,
    summary: 'Your address, who keeps it, and the one that waits to be confirmed',
    permission: 'signed-in',
    status: 200,
    response: emailChangeState,
  }),
  request: endpoint({
    id: 'requestEmailChange',
    method: 'POST',
    path: '/auth/email-change',
    tag,
    summary: 'Ask for another e-mail address',
    description:
      'A link goes to the new address and a notice with a link that stops or undoes it to the present one. Nothing changes before the first is opened. Answers the same whether the address belongs to another account or not.',
    permission: 'signed-in',
    body: z.strictObject({ email: z.email().trim().toLowerCase().max(320) }),
    status: 200,
    response: emailChangeState,
    errors: ['REAUTHENTICATION_REQUIRED', 'CONFLICT', 'RATE_LIMITED'],
  }),
  withdraw: endpoint({
    id: 'withdrawEmailChange',
    method: 'DELETE',
    path: '/auth/email-change',
    tag,
    summary: 'Keep the present e-mail address',
    permission: 'signed-in',
    status: 204,
    errors: ['NOT_FOUND'],
  }),
  confirm: endpoint({
    id: 'confirmEmailChange',
    method: 'POST',
    path: '/auth/email-change/confirm',
    tag,
    summary: 'Put a new e-mail address in force with the token that was sent to it',
    permission: 'public',
    spendsToken: true,
    body: z.strictObject({ token }),
    status: 204,
    errors: ['TOKEN_INVALID', 'RATE_LIMITED'],
  }),
  undo: endpoint({
    id: 'undoEmailChange',
    method: 'POST',
    path: '/auth/email-change/undo',
    tag,
    summary: 'Stop or undo a change of address with the token that was sent to the former one',
    description: 'Where the change had taken effect, every session of the account ends.',
    permission: 'public',
    spendsToken: true,
    body: z.strictObject({ token }),
    status: 204,
    errors: ['TOKEN_INVALID', 'RATE_LIMITED'],
  }),
};
