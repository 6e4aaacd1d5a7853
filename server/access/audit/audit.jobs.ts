import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import { verifyKind } from './audit.service.ts';
import type { AuditAnchors } from './audit-anchors.ts';
import type { OpenAudit } from './open-audit.ts';

/** Verifies the record of the tenant that asks; what it finds stands in the job's result and on record itself. */
export function verifyJob(audit: OpenAudit, anchors: AuditAnchors): JobDefinition<object> {
  return {
    kind: verifyKind,
    title: () => 'Verifying the audit record',
    timeoutSeconds: 3_600,
    retries: 1,
    concurrency: 1,
    async run(_input, ctx, job) {
      const { tenantId } = ctx.actor;
      const checkpoints = await anchors.outside();
      const total = Math.max(1, await audit.lengthOf(tenantId));
      const result = await audit.verify(tenantId, checkpoints, (events) =>
        job.progress(Math.min(1, events / total), `${events} of ${total} events`),
      );
      if (!result.intact)
        ctx.log.error({ findings: result.findings.slice(0, 20) }, 'the audit record was changed');
      return {
        result: { ...result },
        commit: (tx) =>
          audit.record(tx, ctx, {
            action: 'audit.verified',
            object: null,
            outcome: result.intact ? 'success' : 'failure',
            details: {
              intact: result.intact,
              events: result.events,
              findings: result.finding_count,
              checkpoints: result.checkpoints,
            },
          }),
      };
    },
  };
}

/** Every hour the last seal is kept outside, and every night each tenant's record is verified. */
export function anchorJob(anchors: AuditAnchors): JobDefinition<object> {
  return {
    kind: 'audit.anchor',
    title: () => 'Keeping a checkpoint of the audit record outside the store',
    timeoutSeconds: 120,
    retries: 3,
    concurrency: 1,
    cron: '7 * * * *',
    async run(_input, ctx) {
      const checkpoint = await acrossTenants('a checkpoint covers all tenants', () => anchors.keep(ctx));
      return { result: { ...checkpoint } };
    },
  };
}

export function nightlyVerifyJob(
  audit: OpenAudit,
  send: (tenantId: string) => Promise<unknown>,
): JobDefinition<object> {
  return {
    kind: 'audit.verify-all',
    title: () => 'Beginning to verify the audit record of every organisation',
    timeoutSeconds: 600,
    retries: 1,
    concurrency: 1,
    cron: '11 1 * * *',
    async run() {
      const tenants = await audit.tenants();
      for (const tenantId of tenants) await send(tenantId);
      return { result: { tenants: tenants.length } };
    },
  };
}
