import {
  type LegalHold,
  type RetentionItem,
  type RetentionKind,
  type RetentionPolicy,
  type RetentionRun,
  retentionKinds,
} from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import type { RetentionFacts } from '../compliance/facts.ts';
import type { Holds, Kept } from './kept.ts';
import {
  changedPolicies,
  findHold,
  type HoldRow,
  holdsInForce,
  insertHold,
  insertRun,
  liftHold,
  listHolds,
  listRuns,
  savePolicy,
  subjectExists,
} from './retention.store.ts';

export const applyKind = 'retention.apply';
const dayMs = 86_400_000;
/** Periods of what no module of this installation keeps yet. */
const defaults: Partial<Record<RetentionKind, number>> = { runs: 5 * 365 + 1 };

/** How long things are kept, what is on hold, and the disposal of what is past its time. */
export class Retention {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #kept = new Map<RetentionKind, Kept>();

  constructor(platform: Platform, audit: Audit) {
    this.#platform = platform;
    this.#audit = audit;
  }

  /** A module says how its own is found and disposed of. */
  know(kept: Kept): void {
    if (this.#kept.has(kept.kind)) throw new Error(`the retention of ${kept.kind} is known already`);
    this.#kept.set(kept.kind, kept);
  }

  async policies(tenantId: string): Promise<RetentionPolicy[]> {
    const changed = await changedPolicies(this.#platform.db.sql, tenantId);
    return retentionKinds.map((kind) => {
      const kept = this.#kept.get(kind);
      const own = changed.find((each) => each.kind === kind);
      const default_days = kept?.defaultDays ?? defaults[kind] ?? 365;
      return {
        kind,
        days: own?.days ?? default_days,
        default_days,
        shortest_days: kept?.shortestDays ?? 1,
        manner: kept?.manner ?? 'dispose',
        stored: kept !== undefined,
        changed_by: own?.changedBy ?? null,
        changed_at: own?.changedAt.toISOString() ?? null,
      };
    });
  }

  /** Throws UNPROCESSABLE for less than the kind allows. */
  async setPolicy(ctx: Context, kind: RetentionKind, days: number): Promise<RetentionPolicy> {
    const { tenantId, id } = ctx.actor;
    const before = await this.#policy(tenantId, kind);
    if (days < before.shortest_days)
      fail('UNPROCESSABLE', `Expected at least ${before.shortest_days} days for ${kind}, given ${days}.`, {
        shortest_days: before.shortest_days,
      });
    await this.#platform.db.transaction(async (tx) => {
      await savePolicy(tx, { tenantId, kind, days, changedBy: id, changedAt: new Date() });
      await this.#audit.record(tx, ctx, {
        action: 'retention.changed',
        object: { kind: 'retention_policy', id: kind },
        outcome: 'success',
        before: before.days,
        after: days,
        details: { from_days: before.days, to_days: days },
      });
    });
    return this.#policy(tenantId, kind);
  }

  /** What is due now; changes nothing. */
  async preview(ctx: Context): Promise<RetentionItem[]> {
    const { tenantId } = ctx.actor;
    const holds = await this.holdsOf(tenantId);
    const items: RetentionItem[] = [];
    for (const { kept, before } of await this.#due(tenantId)) {
      const { due, held, oldest } = await kept.find(tenantId, before, holds);
      items.push({
        kind: kept.kind,
        manner: kept.manner,
        before: before.toISOString(),
        due,
        held,
        done: 0,
        oldest: oldest?.toISOString() ?? null,
        archive: null,
      });
    }
    return items;
  }

  /** Disposes and archives for the tenant of `ctx`, and puts on record what it did. */
  async apply(ctx: Context): Promise<RetentionRun> {
    const { tenantId, id: by } = ctx.actor;
    const items: RetentionItem[] = [];
    for (const item of await this.preview(ctx)) {
      ctx.signal.throwIfAborted();
      const kept = this.#kept.get(item.kind);
      // Holds are read anew: one may have been placed meanwhile.
      const disposed =
        item.due === 0 || kept === undefined
          ? { done: 0, archive: null }
          : await kept.dispose(ctx, new Date(item.before), await this.holdsOf(tenantId));
      items.push({ ...item, ...disposed });
    }
    const run = { id: newId('retentionRun'), tenantId, at: new Date(), by, items };
    await this.#platform.db.transaction(async (tx) => {
      await insertRun(tx, run);
      await this.#audit.record(tx, ctx, {
        action: 'retention.applied',
        object: { kind: 'retention_run', id: run.id },
        outcome: 'success',
        after: items,
        details: {
          ...Object.fromEntries(items.map(({ kind, done }) => [kind, done])),
          held: items.reduce((sum, { held }) => sum + held, 0),
        },
      });
    });
    return { run_id: run.id, at: run.at.toISOString(), by, items };
  }

  async applyNow(ctx: Context): Promise<{ job_id: string }> {
    return { job_id: await this.#platform.jobs.send(ctx, applyKind, {}) };
  }

  async runs(ctx: Context, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
    const rows = await listRuns(this.#platform.db.sql, ctx.actor.tenantId, {
      limit: limit + 1,
      before: cursor,
    });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return {
      items: page.map(({ id, at, by, items }) => ({ run_id: id, at: at.toISOString(), by, items })),
      next_cursor,
    };
  }

  async holds(ctx: Context, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
    const rows = await listHolds(this.#platform.db.sql, ctx.actor.tenantId, {
      limit: limit + 1,
      before: cursor,
    });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return {
      items: page.map(holdDocument),
      next_cursor,
    };
  }

  /** Throws NOT_FOUND when there is no such dataset or person. */
  async placeHold(
    ctx: Context,
    input: { scope: HoldRow['scope']; subject_id?: string | undefined; reason: string },
  ): Promise<LegalHold> {
    const { scope, subject_id: subjectId = null, reason } = input;
    const { tenantId, id: placedBy, name: placedByName } = ctx.actor;
    const { db } = this.#platform;
    if (scope !== 'everything' && !(await subjectExists(db.sql, tenantId, scope, subjectId ?? '')))
      fail('NOT_FOUND', `There is no such ${scope}.`, { subject_id: subjectId });
    const row: HoldRow = {
      id: newId('hold'),
      tenantId,
      scope,
      subjectId,
      reason,
      placedBy,
      placedByName,
      placedAt: new Date(),
      liftedBy: null,
      liftedByName: null,
      liftedAt: null,
      liftReason: null,
    };
    await db.transaction(async (tx) => {
      await insertHold(tx, row);
      await this.#audit.record(tx, ctx, {
        action: 'legal-hold.placed',
        object: { kind: 'legal_hold', id: row.id },
        outcome: 'success',
        after: row,
        details: { scope, subject_id: subjectId, reason },
      });
    });
    return holdDocument(row);
  }

  /** Throws NOT_FOUND, CONFLICT when it was lifted already. */
  async liftHold(ctx: Context, id: string, reason: string): Promise<LegalHold> {
    const { tenantId, id: by, name: byName } = ctx.actor;
    const { db } = this.#platform;
    const missing = () => fail('NOT_FOUND', 'There is no such legal hold.', { hold_id: id });
    if ((await findHold(db.sql, tenantId, id)) === null) missing();
    await db.transaction(async (tx) => {
      if (!(await liftHold(tx, tenantId, id, { by, byName, at: new Date(), reason })))
        fail('CONFLICT', 'This legal hold was lifted already.', { hold_id: id });
      await this.#audit.record(tx, ctx, {
        action: 'legal-hold.lifted',
        object: { kind: 'legal_hold', id },
        outcome: 'success',
        details: { reason },
      });
    });
    return holdDocument((await findHold(db.sql, tenantId, id)) ?? missing());
  }

  async facts(tenantId: string): Promise<RetentionFacts> {
    const policies = await this.policies(tenantId);
    return {
      policies: policies
        .filter(({ stored }) => stored)
        .map(({ kind, days, manner }) => ({ kind, days, keeps: manner === 'archive' })),
      holds: (await holdsInForce(this.#platform.db.sql, tenantId)).length,
    };
  }

  async #policy(tenantId: string, kind: RetentionKind): Promise<RetentionPolicy> {
    const found = (await this.policies(tenantId)).find((each) => each.kind === kind);
    return found ?? fail('NOT_FOUND', `There is no kind ${kind}.`);
  }

  async #due(tenantId: string): Promise<{ kept: Kept; before: Date }[]> {
    const policies = await this.policies(tenantId);
    return policies.flatMap(({ kind, days }) => {
      const kept = this.#kept.get(kind);
      return kept === undefined ? [] : [{ kept, before: new Date(Date.now() - days * dayMs) }];
    });
  }

  /** What legal holds keep now. */
  async holdsOf(tenantId: string): Promise<Holds> {
    const rows = await holdsInForce(this.#platform.db.sql, tenantId);
    const of = (scope: HoldRow['scope']) =>
      rows.flatMap((row) => (row.scope === scope && row.subjectId !== null ? [row.subjectId] : []));
    return {
      everything: rows.some(({ scope }) => scope === 'everything'),
      datasets: of('dataset'),
      persons: of('person'),
    };
  }
}

function holdDocument(row: HoldRow): LegalHold {
  return {
    hold_id: row.id,
    scope: row.scope,
    subject_id: row.subjectId,
    reason: row.reason,
    placed_by: { id: row.placedBy, name: row.placedByName },
    placed_at: row.placedAt.toISOString(),
    lifted:
      row.liftedAt === null
        ? null
        : {
            by: row.liftedBy ?? '',
            by_name: row.liftedByName ?? '',
            at: row.liftedAt.toISOString(),
            reason: row.liftReason ?? '',
          },
  };
}
