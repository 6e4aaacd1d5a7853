import type { AlertEntry, Dashboard, DashboardAlert, dashboardAlertsApi } from '@stroma/contracts';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Access, Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { acrossTenants, withinTenant } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { nextOrNone, nextTime } from '../../platform/jobs/cron-times.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ShownBoards } from '../exports/shown-boards.ts';
import { type Deliveries, makeWebhookSecret } from '../schedules/deliveries.ts';
import { webhookPurpose } from '../schedules/schedules.service.ts';
import type { ShareAccess } from '../shares/share-access.ts';
import { datasetsOf, type SharingPolicies } from '../shares/sharing-policy.ts';
import type { AlertChecks } from './alert-checks.ts';
import { alertDocument, alertSettings, entryDocument } from './alert-document.ts';
import {
  type AlertRow,
  changeAlert,
  deleteAlert,
  findAlert,
  insertAlert,
  listAlerts,
  listEntries,
  lockDueAlerts,
} from './alerts.store.ts';

type Settings = z.output<typeof dashboardAlertsApi.create.body>;
type Change = z.output<typeof dashboardAlertsApi.update.body>;
type Page = { limit: number; cursor?: string | undefined };

const batch = 20;

export interface AlertsParts {
  platform: Pick<Platform, 'db' | 'keys'>;
  audit: Audit;
  people: Access['people'];
  boards: ShownBoards;
  shareAccess: ShareAccess;
  policies: SharingPolicies;
  deliveries: Deliveries;
  checks: AlertChecks;
  /** Told when a tenant has an alert that was not there before. */
  onWatched: (tenantId: string) => void;
}

/** Values of tiles that somebody is to be told of. */
export class Alerts {
  readonly #parts: AlertsParts;

  constructor(parts: AlertsParts) {
    this.#parts = parts;
  }

  async list(ctx: Context, dashboardId: string, { limit, cursor }: Page) {
    const { platform, boards } = this.#parts;
    await boards.get(ctx, dashboardId);
    const { tenantId } = ctx.actor;
    const where = { tenantId, dashboardId, before: cursor, limit: limit + 1 };
    const { page, next_cursor } = cutPage(await listAlerts(platform.db.sql, where), limit, ({ id }) => id);
    return { items: await Promise.all(page.map((row) => this.#document(ctx, row))), next_cursor };
  }

  async create(ctx: Context, dashboardId: string, input: Settings) {
    const { platform, audit, shareAccess } = this.#parts;
    const { tenantId, id: ownerId } = ctx.actor;
    const board = await shareAccess.requireBoard(ctx, dashboardId);
    await this.#requireTellable(ctx, board, input);
    const id = newId('alert');
    const secret = input.deliver.webhook === null ? null : makeWebhookSecret();
    const row = await platform.db.transaction(async (tx) => {
      const made = await insertAlert(tx, {
        ...columnsOf(input),
        id,
        tenantId,
        dashboardId,
        ownerId,
        datasetIds: datasetsOf(board.tiles.filter(({ tile_id }) => tile_id === input.tile_id)),
        sealedSecret: secret === null ? null : await platform.keys.encryptText(secret, webhookPurpose, id),
        history: [],
        nextAt: input.paused ? null : new Date(),
      });
      await audit.record(tx, ctx, {
        action: 'alert.created',
        object: { kind: 'dashboard_alert', id },
        outcome: 'success',
        after: input,
        details: { dashboard: dashboardId, tile: input.tile_id, kind: input.rule.kind },
      });
      return made;
    });
    this.#parts.onWatched(tenantId);
    return { alert: await this.#document(ctx, row), webhook_secret: secret };
  }

  /** Others than its maker may only pause it. */
  async update(ctx: Context, dashboardId: string, id: string, change: Change) {
    const { platform, audit } = this.#parts;
    const { board, row: before } = await this.#one(ctx, dashboardId, id);
    const onlyPauses = Object.keys(change).every((key) => key === 'paused') && change.paused === true;
    if (!onlyPauses) requireMaker(ctx, before);
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const after = { ...alertSettings(before), ...given } as Settings;
    if (!onlyPauses) await this.#requireTellable(ctx, board, after);
    const isNewHook = after.deliver.webhook !== null && before.deliver.webhook !== after.deliver.webhook;
    const secret = isNewHook ? makeWebhookSecret() : null;
    const row = await platform.db.transaction(async (tx) => {
      const changed = await changeAlert(tx, ctx.actor.tenantId, id, {
        ...columnsOf(after),
        updatedAt: new Date(),
        nextAt: after.paused ? null : new Date(),
        ...(secret === null
          ? {}
          : { sealedSecret: await platform.keys.encryptText(secret, webhookPurpose, id) }),
      });
      await audit.record(tx, ctx, {
        action: 'alert.changed',
        object: { kind: 'dashboard_alert', id },
        outcome: 'success',
        before: alertSettings(before),
        after,
        details: { dashboard: dashboardId, paused: after.paused },
      });
      return changed;
    });
    return { alert: await this.#document(ctx, row), webhook_secret: secret };
  }

  async remove(ctx: Context, dashboardId: string, id: string): Promise<void> {
    const { platform, audit } = this.#parts;
    const { row } = await this.#one(ctx, dashboardId, id);
    await platform.db.transaction(async (tx) => {
      await deleteAlert(tx, ctx.actor.tenantId, id);
      await audit.record(tx, ctx, {
        action: 'alert.deleted',
        object: { kind: 'dashboard_alert', id },
        outcome: 'success',
        before: alertSettings(row),
        details: { dashboard: dashboardId },
      });
    });
  }

  async check(ctx: Context, dashboardId: string, id: string): Promise<DashboardAlert> {
    const { row } = await this.#one(ctx, dashboardId, id);
    requireMaker(ctx, row);
    return this.#document(ctx, await this.#parts.checks.check(row, ctx.log, row.nextAt));
  }

  async acknowledge(ctx: Context, dashboardId: string, id: string): Promise<DashboardAlert> {
    const { platform, audit, boards } = this.#parts;
    await boards.get(ctx, dashboardId);
    const before = await this.#row(ctx, dashboardId, id);
    if (before.status === 'ok' || before.status === 'unknown')
      fail('CONFLICT', 'There is nothing to acknowledge: the alert does not stand.', {
        status: before.status,
      });
    const row = await platform.db.transaction(async (tx) => {
      const changed = await changeAlert(tx, ctx.actor.tenantId, id, {
        acknowledgedBy: ctx.actor.id,
        acknowledgedAt: new Date(),
        waiting: false,
      });
      await audit.record(tx, ctx, {
        action: 'alert.acknowledged',
        object: { kind: 'dashboard_alert', id },
        outcome: 'success',
        details: { dashboard: dashboardId, status: before.status },
      });
      return changed;
    });
    return this.#document(ctx, row);
  }

  async entries(
    ctx: Context,
    dashboardId: string,
    id: string,
    { limit, cursor }: Page,
  ): Promise<{ items: AlertEntry[]; next_cursor: string | null }> {
    const { platform, boards } = this.#parts;
    await boards.get(ctx, dashboardId);
    const row = await this.#row(ctx, dashboardId, id);
    const rows = await listEntries(platform.db.sql, {
      tenantId: ctx.actor.tenantId,
      alertId: id,
      before: cursor,
      limit: limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, limit, ({ id: entryId }) => entryId);
    return { items: page.map((each) => entryDocument(each, row.ownerId === ctx.actor.id)), next_cursor };
  }

  /** Looks at what is due, of every tenant. One that fails holds no other up. Answers how many it looked at. */
  async sweep(log: Logger, now = new Date()): Promise<number> {
    const { platform, checks } = this.#parts;
    for (let looked = 0; ; ) {
      const due = await acrossTenants('alerts of every tenant fall due', () =>
        platform.db.transaction(async (tx) => {
          const rows = await lockDueAlerts(tx, now, batch);
          for (const row of rows) {
            const nextAt = nextOrNone(row.cron, row.timeZone, now);
            await changeAlert(tx, row.tenantId, row.id, { nextAt, ...(nextAt === null && { paused: true }) });
          }
          return rows;
        }),
      );
      for (const row of due)
        await acrossTenants('each is looked at within its own tenant', () =>
          withinTenant(row.tenantId, () =>
            checks.check(row, log, nextOrNone(row.cron, row.timeZone, now)).catch((error: unknown) => {
              log.error({ err: error, alert: row.id }, 'an alert could not be looked at');
            }),
          ),
        );
      looked += due.length;
      if (due.length < batch) return looked;
    }
  }

  async #requireTellable(ctx: Context, board: Dashboard, input: Settings): Promise<void> {
    const { deliveries, policies } = this.#parts;
    const { tenantId } = ctx.actor;
    const tile = board.tiles.find(({ tile_id }) => tile_id === input.tile_id);
    if (tile === undefined || tile.query === null)
      fail('INVALID_INPUT', 'Expected a tile of this dashboard that shows data.', { field: 'tile_id' });
    nextTime(input.cron, input.time_zone);
    await deliveries.requireAllowed(tenantId, input.deliver, { also: input.deliver.event });
    if (input.deliver.mail.length > 0 || input.deliver.webhook !== null)
      await policies.requireMayLeave(tenantId, await policies.of(tenantId), [tile]);
  }

  async #one(ctx: Context, dashboardId: string, id: string): Promise<{ board: Dashboard; row: AlertRow }> {
    const board = await this.#parts.shareAccess.requireBoard(ctx, dashboardId);
    return { board, row: await this.#row(ctx, dashboardId, id) };
  }

  async #row(ctx: Context, dashboardId: string, id: string): Promise<AlertRow> {
    const row = await findAlert(this.#parts.platform.db.sql, ctx.actor.tenantId, id);
    return row?.dashboardId === dashboardId
      ? row
      : fail('NOT_FOUND', 'There is no such alert on this dashboard.');
  }

  async #document(ctx: Context, row: AlertRow): Promise<DashboardAlert> {
    const { people } = this.#parts;
    const owner = await people.card(row.tenantId, row.ownerId);
    const keeper = row.acknowledgedBy === null ? null : await people.card(row.tenantId, row.acknowledgedBy);
    return alertDocument(row, ctx.actor.id, {
      owner: owner?.name ?? null,
      acknowledgedBy: keeper?.name ?? null,
    });
  }
}

function requireMaker({ actor }: Context, { ownerId }: AlertRow): void {
  if (actor.id !== ownerId)
    fail(
      'FORBIDDEN',
      'It looks with the rights of its maker, who alone may do this. You may pause or delete it.',
    );
}

const columnsOf = (input: Settings) => ({
  name: input.name,
  tileId: input.tile_id,
  columnName: input.column,
  take: input.take,
  state: input.state,
  rule: input.rule,
  cron: input.cron,
  timeZone: input.time_zone,
  quietHours: input.quiet_hours,
  coolDownMinutes: input.cool_down_minutes,
  deliver: input.deliver,
  tellMissing: input.tell_missing,
  tellResolved: input.tell_resolved,
  paused: input.paused,
});
