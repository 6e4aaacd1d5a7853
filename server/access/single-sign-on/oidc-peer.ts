import { StromaError } from '@stroma/kernel';
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  genericGrantRequest,
  None,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import type { Outgoing } from '../../platform/http/outgoing.ts';
import { type ProvenIdentity, SignOnRefused, textsOf } from './proven-identity.ts';
import type { OidcSettings } from './single-sign-on.tables.ts';

export interface OidcChecks {
  verifier: string;
  nonce: string;
}

export interface OidcClient extends OidcSettings {
  clientSecret: string | null;
}

const toleranceSeconds = 30;
const timeoutSeconds = 10;

/**
 * An OpenID provider: authorization code with PKCE (RFC 7636), state, nonce, and the ID token's signature checked
 * against the provider's published keys. Everything goes out through the guard.
 * OpenID Connect Core 1.0; RFC 9700.
 */
export class OidcPeer {
  readonly #client: OidcClient;
  readonly #fetch: CustomFetch;
  #configuration: Promise<Configuration> | null = null;

  constructor(client: OidcClient, outgoing: Outgoing) {
    this.#client = client;
    this.#fetch = (url, { body, headers, method, signal }) =>
      outgoing.fetch(url, {
        method,
        headers,
        redirect: 'manual',
        ...(body === undefined || body === null ? {} : { body: body as NonNullable<RequestInit['body']> }),
        ...(signal === undefined ? {} : { signal }),
      });
  }

  /** What the provider says of itself; asked for once. Throws SignOnRefused. */
  async configuration(): Promise<Configuration> {
    this.#configuration ??= this.#discover();
    try {
      return await this.#configuration;
    } catch (error) {
      this.#configuration = null;
      throw refusalOf(error);
    }
  }

  async begin(given: {
    redirectUri: string;
    state: string;
    email: string | null;
  }): Promise<{ address: URL; checks: OidcChecks }> {
    const configuration = await this.configuration();
    const verifier = randomPKCECodeVerifier();
    const nonce = randomNonce();
    const address = buildAuthorizationUrl(configuration, {
      redirect_uri: given.redirectUri,
      scope: [...new Set(['openid', ...this.#client.scopes])].join(' '),
      response_type: 'code',
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: given.state,
      nonce,
      ...(given.email === null ? {} : { login_hint: given.email }),
    });
    return { address, checks: { verifier, nonce } };
  }

  /** `address` is the redirect address with the answer's query. Throws SignOnRefused. */
  async complete(address: URL, state: string, { verifier, nonce }: OidcChecks): Promise<ProvenIdentity> {
    const configuration = await this.configuration();
    try {
      const tokens = await authorizationCodeGrant(configuration, address, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims: Record<string, unknown> = { ...tokens.claims() };
      const subject = String(claims.sub);
      const asks = configuration.serverMetadata().userinfo_endpoint !== undefined;
      const missing = claims.email === undefined || claims[this.#client.groups_claim] === undefined;
      const more = asks && missing ? await fetchUserInfo(configuration, tokens.access_token, subject) : {};
      return identityOf(subject, { ...more, ...claims }, this.#client);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** The provider's answer to a code that cannot be: `invalid_grant` shows that it knows the client. */
  async probe(redirectUri: string): Promise<string> {
    const configuration = await this.configuration();
    try {
      await genericGrantRequest(configuration, 'authorization_code', {
        code: 'a-code-that-was-never-given',
        redirect_uri: redirectUri,
        code_verifier: randomPKCECodeVerifier(),
      });
      return 'none';
    } catch (error) {
      if (error instanceof ResponseBodyError) return error.error;
      // A challenge to authenticate is the same answer in another form.
      if (error instanceof WWWAuthenticateChallengeError) return 'invalid_client';
      throw refusalOf(error);
    }
  }

  /** How many keys the provider publishes that could sign. Throws SignOnRefused. */
  async countKeys(): Promise<number> {
    const { jwks_uri } = (await this.configuration()).serverMetadata();
    if (jwks_uri === undefined) return 0;
    try {
      const answer = await this.#fetch(jwks_uri, {
        method: 'GET',
        headers: { accept: 'application/json' },
        redirect: 'manual',
        body: undefined,
      });
      const { keys } = (await answer.json()) as { keys?: { kty?: string; use?: string }[] };
      return (keys ?? []).filter(({ kty, use }) => kty !== 'oct' && (use ?? 'sig') === 'sig').length;
    } catch (error) {
      throw refusalOf(error);
    }
  }

  async #discover(): Promise<Configuration> {
    const { issuer, client_id: clientId, clientSecret } = this.#client;
    const server = new URL(issuer);
    const configuration = await discovery(
      server,
      clientId,
      { [clockTolerance]: toleranceSeconds },
      clientSecret === null ? None() : authenticationWith(clientSecret),
      {
        [customFetch]: this.#fetch,
        timeout: timeoutSeconds,
        // The service lets only a loopback issuer come without TLS.
        ...(server.protocol === 'http:' ? { execute: [allowInsecureRequests] } : {}),
      },
    );
    enableNonRepudiationChecks(configuration);
    return configuration;
  }
}

/** In the header, which every provider must take; in the body where it says that it takes only that. */
function authenticationWith(secret: string): ClientAuth {
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const onlyPost = methods.includes('client_secret_post') && !methods.includes('client_secret_basic');
    (onlyPost ? ClientSecretPost(secret) : ClientSecretBasic(secret))(server, client, body, headers);
  };
}

function identityOf(
  subject: string,
  claims: Record<string, unknown>,
  { groups_claim, emails_are_verified }: OidcClient,
): ProvenIdentity {
  const { email, email_verified: verified, name } = claims;
  if (typeof email !== 'string' || email === '')
    throw new SignOnRefused('not_verified', 'The provider gave no claim "email". Ask for the scope email.');
  const references = [claims.amr, claims.acr].flatMap((each) => textsOf(each) ?? []);
  return {
    subject,
    email: email.trim().toLowerCase(),
    emailVerified: verified === undefined ? emails_are_verified : verified === true || verified === 'true',
    name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 200) : null,
    groups: textsOf(claims[groups_claim]),
    secondFactor: references.some((each) => strongReferences.has(each)),
  };
}

/** Authentication method references that are, or say that there was, a second factor. RFC 8176. */
const strongReferences = new Set(['mfa', 'otp', 'hwk', 'swk', 'sms', 'fpt', 'face', 'sc', 'phr', 'phrh']);

function refusalOf(error: unknown): SignOnRefused {
  if (error instanceof SignOnRefused) return error;
  if (error instanceof AuthorizationResponseError)
    return new SignOnRefused('refused', `The provider answered ${error.error}.`, error);
  for (let each: unknown = error; each instanceof Error; each = each.cause)
    if (each instanceof StromaError && each.code.startsWith('OUTGOING_'))
      return new SignOnRefused('unreachable', each.message, error);
  const inner = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return new SignOnRefused(
    'invalid',
    error instanceof Error ? `${error.message}${inner}` : String(error),
    error,
  );
}
