import { generateKeyPairSync } from 'node:crypto';
import { type Configuration, Provider } from 'oidc-provider';
import { type Loopback, openLoopback } from './loopback.suite.ts';

export interface OpenIdPerson {
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: string[];
  /** Authentication methods the provider says it saw. */
  amr?: string[];
}

export interface OpenIdPeer {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in there next, by subject; null: they cancel. */
  next: string | null;
  people: Record<string, OpenIdPerson>;
  /** What Stroma sent to the authorization endpoint. */
  requests: URLSearchParams[];
  open(redirectUri: string): void;
  close(): Promise<void>;
}

/** `oidc-provider` on loopback, with an own key, PKCE required, and a person who agrees to everything. */
export async function startOpenIdPeer(): Promise<OpenIdPeer> {
  const loopback: Loopback = await openLoopback();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const peer: OpenIdPeer = {
    issuer: loopback.origin,
    clientId: 'stroma',
    clientSecret: 'a secret of the client, + and / included',
    next: 'sub-1',
    people: {},
    requests: [],
    open(redirectUri) {
      const provider = quietly(loopback.origin, {
        clients: [
          { client_id: peer.clientId, client_secret: peer.clientSecret, redirect_uris: [redirectUri] },
        ],
        jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
        ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
        cookies: { keys: ['only for tests'] },
        pkce: { required: () => true },
        features: { devInteractions: { enabled: false } },
        claims: {
          openid: ['sub', 'amr'],
          email: ['email', 'email_verified'],
          profile: ['name'],
          groups: ['groups'],
        },
        scopes: ['openid', 'email', 'profile', 'groups'],
        findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...peer.people[id] }) }),
        interactions: { url: (_, { uid }) => `/interaction/${uid}` },
        loadExistingGrant: async (ctx) => {
          const { Grant } = ctx.oidc.provider;
          const clientId = ctx.oidc.client?.clientId ?? '';
          const grant = new Grant({ clientId, accountId: ctx.oidc.session?.accountId ?? '' });
          grant.addOIDCScope('openid email profile groups');
          await grant.save();
          return grant;
        },
      });
      const handle = provider.callback();
      loopback.answer((request, response) => {
        const url = new URL(request.url ?? '/', loopback.origin);
        if (url.pathname === '/auth') peer.requests.push(url.searchParams);
        if (!url.pathname.startsWith('/interaction/')) return void handle(request, response);
        const result =
          peer.next === null
            ? { error: 'access_denied', error_description: 'cancelled' }
            : {
                login: { accountId: peer.next, amr: peer.people[peer.next]?.amr ?? ['pwd'], remember: false },
              };
        void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
      });
    },
    close: loopback.close,
  };
  return peer;
}

/** It warns that it keeps everything in memory, which is what a test wants. */
function quietly(issuer: string, configuration: Configuration): Provider {
  const { warn } = console;
  console.warn = () => {};
  try {
    return new Provider(issuer, configuration);
  } finally {
    console.warn = warn;
  }
}
