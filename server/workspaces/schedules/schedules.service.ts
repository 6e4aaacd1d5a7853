import type { DashboardSchedule, dashboardSchedulesApi, ScheduleRun } from '@stroma/contracts';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Access, Audit } from '../../access/index.ts';
import { actingContext } from '../../platform/acting-context.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { nextOrNone, nextTime, requireApart } from '../../platform/jobs/cron-times.ts';
import { sendDue } from '../../platform/jobs/due-work.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext } from '../../platform/system-actor.ts';
import type { ShareAccess } from '../shares/share-access.ts';
import type { SharingPolicies } from '../shares/sharing-policy.ts';
import { type Deliveries, makeWebhookSecret } from './deliveries.ts';
import {
  changeSchedule,
  deleteSchedule,
  dueSchedules,
  findSchedule,
  insertRun,
  insertSchedule,
  lastRuns,
  listRuns,
  listSchedules,
  lockDueSchedule,
  type RunRow,
  type ScheduleRow,
} from './schedules.store.ts';

type Settings = z.output<typeof dashboardSchedulesApi.create.body>;
type Change = z.output<typeof dashboardSchedulesApi.update.body>;
type Page = { limit: number; cursor?: string | undefined };

export const deliverKind = 'dashboards.deliver';
export const webhookPurpose = 'dashboard-webhook';
const nearestMinutes = 5;

export interface DeliverInput {
  schedule_id: string;
  run_id: string;
  /** Of the schedule, for the title. */
  name: string;
}

export interface SchedulesParts {
  platform: Pick<Platform, 'db' | 'jobs' | 'keys'>;
  audit: Audit;
  people: Access['people'];
  shareAccess: ShareAccess;
  policies: SharingPolicies;
  deliveries: Deliveries;
}

/** When dashboards are sent, and to whom. */
export class Schedules {
  readonly #parts: SchedulesParts;

  constructor(parts: SchedulesParts) {
    this.#parts = parts;
  }

  async list(ctx: Context, dashboardId: string, { limit, cursor }: Page) {
    const { platform, shareAccess } = this.#parts;
    await shareAccess.requireBoard(ctx, dashboardId);
    const { tenantId } = ctx.actor;
    const where = { tenantId, dashboardId, before: cursor, limit: limit + 1 };
    const rows = await listSchedules(platform.db.sql, where);
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    const last = await lastRuns(
      platform.db.sql,
      tenantId,
      page.map(({ id }) => id),
    );
    return {
      items: await Promise.all(page.map((row) => this.#document(ctx, row, last.get(row.id)))),
      next_cursor,
    };
  }

  async create(ctx: Context, dashboardId: string, input: Settings) {
    const { platform, audit } = this.#parts;
    const { tenantId, id: ownerId } = ctx.actor;
    await this.#requireSendable(ctx, dashboardId, input);
    const id = newId('schedule');
    const secret = input.deliver.webhook === null ? null : makeWebhookSecret();
    const row = await platform.db.transaction(async (tx) => {
      const made = await insertSchedule(tx, {
        id,
        tenantId,
        dashboardId,
        ownerId,
        name: input.name,
        cron: input.cron,
        timeZone: input.time_zone,
        format: input.format,
        scheme: input.scheme,
        state: input.state,
        deliver: input.deliver,
        sealedSecret: secret === null ? null : await platform.keys.encryptText(secret, webhookPurpose, id),
        paused: input.paused,
        nextAt: input.paused ? null : nextTime(input.cron, input.time_zone),
      });
      await audit.record(tx, ctx, {
        action: 'schedule.created',
        object: { kind: 'dashboard_schedule', id },
        outcome: 'success',
        after: input,
        details: detailsOf(made),
      });
      return made;
    });
    return { schedule: await this.#document(ctx, row, undefined), webhook_secret: secret };
  }

  /** Others than its owner may only pause it. */
  async update(ctx: Context, dashboardId: string, id: string, change: Change) {
    const { platform, audit } = this.#parts;
    const { tenantId } = ctx.actor;
    const before = await this.#one(ctx, dashboardId, id);
    const onlyPauses = Object.keys(change).every((key) => key === 'paused') && change.paused === true;
    if (!onlyPauses) requireOwner(ctx, before);
    const after: Settings = { ...settingsOf(before), ...withoutAbsent(change) };
    if (!onlyPauses) await this.#requireSendable(ctx, dashboardId, after);
    const isNewHook = after.deliver.webhook !== null && before.deliver.webhook !== after.deliver.webhook;
    const secret = isNewHook ? makeWebhookSecret() : null;
    const row = await platform.db.transaction(async (tx) => {
      const changed = await changeSchedule(tx, tenantId, id, {
        name: after.name,
        cron: after.cron,
        timeZone: after.time_zone,
        format: after.format,
        scheme: after.scheme,
        state: after.state,
        deliver: after.deliver,
        paused: after.paused,
        nextAt: after.paused ? null : nextTime(after.cron, after.time_zone),
        ...(secret === null
          ? {}
          : { sealedSecret: await platform.keys.encryptText(secret, webhookPurpose, id) }),
      });
      await audit.record(tx, ctx, {
        action: 'schedule.changed',
        object: { kind: 'dashboard_schedule', id },
        outcome: 'success',
        before: settingsOf(before),
        after,
        details: detailsOf(changed),
      });
      return changed;
    });
    const last = await lastRuns(platform.db.sql, tenantId, [id]);
    return { schedule: await this.#document(ctx, row, last.get(id)), webhook_secret: secret };
  }

  async remove(ctx: Context, dashboardId: string, id: string): Promise<void> {
    const { platform, audit } = this.#parts;
    const before = await this.#one(ctx, dashboardId, id);
    await platform.db.transaction(async (tx) => {
      await deleteSchedule(tx, ctx.actor.tenantId, id);
      await audit.record(tx, ctx, {
        action: 'schedule.deleted',
        object: { kind: 'dashboard_schedule', id },
        outcome: 'success',
        before: settingsOf(before),
        details: detailsOf(before),
      });
    });
  }

  async runNow(ctx: Context, dashboardId: string, id: string): Promise<{ job_id: string }> {
    const row = await this.#one(ctx, dashboardId, id);
    requireOwner(ctx, row);
    return {
      job_id: await this.#parts.platform.db.transaction((tx) => this.#send(tx, ctx, row, true)),
    };
  }

  async runs(ctx: Context, dashboardId: string, id: string, { limit, cursor }: Page) {
    await this.#one(ctx, dashboardId, id);
    const rows = await listRuns(this.#parts.platform.db.sql, {
      tenantId: ctx.actor.tenantId,
      scheduleId: id,
      before: cursor,
      limit: limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, limit, ({ id: runId }) => runId);
    return { items: page.map(runDocument), next_cursor };
  }

  /** Sends off what is due, of every tenant; one that fails holds no other up. A schedule whose maker is gone is paused. */
  sweep(log: Logger, now = new Date()): Promise<number> {
    return sendDue({
      due: (limit) => dueSchedules(this.#parts.platform.db.sql, now, limit),
      send: (row) => this.#sendDue(log, row, now),
      failed: (row, err) => log.error({ err, schedule: row.id }, 'a schedule could not be sent off'),
    });
  }

  /** False when another process was first, or its maker is gone. */
  async #sendDue(log: Logger, row: ScheduleRow, now: Date): Promise<boolean> {
    const { platform, people, audit } = this.#parts;
    const { tenantId, id } = row;
    const owner = await people.actor(tenantId, row.ownerId);
    const nextAt = nextOrNone(row.cron, row.timeZone, now);
    return platform.db.transaction(async (tx) => {
      if (!(await lockDueSchedule(tx, id, now))) return false;
      if (owner === null || nextAt === null) {
        await changeSchedule(tx, tenantId, id, { paused: true, nextAt: null });
        await audit.record(tx, systemContext(log, tenantId), {
          action: 'schedule.failed',
          object: { kind: 'dashboard_schedule', id },
          outcome: 'failure',
          details: { reason: owner === null ? 'its maker is gone' : 'its time is none' },
        });
        return false;
      }
      await changeSchedule(tx, tenantId, id, { nextAt });
      await this.#send(tx, actingContext(owner, log), row, false);
      return true;
    });
  }

  async #send(tx: Sql, ctx: Context, row: ScheduleRow, byHand: boolean): Promise<string> {
    const { tenantId, id: scheduleId, name } = row;
    const run_id = newId('scheduleRun');
    await insertRun(tx, { id: run_id, tenantId, scheduleId, status: 'running', byHand, sentTo: [] });
    const input: DeliverInput = { schedule_id: scheduleId, run_id, name };
    return this.#parts.platform.jobs.send(ctx, deliverKind, input, { tx });
  }

  async #requireSendable(ctx: Context, dashboardId: string, input: Settings): Promise<void> {
    const { shareAccess, policies, deliveries } = this.#parts;
    const { tenantId } = ctx.actor;
    const board = await shareAccess.requireBoard(ctx, dashboardId);
    requireApart(input.cron, input.time_zone, nearestMinutes);
    await deliveries.requireAllowed(tenantId, input.deliver);
    await policies.requireMayLeave(tenantId, await policies.of(tenantId), board.tiles);
  }

  async #one(ctx: Context, dashboardId: string, id: string): Promise<ScheduleRow> {
    const { platform, shareAccess } = this.#parts;
    await shareAccess.requireBoard(ctx, dashboardId);
    const row = await findSchedule(platform.db.sql, ctx.actor.tenantId, id);
    return row?.dashboardId === dashboardId
      ? row
      : fail('NOT_FOUND', 'There is no such schedule on this dashboard.');
  }

  async #document(ctx: Context, row: ScheduleRow, last: RunRow | undefined): Promise<DashboardSchedule> {
    const owner = await this.#parts.people.card(row.tenantId, row.ownerId);
    return {
      ...settingsOf(row),
      schedule_id: row.id,
      dashboard_id: row.dashboardId,
      owner: { user_id: row.ownerId, name: owner?.name ?? null },
      next_at: row.nextAt?.toISOString() ?? null,
      last_run: last === undefined ? null : runDocument(last),
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
      may_change: row.ownerId === ctx.actor.id,
    };
  }
}

function requireOwner({ actor }: Context, { ownerId }: Pick<ScheduleRow, 'ownerId'>): void {
  if (actor.id !== ownerId)
    fail(
      'FORBIDDEN',
      'It runs with the rights of its maker, who alone may do this. You may pause or delete it.',
    );
}

const withoutAbsent = <T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;

const settingsOf = (row: ScheduleRow): Settings => ({
  name: row.name,
  cron: row.cron,
  time_zone: row.timeZone,
  format: row.format,
  scheme: row.scheme,
  state: row.state,
  deliver: row.deliver,
  paused: row.paused,
});

const detailsOf = ({ dashboardId, cron, timeZone, deliver, paused }: ScheduleRow) => ({
  dashboard: dashboardId,
  cron,
  time_zone: timeZone,
  mails: deliver.mail.length,
  webhook: deliver.webhook !== null,
  paused,
});

export const runDocument = (row: RunRow): ScheduleRun => ({
  run_id: row.id,
  status: row.status,
  started_at: row.startedAt.toISOString(),
  ended_at: row.endedAt?.toISOString() ?? null,
  by_hand: row.byHand,
  mails: row.sentTo.length,
  webhook_status: row.webhookStatus,
  bytes: row.bytes,
  error: row.error,
});
