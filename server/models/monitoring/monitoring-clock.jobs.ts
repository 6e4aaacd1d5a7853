import { StromaError } from '@stroma/kernel';
import type { Logger } from 'pino';
import { actingContext } from '../../platform/acting-context.ts';
import type { Context } from '../../platform/context.ts';
import { nextOrNone } from '../../platform/jobs/cron-times.ts';
import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import { findTraining } from '../training/training.store.ts';
import { type CheckInput, checkKind } from './monitors.service.ts';
import {
  dueMonitors,
  dueRetrainings,
  findMonitor,
  lockMonitor,
  lockRetraining,
  type MonitorRow,
  openRetrainings,
  type RetrainingRow,
  updateMonitor,
  updateRetraining,
} from './monitors.store.ts';
import { type CompareInput, compareKind, endRetraining, type RetrainingTools } from './retrainings.jobs.ts';

const batch = 50;

/** Every minute: sends off checks and retrainings that are due, and what follows a training that has ended. */
export function monitoringClock(tools: RetrainingTools): JobDefinition<object> {
  return {
    kind: 'ml.monitoring-clock',
    title: () => 'Looking after monitors that are due',
    timeoutSeconds: 600,
    retries: 0,
    concurrency: 1,
    cron: '* * * * *',
    run: async (_input, { log }) => {
      const now = new Date();
      return {
        result: {
          checks: await each(log, await dueMonitors(tools.parts.platform.db.sql, now, batch), (row) =>
            sendCheck(tools, log, row, now),
          ),
          retrainings: await each(log, await dueRetrainings(tools.parts.platform.db.sql, now, batch), (row) =>
            startDue(tools, log, row, now),
          ),
          ended: await each(log, await openRetrainings(tools.parts.platform.db.sql, batch), (row) =>
            follow(tools, log, row),
          ),
        },
      };
    },
  };
}

/** One that fails holds no other up. */
async function each<Row extends { id: string }>(
  log: Logger,
  rows: readonly Row[],
  work: (row: Row) => Promise<boolean>,
): Promise<number> {
  let done = 0;
  for (const row of rows)
    try {
      if (await work(row)) done += 1;
    } catch (error) {
      log.error({ err: error, row: row.id }, 'the clock of monitors could not look after it');
    }
  return done;
}

/** Null where somebody is gone. */
async function onBehalf(
  { parts }: RetrainingTools,
  log: Logger,
  tenantId: string,
  userId: string,
): Promise<Context | null> {
  const actor = await parts.access.people.actor(tenantId, userId);
  return actor === null ? null : actingContext(actor, log);
}

async function sendCheck(tools: RetrainingTools, log: Logger, row: MonitorRow, now: Date): Promise<boolean> {
  const { platform } = tools.parts;
  const ctx = await onBehalf(tools, log, row.tenantId, row.ownerId);
  return platform.db.transaction(async (tx) => {
    const present = await lockMonitor(tx, row.tenantId, row.id);
    if (present === null || present.nextAt === null || present.nextAt > now) return false;
    const { cron, timeZone } = present;
    // Of an owner who is gone nobody's rights are left to look with.
    const nextAt = ctx === null || cron === null ? null : nextOrNone(cron, timeZone, now);
    await updateMonitor(tx, row.tenantId, row.id, { nextAt });
    if (ctx === null) return false;
    const input: CheckInput = { monitor_id: row.id, scheduled: true, name: row.name };
    await platform.jobs.send(ctx, checkKind, input, { tx });
    return true;
  });
}

async function startDue(tools: RetrainingTools, log: Logger, row: MonitorRow, now: Date): Promise<boolean> {
  const { parts, models, served, retrainings } = tools;
  const { platform } = parts;
  const ctx = await onBehalf(tools, log, row.tenantId, row.ownerId);
  const schedule = row.retraining?.schedule ?? null;
  const plan =
    ctx === null
      ? null
      : await models
          .require(ctx, 'models:read', row.modelId)
          .then((model) => served.ofModel(ctx, model, row.version, 'tell'))
          .then((found) => retrainings.plan(ctx, found))
          .catch((error: unknown) => {
            log.warn({ err: error, monitor: row.id }, 'a retraining that is due cannot be planned');
            return null;
          });
  return platform.db.transaction(async (tx) => {
    const present = await lockMonitor(tx, row.tenantId, row.id);
    if (present === null || present.nextRetrainingAt === null || present.nextRetrainingAt > now) return false;
    const next =
      schedule === null || ctx === null ? null : nextOrNone(schedule.cron, schedule.time_zone, now);
    await updateMonitor(tx, row.tenantId, row.id, { nextRetrainingAt: next });
    if (ctx === null || plan === null) return false;
    try {
      await retrainings.startIn(tx, ctx, present, plan, { cause: 'schedule', ruleId: null });
      return true;
    } catch (error) {
      if (!(error instanceof StromaError) || error.code !== 'CONFLICT') throw error;
      log.info({ monitor: row.id, reason: error.message }, 'a retraining that is due was put off');
      return false;
    }
  });
}

/** What a training came to: its version is compared, its failure told. */
async function follow(tools: RetrainingTools, log: Logger, row: RetrainingRow): Promise<boolean> {
  const { platform } = tools.parts;
  const ctx =
    (await onBehalf(tools, log, row.tenantId, row.startedBy)) ??
    (await onBehalf(
      tools,
      log,
      row.tenantId,
      (await findMonitor(platform.db.sql, row.tenantId, row.monitorId))?.ownerId ?? '',
    ));
  if (ctx === null) return false;
  const training = await findTraining(platform.db.sql, ctx, row.trainingId);
  const number = training?.result?.number ?? null;
  const failed = number === null ? await failureOf(tools, ctx, row, training?.error?.message ?? null) : null;
  if (number === null && failed === null) return false;
  return platform.db.transaction(async (tx) => {
    const present = await lockRetraining(tx, row.tenantId, row.id);
    if (present === null || present.state !== 'training' || present.endedAt !== null) return false;
    if (failed !== null) {
      await endRetraining(tx, tools, ctx, present, { state: 'failed', message: failed });
      return true;
    }
    const change = {
      state: 'comparing',
      toNumber: number,
      message: `Version ${number} is registered and held against version ${row.fromNumber}.`,
    } as const;
    await updateRetraining(tx, row.tenantId, row.id, change);
    await tools.retrainings.announce(tx, ctx, { ...present, ...change });
    const input: CompareInput = { retraining_id: row.id, name: training?.name ?? '' };
    await platform.jobs.send(ctx, compareKind, input, { tx });
    return true;
  });
}

/** Null while it goes on. */
async function failureOf(
  { parts }: RetrainingTools,
  ctx: Context,
  { trainingId }: RetrainingRow,
  error: string | null,
): Promise<string | null> {
  if (error !== null) return `The training failed: ${error}`;
  try {
    const { status } = await parts.platform.jobs.get(ctx, trainingId);
    return status === 'cancelled'
      ? 'The training was cancelled.'
      : status === 'failed'
        ? 'The training failed.'
        : null;
  } catch (missing) {
    if (missing instanceof StromaError && missing.code === 'NOT_FOUND') return 'The training is gone.';
    throw missing;
  }
}
