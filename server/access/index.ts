/**
 * Who may come in: sign-in with e-mail and password, sessions, roles.
 *
 *   await createAccess(platform)
 *     .audit                  who did what, kept for good: `record(tx, who, entry)`
 *     .prepare()              first start: the tenant and its administrator, with a one-time password
 *     .authenticate(request)  the actor behind a bearer token or the session cookie, or null
 *     .register(app)          the addresses of `api.identity`
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../platform/context.ts';
import type { Platform } from '../platform/platform.ts';
import { apiKeyRoutes } from './api-keys/api-keys.routes.ts';
import { ApiKeys } from './api-keys/api-keys.service.ts';
import { loadOwner } from './api-keys/key-owners.ts';
import type { Audit } from './audit/audit.ts';
import { openAudit } from './audit/open-audit.ts';
import { type FirstStart, prepareFirstStart } from './identity/first-start.ts';
import { identityRoutes } from './identity/identity.routes.ts';
import { Identity } from './identity/identity.service.ts';
import { presentedToken } from './identity/session-token.ts';

export type { Audit, AuditEntry, Stranger } from './audit/audit.ts';
export type { FirstStart } from './identity/first-start.ts';

export interface Access {
  readonly name: 'access';
  /** Everyone's record of security events and changes. */
  readonly audit: Audit;
  prepare(): Promise<FirstStart>;
  authenticate(request: FastifyRequest): Promise<Actor | null>;
  register(app: FastifyInstance): void;
  close(): Promise<void>;
}

export async function createAccess(platform: Platform): Promise<Access> {
  const audit = await openAudit(platform);
  const identity = new Identity(platform);
  const apiKeys = new ApiKeys({ platform, audit, ownerOf: (key) => loadOwner(platform.db.sql, key) });
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
    audit,
    async prepare() {
      audit.start();
      return prepareFirstStart(platform);
    },
    authenticate(request) {
      const token = presentedToken(request);
      return token?.startsWith('sk_') ? apiKeys.actor(token, senderOf(request)) : identity.actor(token);
    },
    register(app) {
      identityRoutes(app, platform, identity);
      apiKeyRoutes(app, apiKeys);
    },
    async close() {
      await apiKeys.close();
      await audit.close();
    },
  };
}

const senderOf = (request: FastifyRequest) => ({
  address: request.ip,
  userAgent: String(request.headers['user-agent'] ?? ''),
  requestId: request.id,
});
