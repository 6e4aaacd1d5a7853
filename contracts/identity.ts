import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { timestamp } from './fields.ts';
import { permissions } from './permissions.ts';

/** Languages Stroma speaks, in its pages and in its mail. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

export const user = z.object({
  user_id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.string().describe('A built-in role, an alias of one, or the id of a custom role'),
  tenant_id: z.string(),
  language: z.enum(languages).nullable().describe('What mail is written in; null: none was chosen, English'),
  must_change_password: z.boolean(),
  /** A second factor is asked for and there is none yet: nothing else is open before it is set up. */
  must_set_up_second_factor: z.boolean(),
});
export type User = z.infer<typeof user>;

export const session = z.object({
  user,
  permissions: z.array(z.enum(permissions)),
  session_id: z.string(),
  /** A second factor was proven in this session. */
  second_factor: z.boolean(),
  expires_at: timestamp,
});
export type Session = z.infer<typeof session>;

export const secondFactorKinds = ['totp', 'sms', 'passkey'] as const;
export type SecondFactorKind = (typeof secondFactorKinds)[number];

/** The password is right and a second factor is asked for; the challenge goes to `mfa/verify` or `mfa/recovery`. */
export const secondFactorNeeded = z.object({
  status: z.literal('second_factor'),
  challenge: z.string(),
  methods: z.array(z.object({ method_id: z.string(), kind: z.enum(secondFactorKinds), name: z.string() })),
  expires_at: timestamp,
});
export type SecondFactorNeeded = z.infer<typeof secondFactorNeeded>;

/** Tokens are null where the client is a browser: there the cookie alone carries the session. */
export const signedIn = session.extend({
  status: z.literal('signed_in'),
  token: z.string().nullable(),
  token_expires_at: timestamp.nullable(),
  refresh_token: z.string().nullable(),
  refresh_expires_at: timestamp.nullable(),
});
export type SignedIn = z.infer<typeof signedIn>;

export const email = z.string().trim().toLowerCase().max(320);
const newPassword = z.string().min(1).max(256);
const token = z.string().min(20).max(200);

/** What the tokens are for: a program gets an access token and a refresh token, a browser a cookie alone. */
export const clientKind = z.enum(['program', 'browser']).default('program');

export const signUpModes = ['off', 'invite', 'open'] as const;

export const identityApi = {
  signInOptions: endpoint({
    id: 'getSignInOptions',
    method: 'GET',
    path: '/auth/options',
    tag: 'Identity',
    summary: 'How one may sign in here, and what a password must be',
    permission: 'public',
    status: 200,
    response: z.object({
      sign_up: z.enum(signUpModes),
      password_min_length: z.int(),
      sms: z.boolean(),
    }),
  }),
  login: endpoint({
    id: 'login',
    method: 'POST',
    path: '/auth/login',
    tag: 'Identity',
    summary: 'Sign in',
    description:
      'Sets an httpOnly cookie for the browser and answers an access token and a refresh token for programs. Where the account has a second factor, the answer is a challenge for `mfa/verify` instead.',
    permission: 'public',
    body: z.strictObject({ email, password: z.string().min(1).max(256), client: clientKind }),
    status: 200,
    response: z.discriminatedUnion('status', [signedIn, secondFactorNeeded]),
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
  refresh: endpoint({
    id: 'refreshToken',
    method: 'POST',
    path: '/auth/refresh',
    tag: 'Identity',
    summary: 'A new access token for a refresh token',
    description:
      'Each refresh token works once and is replaced by the one in the answer. One that is used a second time ends its whole session.',
    permission: 'public',
    body: z.strictObject({ refresh_token: token }),
    status: 200,
    response: z.object({
      token: z.string(),
      token_expires_at: timestamp,
      refresh_token: z.string(),
      refresh_expires_at: timestamp,
    }),
    errors: ['UNAUTHENTICATED', 'RATE_LIMITED'],
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
  reauthenticate: endpoint({
    id: 'reauthenticate',
    method: 'POST',
    path: '/auth/reauthenticate',
    tag: 'Identity',
    summary: 'Prove once more who you are, before a change to how you sign in',
    permission: 'signed-in',
    body: z.strictObject({
      password: z.string().min(1).max(256).optional(),
      code: z.string().trim().max(20).optional(),
    }),
    status: 204,
    errors: ['WRONG_CREDENTIALS', 'RATE_LIMITED'],
  }),
  updateProfile: endpoint({
    id: 'updateProfile',
    method: 'PATCH',
    path: '/auth/profile',
    tag: 'Identity',
    summary: 'Change your name, or the language of your mail',
    permission: 'signed-in',
    body: z
      .strictObject({
        name: z.string().trim().min(1).max(200).optional(),
        language: z.enum(languages).optional(),
      })
      .refine((change) => Object.keys(change).length > 0, 'expected a name or a language'),
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
    body: z.strictObject({ current_password: z.string().min(1).max(256), new_password: newPassword }),
    status: 204,
    errors: ['WRONG_CREDENTIALS', 'INVALID_INPUT', 'RATE_LIMITED'],
  }),
  forgotPassword: endpoint({
    id: 'forgotPassword',
    method: 'POST',
    path: '/auth/forgot-password',
    tag: 'Identity',
    summary: 'Ask for a link to set a new password',
    description: 'Answers the same, in the same time, whether the account exists or not.',
    permission: 'public',
    body: z.strictObject({ email }),
    status: 204,
    errors: ['RATE_LIMITED'],
  }),
  resetPassword: endpoint({
    id: 'resetPassword',
    method: 'POST',
    path: '/auth/reset-password',
    tag: 'Identity',
    summary: 'Set a new password with the token of the e-mail; every session ends',
    permission: 'public',
    spendsToken: true,
    body: z.strictObject({ token, new_password: newPassword }),
    status: 204,
    errors: ['INVALID_INPUT', 'TOKEN_INVALID', 'RATE_LIMITED'],
  }),
  signUp: endpoint({
    id: 'signUp',
    method: 'POST',
    path: '/auth/sign-up',
    tag: 'Identity',
    summary: 'Make an account, where sign-up is open',
    description:
      'The address is verified by e-mail before the first sign-in. Answers the same whether the account exists already or not.',
    permission: 'public',
    body: z.strictObject({
      email,
      name: z.string().trim().min(1).max(200),
      password: newPassword,
      language: z.enum(languages).optional(),
    }),
    status: 204,
    errors: ['INVALID_INPUT', 'FORBIDDEN', 'RATE_LIMITED'],
  }),
  verifyEmail: endpoint({
    id: 'verifyEmail',
    method: 'POST',
    path: '/auth/verify-email',
    tag: 'Identity',
    summary: 'Verify an e-mail address with the token that was sent to it',
    permission: 'public',
    spendsToken: true,
    body: z.strictObject({ token }),
    status: 204,
    errors: ['TOKEN_INVALID', 'RATE_LIMITED'],
  }),
  readInvitation: endpoint({
    id: 'readInvitation',
    method: 'POST',
    path: '/auth/invitations/read',
    tag: 'Identity',
    summary: 'Who is invited, by the token of the invitation',
    permission: 'public',
    body: z.strictObject({ token }),
    status: 200,
    response: z.object({ email: z.string(), organisation: z.string(), expires_at: timestamp }),
    errors: ['TOKEN_INVALID', 'RATE_LIMITED'],
  }),
  acceptInvitation: endpoint({
    id: 'acceptInvitation',
    method: 'POST',
    path: '/auth/invitations/accept',
    tag: 'Identity',
    summary: 'Accept an invitation: the account is made with the password given',
    permission: 'public',
    spendsToken: true,
    body: z.strictObject({
      token,
      name: z.string().trim().min(1).max(200),
      password: newPassword,
      language: z.enum(languages).optional(),
    }),
    status: 204,
    errors: ['INVALID_INPUT', 'TOKEN_INVALID', 'RATE_LIMITED'],
  }),
  jwks: endpoint({
    id: 'getJwks',
    method: 'GET',
    path: '/auth/jwks',
    tag: 'Identity',
    summary: 'The public keys that access tokens are signed with (RFC 7517)',
    permission: 'public',
    status: 200,
    response: z.object({
      keys: z.array(
        z.object({
          kty: z.literal('RSA'),
          kid: z.string(),
          alg: z.literal('RS256'),
          use: z.literal('sig'),
          n: z.string(),
          e: z.string(),
        }),
      ),
    }),
  }),
};
