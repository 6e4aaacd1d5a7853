import type { FastifyInstance } from 'fastify';
import type { OperatorCommands } from '../../platform/control/operator-commands.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext, systemTenant } from '../../platform/system-actor.ts';
import { anchorJob, nightlyVerifyJob, verifyJob } from './audit.jobs.ts';
import { auditRoutes } from './audit.routes.ts';
import { AuditTrail, verifyKind } from './audit.service.ts';
import { openAuditAnchors } from './audit-anchors.ts';
import type { OpenAudit } from './open-audit.ts';
import { Refusals } from './refusals.ts';

export type AuditCommands = Pick<OperatorCommands, 'verify-audit' | 'anchor-audit'>;

export interface AuditTrailRoom {
  readonly commands: AuditCommands;
  register(app: FastifyInstance): void;
}

/** Reading, verifying, anchoring and exporting the record. Throws CONFIG_INVALID. */
export async function openAuditTrail(platform: Platform, audit: OpenAudit): Promise<AuditTrailRoom> {
  const anchors = await openAuditAnchors(platform, audit);
  const trail = new AuditTrail(platform, audit);
  const refusals = new Refusals(audit);
  platform.jobs.register(verifyJob(audit, anchors));
  platform.jobs.register(anchorJob(anchors));
  platform.jobs.register(
    nightlyVerifyJob(audit, (tenantId) =>
      platform.jobs.send(systemContext(platform.log, tenantId), verifyKind, {}),
    ),
  );
  return {
    commands: {
      async 'verify-audit'(_, { signal, onProgress }) {
        // The installation's own record too when it is gone: checkpoints outside may know of it.
        const tenants = [...new Set([...(await audit.tenants()), systemTenant])];
        const checkpoints = await anchors.outside();
        const results = [];
        for (const [index, tenantId] of tenants.entries()) {
          signal.throwIfAborted();
          onProgress(index / tenants.length, `organisation ${index + 1} of ${tenants.length}`);
          results.push({ tenant_id: tenantId, ...(await audit.verify(tenantId, checkpoints)) });
        }
        const intact = results.every((each) => each.intact);
        await audit.append(systemContext(platform.log), {
          action: 'audit.verified',
          object: null,
          outcome: intact ? 'success' : 'failure',
          details: { intact, tenants: tenants.length, by: 'command' },
        });
        return { intact, organisations: results };
      },
      'anchor-audit': () => anchors.keep(systemContext(platform.log)),
    },
    register(app) {
      refusals.register(app);
      auditRoutes(app, trail, anchors);
    },
  };
}
