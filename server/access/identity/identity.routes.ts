import { api } from '@stroma/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Identity } from './identity.service.ts';
import { clearSessionCookie, presentedToken, setSessionCookie } from './session-token.ts';

export function identityRoutes(app: FastifyInstance, platform: Platform, identity: Identity): void {
  const { config } = platform;

  route(app, api.identity.login, async ({ body, request, reply }) => {
    const session = await identity.login({
      ...body,
      address: request.ip,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 500),
    });
    setSessionCookie(request, reply, config, session.token);
    void reply.header('cache-control', 'no-store');
    return session;
  });

  route(app, api.identity.logout, async ({ request, reply }) => {
    await identity.logout(tokenOf(request));
    clearSessionCookie(request, reply, config);
  });

  route(app, api.identity.session, ({ request }) => identity.session(tokenOf(request)));

  route(app, api.identity.changePassword, ({ body, ctx, request }) =>
    identity.changePassword(ctx.actor, tokenOf(request), body.current_password, body.new_password),
  );
}

function tokenOf(request: FastifyRequest): string {
  return presentedToken(request) ?? fail('UNAUTHENTICATED', 'Expected a session token. Sign in first.');
}
