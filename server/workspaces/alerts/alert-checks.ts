import type { AlertState, Dashboard, TileResult } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Logger } from 'pino';
import type { Access, Audit } from '../../access/index.ts';
import { actingContext } from '../../platform/acting-context.ts';
import type { Context } from '../../platform/context.ts';
import { newId } from '../../platform/ids.ts';
import { isWithinHours } from '../../platform/jobs/cron-times.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext } from '../../platform/system-actor.ts';
import type { ShownBoards } from '../exports/shown-boards.ts';
import type { Deliveries } from '../schedules/deliveries.ts';
import { webhookPurpose } from '../schedules/schedules.service.ts';
import { datasetsOf, type SharingPolicies } from '../shares/sharing-policy.ts';
import { judge, numbersOf, takenValue } from './alert-rules.ts';
import { type Step, step } from './alert-states.ts';
import { type AlertRow, changeAlert, insertEntry } from './alerts.store.ts';
import type { SeenValue } from './alerts.tables.ts';

const mostValues = 100;
const longestMs = 30_000;

export interface AlertChecksParts {
  platform: Pick<Platform, 'db' | 'keys' | 'events' | 'config'>;
  audit: Audit;
  people: Access['people'];
  boards: ShownBoards;
  policies: SharingPolicies;
  deliveries: Deliveries;
}

interface Look {
  status: Exclude<AlertState, 'unknown'>;
  value: number | null;
  expected: string;
  message: string;
  error: string | null;
  history: SeenValue[];
  datasetIds: string[] | null;
}

/** Looks at the tile of an alert as its maker sees it now, tells whom it is to tell, and writes down what was found. */
export class AlertChecks {
  readonly #parts: AlertChecksParts;

  constructor(parts: AlertChecksParts) {
    this.#parts = parts;
  }

  async check(row: AlertRow, log: Logger, nextAt: Date | null, now = new Date()): Promise<AlertRow> {
    const signal = AbortSignal.timeout(longestMs);
    const look = await this.#look(row, log, signal, now);
    const changed = row.status !== look.status;
    const after = step(
      {
        status: row.status,
        toldAt: row.toldAt,
        waiting: row.waiting,
        acknowledged: row.acknowledgedAt !== null,
        known: row.toldAt !== null && row.toldAt >= row.since && !row.waiting,
      },
      look.status,
      {
        quiet: row.quietHours !== null && isWithinHours(row.quietHours, row.timeZone, now),
        coolDownMinutes: row.coolDownMinutes,
        tellMissing: row.tellMissing,
        tellResolved: row.tellResolved,
        now,
      },
    );
    const failed = after.tells ? await this.#tell(row, look, log, signal) : null;
    return this.#write(row, look, after, { changed, failed, nextAt, now, log });
  }

  async #look(row: AlertRow, log: Logger, signal: AbortSignal, now: Date): Promise<Look> {
    const { people, boards } = this.#parts;
    const missing = (message: string): Look => ({
      status: 'missing',
      value: null,
      expected: 'a value',
      message,
      error: message,
      history: row.history,
      datasetIds: null,
    });
    try {
      const maker = await people.actor(row.tenantId, row.ownerId);
      if (maker === null) return missing('Whoever made the alert is gone.');
      if (!maker.permissions.has('dashboards:share'))
        return missing('Whoever made the alert may no longer be told of dashboards.');
      const ctx = actingContext(maker, log, signal);
      const board = await boards.get(ctx, row.dashboardId);
      const tile = board.tiles.find(({ tile_id }) => tile_id === row.tileId);
      if (tile === undefined) return missing('The tile is no longer on the dashboard.');
      const { results } = await boards.data(ctx, row.dashboardId, row.state, [row.tileId]);
      const [result] = results;
      if (result === undefined || result.error !== null)
        return missing(`The tile could not be read: ${result?.error?.message ?? 'it gave no answer'}`);
      return { ...this.#judged(row, result, now), datasetIds: datasetsOf([tile]) };
    } catch (error) {
      if (error instanceof StromaError) return missing(`The tile could not be read: ${error.message}`);
      throw error;
    }
  }

  #judged(row: AlertRow, result: TileResult, now: Date): Omit<Look, 'datasetIds'> {
    const numbers = numbersOf(result, row.columnName);
    const taken = numbers === null ? null : takenValue(numbers, row.take);
    const versions = result.dataset_versions
      .map(({ version_id }) => version_id)
      .sort()
      .join(' ');
    const last = row.history.at(-1);
    const value = taken?.value ?? null;
    const same = last !== undefined && last.versions === versions && last.value === value;
    const seen = { at: now.toISOString(), value, versions };
    const history = same ? row.history : [...row.history, seen].slice(-mostValues);
    if (taken === null) {
      const message =
        numbers === null
          ? `The tile has no column of numbers${row.columnName === null ? '' : ` "${row.columnName}"`}.`
          : 'The tile has no value.';
      return { status: 'missing', value, expected: 'a value', message, error: null, history };
    }
    // A series carries its own past; a single number has only what was seen of it.
    const past = history.slice(0, -1).flatMap((each) => (each.value === null ? [] : [each.value]));
    const { firing, expected, message } = judge(
      row.rule,
      taken.value,
      taken.before.length > 0 ? taken.before : past,
    );
    return { status: firing ? 'firing' : 'ok', value, expected, message, error: null, history };
  }

  /** Null, or why somebody could not be told. */
  async #tell(row: AlertRow, look: Look, log: Logger, signal: AbortSignal): Promise<string | null> {
    const { platform, deliveries, policies } = this.#parts;
    const { mail, webhook } = row.deliver;
    const board = await this.#boardOf(row, log, signal);
    const title = `${words[look.status]}: ${row.name}`;
    const link = `${platform.config.STROMA_PUBLIC_URL?.replace(/\/$/, '') ?? ''}/dashboards/${row.dashboardId}`;
    const text = [
      title,
      '',
      look.message,
      `Expected: ${look.expected}`,
      `Dashboard: ${board?.name ?? row.dashboardId}`,
      ...(board === null ? [] : [`Tile: ${titleOf(board, row.tileId)}`]),
      '',
      link,
      '',
    ].join('\n');
    try {
      if (board !== null && mail.length + (webhook === null ? 0 : 1) > 0)
        await policies.requireMayLeave(row.tenantId, await policies.of(row.tenantId), board.tiles);
      for (const to of await deliveries.allowed(row.tenantId, mail))
        await deliveries.mail({ to, tenantId: row.tenantId, subject: title, text });
      if (webhook !== null && row.sealedSecret !== null) {
        const body = {
          alert_id: row.id,
          dashboard_id: row.dashboardId,
          tile_id: row.tileId,
          name: row.name,
          status: look.status,
          before: row.status,
          value: look.value,
          expected: look.expected,
          message: look.message,
          link,
        };
        await deliveries.webhook(
          {
            url: webhook,
            secret: await platform.keys.decryptText(row.sealedSecret, webhookPurpose, row.id),
            event: 'dashboard.alert',
            id: newId('alertEntry'),
            contentType: 'application/json',
            body: new Uint8Array(Buffer.from(JSON.stringify(body))),
          },
          signal,
        );
      }
      return null;
    } catch (error) {
      log.warn({ err: error, alert: row.id }, 'an alert could not be told');
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #boardOf(row: AlertRow, log: Logger, signal: AbortSignal): Promise<Dashboard | null> {
    const maker = await this.#parts.people.actor(row.tenantId, row.ownerId);
    if (maker === null) return null;
    return this.#parts.boards.get(actingContext(maker, log, signal), row.dashboardId).catch(() => null);
  }

  #write(
    row: AlertRow,
    look: Look,
    after: Step,
    found: { changed: boolean; failed: string | null; nextAt: Date | null; now: Date; log: Logger },
  ): Promise<AlertRow> {
    const { platform, audit } = this.#parts;
    const { changed, failed, nextAt, now, log } = found;
    const { tenantId, id } = row;
    const told = after.told === 'sent' && failed !== null ? 'failed' : after.told;
    const isBad = look.status !== 'ok';
    return platform.db.transaction(async (tx) => {
      const written = await changeAlert(tx, tenantId, id, {
        status: look.status,
        ...(changed && { since: now }),
        value: look.value,
        message: look.message,
        error: look.error,
        history: look.history,
        checkedAt: now,
        nextAt,
        waiting: isBad && (after.waiting || failed !== null),
        ...(after.tells && failed === null && isBad && { toldAt: now }),
        ...(after.forgetsAcknowledgement && { acknowledgedBy: null, acknowledgedAt: null }),
        ...(look.datasetIds !== null && { datasetIds: look.datasetIds }),
      });
      if (told === null) return written;
      await insertEntry(tx, {
        id: newId('alertEntry'),
        tenantId,
        alertId: id,
        at: now,
        fromState: row.status,
        toState: look.status,
        value: look.value,
        expected: look.expected,
        message: look.message,
        told,
        toldError: failed,
      });
      if (changed && row.status === 'unknown' && look.status === 'ok') return written;
      const ctx: Context = systemContext(log, tenantId);
      await audit.record(tx, ctx, {
        action: isBad ? 'alert.fired' : 'alert.resolved',
        object: { kind: 'dashboard_alert', id },
        outcome: 'success',
        details: { dashboard: row.dashboardId, status: look.status, told },
      });
      if (row.deliver.event && changed)
        await platform.events.publish(tx, ctx, 'dashboard.alert', id, {
          alert_id: id,
          dashboard_id: row.dashboardId,
          tile_id: row.tileId,
          status: look.status,
        });
      return written;
    });
  }
}

const words = { ok: 'Resolved', firing: 'Alert', missing: 'No data' } as const;

const titleOf = ({ tiles }: Dashboard, tileId: string): string =>
  tiles.find(({ tile_id }) => tile_id === tileId)?.title || 'without a title';
