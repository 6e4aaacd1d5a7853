import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, timestamp } from './fields.ts';
import { clientKind, secondFactorKinds, signedIn } from './identity.ts';

const challenge = z.string().min(20).max(200);
const code = z.string().trim().max(40);
const tag = 'Second factors';

export const secondFactor = z.object({
  method_id: z.string(),
  kind: z.enum(secondFactorKinds),
  name: z.string(),
  created_at: timestamp,
  last_used_at: timestamp.nullable(),
});
export type SecondFactor = z.infer<typeof secondFactor>;

const recoveryCodes = z.array(z.string()).describe('Shown once; each works once');

export const secondFactorPolicy = z.object({
  /** Asked of everybody, by the installation or the organisation. */
  everyone: z.enum(['installation', 'organisation']).nullable(),
  roles: z.array(
    z.object({
      role: z.string(),
      name: z.string(),
      /** Who asks it of the role; null: nobody. What the installation asks cannot be taken back here. */
      required_by: z.enum(['installation', 'organisation']).nullable(),
      members: z.int().describe('Open accounts with this role'),
      without: z.int().describe('Of these, accounts that have no second factor'),
    }),
  ),
  changed_by: z.string().nullable(),
  changed_at: timestamp.nullable(),
});
export type SecondFactorPolicy = z.infer<typeof secondFactorPolicy>;

export const secondFactorPolicyApi = {
  get: endpoint({
    id: 'getSecondFactorPolicy',
    method: 'GET',
    path: '/security/second-factor-policy',
    tag,
    summary: 'Who must have a second factor, and how many have none',
    permission: 'security:read',
    status: 200,
    response: secondFactorPolicy,
  }),
  set: endpoint({
    id: 'setSecondFactorPolicy',
    method: 'PUT',
    path: '/security/second-factor-policy',
    tag,
    summary: 'Ask a second factor of roles, or of everybody, beyond what the installation asks',
    description:
      'Needs a recent proof of who you are. Whoever it is asked of and has none sets one up before anything else, from the next request on.',
    permission: 'security:write',
    body: z.strictObject({
      everyone: z.boolean().default(false),
      roles: z.array(z.string().min(1).max(100)).max(200).default([]),
    }),
    status: 200,
    response: secondFactorPolicy,
    errors: ['INVALID_INPUT', 'REAUTHENTICATION_REQUIRED'],
  }),
};

export const secondFactorsApi = {
  list: endpoint({
    id: 'listSecondFactors',
    method: 'GET',
    path: '/auth/mfa',
    tag,
    summary: 'Your second factors',
    permission: 'signed-in',
    status: 200,
    response: z.object({
      /** By the policy of the installation, for your role. */
      required: z.boolean(),
      items: z.array(secondFactor),
      recovery_codes_left: z.int(),
      sms_available: z.boolean(),
    }),
  }),
  setUp: endpoint({
    id: 'setUpSecondFactor',
    method: 'POST',
    path: '/auth/mfa/setup',
    tag,
    summary: 'Begin to set up an authenticator app or text messages',
    description: 'Needs a recent sign-in. Nothing is in force before `mfa/confirm` has seen a code of it.',
    permission: 'signed-in',
    body: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('totp'), name: z.string().trim().min(1).max(100).optional() }),
      z.strictObject({
        kind: z.literal('sms'),
        phone: z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected a number like +4915112345678 (E.164)'),
      }),
    ]),
    status: 201,
    response: z.object({
      method_id: z.string(),
      kind: z.enum(['totp', 'sms']),
      /** Base32, for entering by hand; null for text messages. */
      secret: z.string().nullable(),
      /** The `otpauth://` address that a QR code carries. */
      uri: z.string().nullable(),
    }),
    errors: [
      'REAUTHENTICATION_REQUIRED',
      'INVALID_INPUT',
      'RATE_LIMITED',
      'SMS_NOT_CONFIGURED',
      'SMS_UNAVAILABLE',
    ],
  }),
  confirm: endpoint({
    id: 'confirmSecondFactor',
    method: 'POST',
    path: '/auth/mfa/confirm',
    tag,
    summary: 'Put a second factor in force with a code of it',
    description: 'The first second factor of an account comes with ten recovery codes.',
    permission: 'signed-in',
    body: z.strictObject({ method_id: idOf('secondFactor'), code }),
    status: 200,
    response: z.object({ recovery_codes: recoveryCodes.nullable() }),
    errors: ['WRONG_CREDENTIALS', 'NOT_FOUND', 'RATE_LIMITED'],
  }),
  remove: endpoint({
    id: 'removeSecondFactor',
    method: 'DELETE',
    path: '/auth/mfa/:id',
    tag,
    summary: 'Remove a second factor',
    permission: 'signed-in',
    params: z.object({ id: idOf('secondFactor') }),
    status: 204,
    errors: ['REAUTHENTICATION_REQUIRED', 'NOT_FOUND', 'CONFLICT'],
  }),
  renewRecoveryCodes: endpoint({
    id: 'renewRecoveryCodes',
    method: 'POST',
    path: '/auth/mfa/recovery-codes',
    tag,
    summary: 'Ten new recovery codes; the old ones end',
    permission: 'signed-in',
    status: 200,
    response: z.object({ recovery_codes: recoveryCodes }),
    errors: ['REAUTHENTICATION_REQUIRED', 'CONFLICT'],
  }),
  sendCode: endpoint({
    id: 'sendSecondFactorCode',
    method: 'POST',
    path: '/auth/mfa/send',
    tag,
    summary: 'Send the code of a sign-in as a text message',
    permission: 'public',
    body: z.strictObject({ challenge, method_id: idOf('secondFactor') }),
    status: 204,
    errors: ['TOKEN_INVALID', 'RATE_LIMITED', 'SMS_NOT_CONFIGURED', 'SMS_UNAVAILABLE'],
  }),
  verify: endpoint({
    id: 'verifySecondFactor',
    method: 'POST',
    path: '/auth/mfa/verify',
    tag,
    summary: 'Finish a sign-in with a code of an authenticator app or text message',
    permission: 'public',
    body: z.strictObject({ challenge, code, client: clientKind }),
    status: 200,
    response: signedIn,
    errors: ['WRONG_CREDENTIALS', 'TOKEN_INVALID', 'RATE_LIMITED'],
  }),
  recover: endpoint({
    id: 'recoverSignIn',
    method: 'POST',
    path: '/auth/mfa/recovery',
    tag,
    summary: 'Finish a sign-in with a recovery code',
    permission: 'public',
    body: z.strictObject({ challenge, code, client: clientKind }),
    status: 200,
    response: signedIn,
    errors: ['WRONG_CREDENTIALS', 'TOKEN_INVALID', 'RATE_LIMITED'],
  }),
};
