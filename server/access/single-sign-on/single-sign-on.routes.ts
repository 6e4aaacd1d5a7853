import { api } from '@stroma/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.ts';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import type { Client } from '../identity/client.ts';
import { setSessionCookie } from '../identity/session-token.ts';
import { testConnection } from './connection-test.ts';
import type { Connections } from './connections.service.ts';
import type { SignOn, SignOnEnd, Visitor } from './sign-on.service.ts';
import { makeNonce } from './sign-on-attempts.ts';

const cookieName = 'stroma_sign_on';
const cookiePath = '/api/v1/auth/single-sign-on';
const largestForm = 1024 * 1024;

export interface SignOnRoutesParts {
  config: Config;
  signOn: SignOn;
  connections: Connections;
  clientOf(request: FastifyRequest): Client;
}

export function singleSignOnRoutes(app: FastifyInstance, parts: SignOnRoutesParts): void {
  const { config, signOn, connections, clientOf } = parts;
  const { singleSignOn } = api;
  const visitorOf = (request: FastifyRequest): Visitor => ({
    client: clientOf(request),
    browser: heldBy(request),
  });
  const end = (request: FastifyRequest, reply: FastifyReply, done: SignOnEnd) => {
    void reply.header('set-cookie', cookie(request, config, '', 0));
    if (done.kind === 'failed') return leave(reply, `/sign-in?sso=${done.failure}`);
    const { answer, cookieToken } = done.result;
    if (cookieToken !== null) {
      setSessionCookie(request, reply, config, cookieToken);
      return leave(reply, done.to);
    }
    // What follows `#` stays in the browser: it reaches no log and no other site.
    const challenge = Buffer.from(JSON.stringify(answer)).toString('base64url');
    return leave(reply, `/sign-in?to=${encodeURIComponent(done.to)}#second-factor=${challenge}`);
  };

  route(app, singleSignOn.methods, ({ query }) => signOn.methods(query.email));

  route(app, singleSignOn.start, async ({ params, query, request, reply }) => {
    const browser = heldBy(request) ?? makeNonce();
    const begun = await signOn.begin(
      params.id,
      { to: query.to, email: query.email, browser },
      clientOf(request),
    );
    if ('failure' in begun) return leave(reply, `/sign-in?sso=${begun.failure}`);
    void reply.header('set-cookie', cookie(request, config, browser, 900));
    return leave(reply, begun.address.href);
  });

  route(app, singleSignOn.callback, async ({ params, request, reply }) => {
    const search = new URLSearchParams(request.url.split('?')[1] ?? '');
    return end(request, reply, await signOn.completeOidc(params.id, search, visitorOf(request)));
  });

  route(app, singleSignOn.assertion, async ({ params, request, reply }) => {
    const form = new URLSearchParams(await readForm(request));
    const posted = { response: form.get('SAMLResponse') ?? '', relayState: form.get('RelayState') ?? '' };
    const taken = await signOn.receiveAssertion(params.id, posted, clientOf(request));
    if ('failure' in taken) return leave(reply, `/sign-in?sso=${taken.failure}`);
    return leave(reply, `${cookiePath}/${params.id}/finish?code=${taken.code}`);
  });

  route(app, singleSignOn.finish, async ({ params, query, request, reply }) =>
    end(request, reply, await signOn.finishSaml(params.id, query.code, visitorOf(request))),
  );

  route(app, singleSignOn.metadata, async ({ params, request, reply }) => {
    const text = await signOn.metadata(params.id, clientOf(request).origin);
    return reply.type('application/samlmetadata+xml').serializer(String).send(text);
  });

  const originOf = (request: FastifyRequest) => clientOf(request).origin;
  route(app, singleSignOn.listConnections, ({ ctx, query, request }) =>
    connections.list(ctx, query, originOf(request)),
  );
  route(app, singleSignOn.createConnection, ({ ctx, body, request }) =>
    connections.create(ctx, body, originOf(request)),
  );
  route(app, singleSignOn.getConnection, ({ ctx, params, request }) =>
    connections.get(ctx, params.id, originOf(request)),
  );
  route(app, singleSignOn.updateConnection, ({ ctx, params, body, request }) =>
    connections.update(ctx, params.id, body, originOf(request)),
  );
  route(app, singleSignOn.removeConnection, ({ ctx, params }) => connections.remove(ctx, params.id));
  route(app, singleSignOn.testConnection, async ({ ctx, params, request }) =>
    testConnection(connections, await connections.find(ctx, params.id), originOf(request)),
  );
}

function leave(reply: FastifyReply, address: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(address, 303);
}

function heldBy(request: FastifyRequest): string | null {
  const found = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{43})(?:;|$)`).exec(request.headers.cookie ?? '');
  return found?.[1] ?? null;
}

function cookie(request: FastifyRequest, config: Config, value: string, maxAge: number): string {
  const secure = request.protocol === 'https' || (config.STROMA_PUBLIC_URL?.startsWith('https:') ?? false);
  return `${cookieName}=${value}; Path=${cookiePath}; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure ? '; Secure' : ''}`;
}

async function readForm(request: FastifyRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.raw as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestForm) fail('PAYLOAD_TOO_LARGE', `Expected a form of at most ${largestForm} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
