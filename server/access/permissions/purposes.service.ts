import type { api, UsePurpose } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import type { Audit } from '../audit/audit.ts';
import {
  countByPurpose,
  findPurpose,
  insertPurpose,
  listPurposes,
  type PurposeRow,
  updatePurpose,
} from './purposes.store.ts';

type NewPurpose = z.output<typeof api.purposes.add.body>;
type PurposeChange = z.output<typeof api.purposes.update.body>;

/** What things may be kept for. Where nothing is listed, anything may be written; else only what is listed. */
export class Purposes {
  readonly #parts: { db: Database; audit: Audit };

  constructor(parts: { db: Database; audit: Audit }) {
    this.#parts = parts;
  }

  async list(ctx: Context): Promise<{ items: UsePurpose[]; next_cursor: null }> {
    const { sql } = this.#parts.db;
    const { tenantId } = ctx.actor;
    const rows = await listPurposes(sql, tenantId);
    const counts = await countByPurpose(sql, tenantId);
    const listed = new Set(rows.map(({ purpose }) => purpose));
    const items = [
      ...rows.map((row) => documentOf(row, counts)),
      ...[...counts]
        .filter(([purpose]) => !listed.has(purpose))
        .map(([purpose, resources]) => ({
          purpose,
          description: '',
          resources,
          listed: false,
          created_at: null,
          retired_at: null,
        })),
    ];
    return { items: items.sort((a, b) => (a.purpose < b.purpose ? -1 : 1)), next_cursor: null };
  }

  async add(ctx: Context, { purpose, description }: NewPurpose): Promise<UsePurpose> {
    const { db, audit } = this.#parts;
    const { tenantId, id } = ctx.actor;
    await db.transaction(async (tx) => {
      if (!(await insertPurpose(tx, { tenantId, purpose, description, createdBy: id })))
        fail('CONFLICT', `The purpose "${purpose}" is listed already.`, { field: 'purpose' });
      await audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'purpose', id: purpose },
        outcome: 'success',
        after: { purpose, description },
        details: { listed: purpose },
      });
    });
    return this.#document(tenantId, purpose);
  }

  async update(ctx: Context, purpose: string, change: PurposeChange): Promise<UsePurpose> {
    const { db, audit } = this.#parts;
    const { tenantId } = ctx.actor;
    await db.transaction(async (tx) => {
      const before = (await findPurpose(tx, tenantId, purpose)) ?? noSuch(purpose);
      const { description, retired } = change;
      const isRetired = before.retiredAt !== null;
      const set = {
        ...(description === undefined ? {} : { description }),
        ...(retired === undefined || retired === isRetired ? {} : { retiredAt: retired ? new Date() : null }),
      };
      await updatePurpose(tx, tenantId, purpose, set);
      await audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'purpose', id: purpose },
        outcome: 'success',
        before: { description: before.description, retired: isRetired },
        after: { description: description ?? before.description, retired: retired ?? isRetired },
        details: { changed: Object.keys(set).join(' ') },
      });
    });
    return this.#document(tenantId, purpose);
  }

  async #document(tenantId: string, purpose: string): Promise<UsePurpose> {
    const { sql } = this.#parts.db;
    const row = (await findPurpose(sql, tenantId, purpose)) ?? noSuch(purpose);
    return documentOf(row, await countByPurpose(sql, tenantId));
  }
}

/** Throws INVALID_INPUT for purposes that are new on a thing and retired or, where any is listed, not listed. */
export async function requireListedPurposes(
  tx: Sql,
  tenantId: string,
  wanted: readonly string[],
  before: readonly string[],
): Promise<void> {
  const added = wanted.filter((purpose) => !before.includes(purpose));
  if (added.length === 0) return;
  const rows = await listPurposes(tx, tenantId);
  if (rows.length === 0) return;
  const open = new Set(rows.filter(({ retiredAt }) => retiredAt === null).map(({ purpose }) => purpose));
  const wrong = added.find((purpose) => !open.has(purpose));
  if (wrong !== undefined)
    fail(
      'INVALID_INPUT',
      `"${wrong}" is not among the purposes of this organisation, or retired. Choose one of ${[...open].join(', ') || 'none'}, or have it listed.`,
      { field: 'purposes' },
    );
}

const noSuch = (purpose: string): never => fail('NOT_FOUND', `The purpose "${purpose}" is not listed.`);

const documentOf = (row: PurposeRow, counts: ReadonlyMap<string, number>): UsePurpose => ({
  purpose: row.purpose,
  description: row.description,
  resources: counts.get(row.purpose) ?? 0,
  listed: true,
  created_at: row.createdAt.toISOString(),
  retired_at: row.retiredAt?.toISOString() ?? null,
});
