/**
 * Who may come in: sign-in with e-mail and password, sessions, roles.
 *
 *   createAccess(platform)
 *     .prepare()              first start: the tenant and its administrator, with a one-time password
 *     .authenticate(request)  the actor behind a bearer token or the session cookie, or null
 *     .register(app)          the addresses of `api.identity`
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../platform/context.ts';
import { fail } from '../platform/failure.ts';
import type { Platform } from '../platform/platform.ts';
import { type FirstStart, prepareFirstStart } from './first-start.ts';
import { identityRoutes } from './identity.routes.ts';
import { Identity } from './identity.service.ts';
import { isForeignPage, presentedToken } from './session-token.ts';

export type { FirstStart } from './first-start.ts';

export interface Access {
  readonly name: 'access';
  prepare(): Promise<FirstStart>;
  authenticate(request: FastifyRequest): Promise<Actor | null>;
  register(app: FastifyInstance): void;
}

export function createAccess(platform: Platform): Access {
  const identity = new Identity(platform);
  platform.jobs.register({
    kind: 'access.sweep-sessions',
    title: () => 'Removing sessions that have ended',
    timeoutSeconds: 60,
    retries: 1,
    concurrency: 1,
    cron: '17 3 * * *',
    run: async () => {
      await identity.sweep();
      return { result: {} };
    },
  });
  return {
    name: 'access',
    prepare: () => prepareFirstStart(platform),
    async authenticate(request) {
      const token = presentedToken(request);
      if (token === null) return null;
      if (token.from === 'cookie' && isForeignPage(request))
        fail(
          'FORBIDDEN',
          'This was sent by the page of another site. Use Stroma’s own page or a bearer token.',
        );
      return identity.actor(token.value);
    },
    register: (app) => identityRoutes(app, platform, identity),
  };
}
