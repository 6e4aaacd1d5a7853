import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/index.ts';
import type { Platform } from '../platform/platform.ts';
import { AlertChecks } from './alerts/alert-checks.ts';
import { openAlertWatch } from './alerts/alert-watch.ts';
import { alertRoutes } from './alerts/alerts.routes.ts';
import { Alerts } from './alerts/alerts.service.ts';
import { exportRoutes } from './exports/exports.routes.ts';
import { Exports } from './exports/exports.service.ts';
import type { ShownBoards } from './exports/shown-boards.ts';
import { Deliveries } from './schedules/deliveries.ts';
import { deliverJob, watchJob } from './schedules/schedules.jobs.ts';
import { scheduleRoutes } from './schedules/schedules.routes.ts';
import { Schedules } from './schedules/schedules.service.ts';
import { ShareAccess } from './shares/share-access.ts';
import { shareRoutes } from './shares/shares.routes.ts';
import { Shares } from './shares/shares.service.ts';
import { SharingPolicies } from './shares/sharing-policy.ts';

/** What leaves dashboards: files, links and frames, what is sent at set times, and alerts. */
export function openWatchRooms(
  platform: Platform,
  access: Pick<Access, 'audit' | 'people' | 'resources'>,
  boards: ShownBoards,
): { register(app: FastifyInstance): void; close(): Promise<void> } {
  const { audit, people } = access;
  const policies = new SharingPolicies(platform, access);
  const deliveries = new Deliveries(platform, people, policies);
  const shareAccess = new ShareAccess({ platform, audit, people, boards, policies });
  const shares = new Shares({ platform, audit, people, policies, access: shareAccess });
  const exports = new Exports({ platform, audit, people, boards });
  const schedules = new Schedules({ platform, audit, people, shareAccess, policies, deliveries });
  const checks = new AlertChecks({ platform, audit, people, boards, policies, deliveries });
  const watch = openAlertWatch(platform, () => alerts.sweep(platform.log));
  const alerts = new Alerts({
    platform,
    audit,
    people,
    boards,
    shareAccess,
    policies,
    deliveries,
    checks,
    onWatched: (tenantId) => watch.watch(tenantId),
  });
  platform.jobs.register(deliverJob({ platform, audit, exports, deliveries, policies, shareAccess }));
  platform.jobs.register(
    watchJob(schedules, { sweep: (log) => alerts.sweep(log), watchAll: () => watch.watchAll() }),
  );
  return {
    register(app) {
      exportRoutes(app, exports);
      shareRoutes(app, { shares, access: shareAccess, policies });
      scheduleRoutes(app, schedules);
      alertRoutes(app, alerts);
    },
    close: () => watch.close(),
  };
}
