import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, timestamp } from './fields.ts';
import { clientKind, signedIn } from './identity.ts';

const tag = 'Passkeys';
const challenge = z.string().min(20).max(200);

/** JSON of WebAuthn Level 3, as browsers make and take it. https://www.w3.org/TR/webauthn-3/ */
const webauthnOptions = z.record(z.string(), z.unknown());
const bytes = z.string().max(20_000);
const credential = {
  id: z.string().max(2_000),
  rawId: z.string().max(2_000),
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().max(50).nullish(),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
};
const registration = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
});
const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.nullish(),
  }),
});

export const passkey = z.object({
  passkey_id: idOf('passkey'),
  name: z.string(),
  /** It may live on several of the person's devices. */
  backed_up: z.boolean(),
  created_at: timestamp,
  last_used_at: timestamp.nullable(),
});
export type Passkey = z.infer<typeof passkey>;

const options = z.object({ challenge: z.string(), options: webauthnOptions });

export const passkeysApi = {
  list: endpoint({
    id: 'listPasskeys',
    method: 'GET',
    path: '/auth/passkeys',
    tag,
    summary: 'Your passkeys and hardware keys',
    permission: 'signed-in',
    status: 200,
    response: z.object({ items: z.array(passkey) }),
  }),
  registrationOptions: endpoint({
    id: 'getPasskeyRegistrationOptions',
    method: 'POST',
    path: '/auth/passkeys/registration-options',
    tag,
    summary: 'Begin to add a passkey',
    permission: 'signed-in',
    status: 200,
    response: options,
    errors: ['REAUTHENTICATION_REQUIRED', 'CONFLICT'],
  }),
  register: endpoint({
    id: 'registerPasskey',
    method: 'POST',
    path: '/auth/passkeys',
    tag,
    summary: 'Add a passkey',
    description: 'The first second factor of an account comes with ten recovery codes.',
    permission: 'signed-in',
    body: z.strictObject({ challenge, name: z.string().trim().min(1).max(100), response: registration }),
    status: 201,
    response: passkey.extend({ recovery_codes: z.array(z.string()).nullable() }),
    errors: ['TOKEN_INVALID', 'WRONG_CREDENTIALS', 'CONFLICT'],
  }),
  rename: endpoint({
    id: 'renamePasskey',
    method: 'PATCH',
    path: '/auth/passkeys/:id',
    tag,
    summary: 'Rename a passkey',
    permission: 'signed-in',
    params: z.object({ id: idOf('passkey') }),
    body: z.strictObject({ name: z.string().trim().min(1).max(100) }),
    status: 200,
    response: passkey,
    errors: ['NOT_FOUND'],
  }),
  remove: endpoint({
    id: 'removePasskey',
    method: 'DELETE',
    path: '/auth/passkeys/:id',
    tag,
    summary: 'Remove a passkey',
    permission: 'signed-in',
    params: z.object({ id: idOf('passkey') }),
    status: 204,
    errors: ['REAUTHENTICATION_REQUIRED', 'NOT_FOUND', 'CONFLICT'],
  }),
  signInOptions: endpoint({
    id: 'getPasskeySignInOptions',
    method: 'POST',
    path: '/auth/passkeys/sign-in-options',
    tag,
    summary: 'Begin a sign-in with a passkey',
    description: 'With the challenge of a sign-in by password, the passkey is its second factor.',
    permission: 'public',
    body: z.strictObject({ challenge: challenge.optional() }),
    status: 200,
    response: options,
    errors: ['TOKEN_INVALID', 'RATE_LIMITED'],
  }),
  signIn: endpoint({
    id: 'signInWithPasskey',
    method: 'POST',
    path: '/auth/passkeys/sign-in',
    tag,
    summary: 'Sign in with a passkey',
    permission: 'public',
    body: z.strictObject({ challenge, response: assertion, client: clientKind }),
    status: 200,
    response: signedIn,
    errors: ['TOKEN_INVALID', 'WRONG_CREDENTIALS', 'RATE_LIMITED'],
  }),
};
