import type { SignedIn } from '@stroma/contracts';
import { client } from './client.ts';

export const passkeysWork = (): boolean =>
  typeof window.PublicKeyCredential === 'function' && window.isSecureContext;

const library = () => import('@simplewebauthn/browser');

/** The browser asks the person for a passkey; with the challenge of a sign-in, for its second factor. */
export async function signInWithPasskey(pending?: string): Promise<SignedIn> {
  const { startAuthentication } = await library();
  const { challenge, options } = await client.passkeys.signInOptions({
    body: pending === undefined ? {} : { challenge: pending },
  });
  const response = await startAuthentication({ optionsJSON: options as never });
  return client.passkeys.signIn({ body: { challenge, response: response as never, client: 'browser' } });
}

export async function addPasskey(name: string) {
  const { startRegistration } = await library();
  const { challenge, options } = await client.passkeys.registrationOptions();
  const response = await startRegistration({ optionsJSON: options as never });
  return client.passkeys.register({ body: { challenge, name, response: response as never } });
}

/** The person closed the browser's question, or no passkey was at hand. */
export const wasCancelled = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError');
