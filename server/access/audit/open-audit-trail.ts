import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext } from '../../platform/system-actor.ts';
import { anchorJob, nightlyVerifyJob, verifyJob } from './audit.jobs.ts';
import { auditRoutes } from './audit.routes.ts';
import { AuditTrail, verifyKind } from './audit.service.ts';
import { openAuditAnchors } from './audit-anchors.ts';
import type { OpenAudit } from './open-audit.ts';
import { Refusals } from './refusals.ts';

export interface AuditTrailRoom {
  /** Told once for each request, so that what the gate refuses is put on record with its sender. */
  seen(request: FastifyRequest, actor: Actor | null): void;
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
    seen: (request, actor) => refusals.seen(request, actor),
    register(app) {
      refusals.register(app);
      auditRoutes(app, trail, anchors);
    },
  };
}
