import { api } from '@stroma/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Client } from './client.ts';
import { describeSession, type Identity, type SignInResult } from './identity.service.ts';
import type { SecondFactorPolicies } from './second-factor-policies.service.ts';
import type { SecondFactors } from './second-factors.service.ts';
import { clearSessionCookie, presentedToken, setSessionCookie } from './session-token.ts';
import type { LiveSession, Sessions } from './sessions.service.ts';

export interface IdentityRoutesParts {
  config: Config;
  identity: Identity;
  sessions: Sessions;
  secondFactors: SecondFactors;
  policies: SecondFactorPolicies;
  accessTokens: AccessTokens;
  clientOf: (request: FastifyRequest) => Client;
}

/** Sets the cookie of a session that has begun; tokens are never kept by a cache. */
export function answerSignIn(
  config: Config,
  request: FastifyRequest,
  reply: FastifyReply,
  { answer, cookieToken }: SignInResult,
): SignInResult['answer'] {
  if (cookieToken !== null) setSessionCookie(request, reply, config, cookieToken);
  void reply.header('cache-control', 'no-store');
  return answer;
}

/** Who signs in is nobody yet, whatever cookie the browser still sends along. */
export const asStranger = <T>(work: () => Promise<T>): Promise<T> =>
  acrossTenants('who signs in may belong to any tenant', work);

export function identityRoutes(app: FastifyInstance, parts: IdentityRoutesParts): void {
  const { config, identity, sessions, secondFactors, policies, accessTokens, clientOf } = parts;

  const live = async (request: FastifyRequest): Promise<LiveSession> =>
    (await sessions.find(presentedToken(request))) ??
    fail('UNAUTHENTICATED', 'The session has ended. Sign in again.');

  route(app, api.identity.login, async ({ body, request, reply }) => {
    const result = await asStranger(() => identity.login(body, clientOf(request)));
    return answerSignIn(config, request, reply, result);
  });

  route(app, api.identity.logout, async ({ ctx, request, reply }) => {
    await identity.logout(ctx);
    clearSessionCookie(request, reply, config);
  });

  route(app, api.identity.refresh, async ({ body, request, reply }) => {
    void reply.header('cache-control', 'no-store');
    return asStranger(() => sessions.refresh(body.refresh_token, clientOf(request)));
  });

  route(app, api.identity.session, async ({ ctx, request }) =>
    describeSession(await live(request), ctx.actor),
  );

  route(app, api.identity.reauthenticate, ({ body, ctx, request }) =>
    identity.reauthenticate(ctx, body, clientOf(request)),
  );

  route(app, api.identity.updateProfile, async ({ body, ctx, request }) => {
    const { name, language } = body;
    await identity.changeProfile(ctx, {
      ...(name === undefined ? {} : { name }),
      ...(language === undefined ? {} : { language }),
    });
    const renamed = await live(request);
    return describeSession(renamed, { ...ctx.actor, name: renamed.user.name });
  });

  route(app, api.identity.changePassword, ({ body, ctx, request }) =>
    identity.changePassword(ctx, body.current_password, body.new_password, clientOf(request)),
  );

  route(app, api.identity.jwks, async ({ reply }) => {
    void reply.header('cache-control', 'public, max-age=300');
    return { keys: await accessTokens.published() };
  });

  route(app, api.sessions.list, ({ ctx, query }) => sessions.list(ctx.actor, query.limit, query.cursor));

  route(app, api.sessions.end, async ({ ctx, params }) => {
    const ended = await sessions.endOwn(ctx, params.id, 'ended by its person');
    if (ended === 0) fail('NOT_FOUND', 'You have no such session, or it has ended.');
  });

  route(app, api.sessions.endOthers, async ({ ctx }) => {
    await sessions.endOwn(ctx, null, 'ended by its person');
  });

  route(app, api.secondFactors.list, ({ ctx }) => secondFactors.list(ctx));

  route(app, api.secondFactors.setUp, ({ body, ctx, reply }) => {
    void reply.header('cache-control', 'no-store');
    return secondFactors.setUp(ctx, body);
  });

  route(app, api.secondFactors.confirm, async ({ body, ctx, reply }) => {
    void reply.header('cache-control', 'no-store');
    return { recovery_codes: await secondFactors.confirm(ctx, body.method_id, body.code) };
  });

  route(app, api.secondFactors.remove, ({ ctx, params }) => secondFactors.remove(ctx, params.id));

  route(app, api.secondFactors.renewRecoveryCodes, async ({ ctx, reply }) => {
    void reply.header('cache-control', 'no-store');
    return { recovery_codes: await secondFactors.renewRecoveryCodes(ctx) };
  });

  route(app, api.secondFactorPolicy.get, ({ ctx }) => policies.get(ctx));

  route(app, api.secondFactorPolicy.set, ({ body, ctx }) => policies.set(ctx, body));

  route(app, api.secondFactors.sendCode, async ({ body }) => {
    await asStranger(() => secondFactors.sendCode(body.challenge, body.method_id));
  });

  for (const [endpoint, how] of [
    [api.secondFactors.verify, 'code'],
    [api.secondFactors.recover, 'recovery'],
  ] as const)
    route(app, endpoint, async ({ body, request, reply }) => {
      const client = clientOf(request);
      const result = await asStranger(async () => {
        const { user, method } = await secondFactors.verify(body.challenge, body.code, how, client);
        return identity.enter(user, method, true, body.client, client);
      });
      const answer = answerSignIn(config, request, reply, result);
      return answer.status === 'signed_in'
        ? answer
        : fail('INTERNAL', 'A proven second factor was not taken.');
    });
}
