import { withinTenant } from '../../platform/db/tenant-scope.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext } from '../../platform/system-actor.ts';
import type { OpenAudit } from '../audit/open-audit.ts';
import { keptRows } from './kept.ts';
import { keptAudit } from './kept-audit.ts';
import { applyKind, Retention } from './retention.service.ts';
import { allTenants } from './retention.store.ts';

/** With what `access` itself keeps; modules after it make known their own. */
export function openRetention(platform: Platform, audit: OpenAudit): Retention {
  const { db, jobs, log } = platform;
  const retention = new Retention(platform, audit);
  retention.know(keptAudit(platform, audit));
  retention.know(
    keptRows(db, {
      kind: 'sessions',
      defaultDays: 30,
      shortestDays: 1,
      table: 'sessions',
      at: 'coalesce(ended_at, expires_at)',
      person: 'user_id',
    }),
  );
  retention.know(
    keptRows(db, {
      kind: 'language_model_calls',
      defaultDays: 365,
      shortestDays: 1,
      table: 'llm_calls',
      at: 'created_at',
      person: 'actor_id',
    }),
  );
  retention.know(
    keptRows(db, {
      kind: 'threats',
      defaultDays: 730,
      shortestDays: 90,
      table: 'threats',
      at: 'coalesce(handled_at, last_at)',
      person: "coalesce(actor_id, '')",
      // What nobody has closed is open work, however old.
      only: "status = 'resolved'",
    }),
  );
  const slow = { timeoutSeconds: 3_600, retries: 1, concurrency: 1 } as const;
  jobs.register({
    kind: applyKind,
    title: () => 'Disposing of what is past its time',
    ...slow,
    run: async (_input, ctx) => ({ result: { ...(await retention.apply(ctx)) } }),
  });
  jobs.register({
    kind: 'retention.nightly',
    title: () => 'Disposing of what is past its time, in every organisation',
    cron: '41 3 * * *',
    ...slow,
    async run(_input, ctx) {
      const tenants = await allTenants(db.sql);
      for (const tenantId of tenants) {
        const own = systemContext(log, tenantId, ctx.signal);
        await withinTenant(tenantId, () => retention.apply(own));
      }
      return { result: { tenants: tenants.length } };
    },
  });
  return retention;
}
