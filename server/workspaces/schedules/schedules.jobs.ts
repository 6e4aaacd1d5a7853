import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { JobDefinition, JobOutcome } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Exports } from '../exports/exports.service.ts';
import type { ShareAccess } from '../shares/share-access.ts';
import type { SharingPolicies } from '../shares/sharing-policy.ts';
import type { Deliveries } from './deliveries.ts';
import { type DeliverInput, deliverKind, type Schedules, webhookPurpose } from './schedules.service.ts';
import { addSentTo, changeRun, findRun, findSchedule, type ScheduleRow } from './schedules.store.ts';

interface DeliverParts {
  platform: Pick<Platform, 'db' | 'keys' | 'config'>;
  audit: Audit;
  exports: Exports;
  deliveries: Deliveries;
  policies: SharingPolicies;
  shareAccess: ShareAccess;
}

/**
 * Sends a dashboard off as its maker, who sent the job: with the rights that person has when it runs. A run that
 * is begun again writes to nobody twice.
 */
export function deliverJob(parts: DeliverParts): JobDefinition<DeliverInput> {
  const { platform, audit } = parts;
  return {
    kind: deliverKind,
    title: ({ name }) => `Sending ${name}`,
    timeoutSeconds: 300,
    retries: 3,
    concurrency: 2,
    run: (input, ctx, job) => deliver(parts, input, ctx, (at, phase) => job.progress(at, phase)),
    async onFailed({ schedule_id, run_id }, ctx, _job, { code, message }, tx) {
      const { tenantId } = ctx.actor;
      await changeRun(tx, tenantId, run_id, {
        status: 'failed',
        endedAt: new Date(),
        error: { code, message },
      });
      await audit.record(tx, ctx, {
        action: 'schedule.failed',
        object: { kind: 'dashboard_schedule', id: schedule_id },
        outcome: 'failure',
        details: { run: run_id, code },
      });
    },
  };

  async function deliver(
    { exports, deliveries, policies, shareAccess }: DeliverParts,
    { schedule_id, run_id }: DeliverInput,
    ctx: Context,
    progress: (fraction: number, phase: string) => void,
  ): Promise<JobOutcome> {
    const { sql } = platform.db;
    const { tenantId } = ctx.actor;
    const schedule = await findSchedule(sql, tenantId, schedule_id);
    const run = await findRun(sql, tenantId, run_id);
    if (schedule === null || run === null) return { result: { skipped: 'The schedule was deleted.' } };
    if (!ctx.actor.permissions.has('dashboards:share'))
      fail('FORBIDDEN', 'Whoever made the schedule may no longer send dashboards.');
    const board = await shareAccess.requireBoard(ctx, schedule.dashboardId);
    await policies.requireMayLeave(tenantId, await policies.of(tenantId), board.tiles);
    progress(0.1, 'Drawing');
    const made = await exports.make(ctx, schedule.dashboardId, schedule);
    progress(0.6, 'Sending');
    const sent = new Set(run.sentTo);
    for (const to of await deliveries.allowed(tenantId, schedule.deliver.mail)) {
      if (sent.has(to)) continue;
      await deliveries.mail({
        to,
        tenantId,
        subject: `${schedule.name}: ${board.name}`,
        text: textOf(schedule, board.name, platform.config.STROMA_PUBLIC_URL),
        attachments: [{ fileName: made.fileName, contentType: made.contentType, content: made.bytes }],
      });
      await addSentTo(sql, tenantId, run_id, to);
      sent.add(to);
    }
    const { webhook } = schedule.deliver;
    const webhookStatus =
      webhook === null || schedule.sealedSecret === null
        ? null
        : await deliveries.webhook(
            {
              url: webhook,
              secret: await platform.keys.decryptText(schedule.sealedSecret, webhookPurpose, schedule_id),
              event: 'dashboard.delivered',
              id: run_id,
              contentType: made.contentType,
              body: made.bytes,
              fileName: made.fileName,
            },
            ctx.signal,
          );
    return {
      result: { run_id, export_id: made.exportId, mails: sent.size, bytes: made.bytes.length },
      commit: async (tx) => {
        await changeRun(tx, tenantId, run_id, {
          status: 'succeeded',
          endedAt: new Date(),
          webhookStatus,
          bytes: made.bytes.length,
          error: null,
        });
        await audit.record(tx, ctx, {
          action: 'schedule.ran',
          object: { kind: 'dashboard_schedule', id: schedule_id },
          outcome: 'success',
          details: {
            run: run_id,
            dashboard: schedule.dashboardId,
            export: made.exportId,
            mails: sent.size,
            webhook: webhookStatus,
          },
        });
      },
    };
  }
}

/** Every minute: sends off schedules that are due, and looks at alerts that are. */
export function watchJob(
  schedules: Schedules,
  alerts: { sweep: (log: Context['log']) => Promise<number>; watchAll: () => Promise<void> },
): JobDefinition<object> {
  return {
    kind: 'dashboards.watch',
    title: () => 'Sending dashboards that are due and looking at alerts',
    timeoutSeconds: 600,
    retries: 0,
    concurrency: 1,
    cron: '* * * * *',
    async run(_input, ctx) {
      const sent = await schedules.sweep(ctx.log);
      await alerts.watchAll();
      return { result: { sent, looked: await alerts.sweep(ctx.log) } };
    },
  };
}

function textOf({ name, state }: ScheduleRow, board: string, base: string | undefined): string {
  const link = base === undefined ? '' : `\n${base.replace(/\/$/, '')}/dashboards\n`;
  const filtered = (state.filters?.length ?? 0) > 0 ? ' Its filters are named on the first page.' : '';
  return `${name}\n\nThe dashboard "${board}" is attached as it stood when this was sent.${filtered}\n${link}`;
}
