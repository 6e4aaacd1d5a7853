import { api } from '@stroma/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.ts';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import type { Client } from './client.ts';
import { answerSignIn, asStranger } from './identity.routes.ts';
import type { Identity } from './identity.service.ts';
import type { Passkeys } from './passkeys.service.ts';

export interface PasskeyRoutesParts {
  config: Config;
  identity: Identity;
  passkeys: Passkeys;
  clientOf: (request: FastifyRequest) => Client;
}

export function passkeyRoutes(app: FastifyInstance, parts: PasskeyRoutesParts): void {
  const { config, identity, passkeys, clientOf } = parts;

  route(app, api.passkeys.list, ({ ctx }) => passkeys.list(ctx));

  route(app, api.passkeys.registrationOptions, ({ ctx, request }) =>
    passkeys.registrationOptions(ctx, clientOf(request)),
  );

  route(app, api.passkeys.register, async ({ body, ctx, request, reply }) => {
    void reply.header('cache-control', 'no-store');
    return passkeys.register(ctx, body, clientOf(request));
  });

  route(app, api.passkeys.rename, ({ body, ctx, params }) => passkeys.rename(ctx, params.id, body.name));

  route(app, api.passkeys.remove, ({ ctx, params }) => passkeys.remove(ctx, params.id));

  route(app, api.passkeys.signInOptions, ({ body, request }) =>
    asStranger(() => passkeys.signInOptions(body.challenge, clientOf(request))),
  );

  route(app, api.passkeys.signIn, async ({ body, request, reply }) => {
    const client = clientOf(request);
    const result = await asStranger(async () => {
      const { user, pending } = await passkeys.prove(body.challenge, body.response, client);
      return identity.enter(user, pending?.method ?? 'passkey', true, body.client, client);
    });
    const answer = answerSignIn(config, request, reply, result);
    return answer.status === 'signed_in' ? answer : fail('INTERNAL', 'A proven passkey was not taken.');
  });
}
