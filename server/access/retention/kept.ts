import type { RetentionKind } from '@stroma/contracts';
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import { type Database, rowsOf, type Sql } from '../../platform/db/database.ts';

/** What legal holds keep from being disposed of. */
export interface Holds {
  everything: boolean;
  datasets: readonly string[];
  persons: readonly string[];
}

export interface Due {
  due: number;
  held: number;
  oldest: Date | null;
}

export interface Disposed {
  done: number;
  archive: { object: string; sha256: string } | null;
}

/**
 * One kind of thing that is kept for a time. Both calls run within the tenant's scope; `dispose` may be ended and
 * begun again.
 */
export interface Kept {
  kind: RetentionKind;
  manner: 'dispose' | 'archive';
  defaultDays: number;
  shortestDays: number;
  find(tenantId: string, before: Date, holds: Holds): Promise<Due>;
  dispose(ctx: Context, before: Date, holds: Holds): Promise<Disposed>;
}

interface KeptRows {
  kind: RetentionKind;
  defaultDays: number;
  shortestDays: number;
  table: string;
  /** SQL over a row: the moment its time begins. */
  at: string;
  /** SQL over a row: whose it is. */
  person: string;
  /** Column of a JSON list of datasets it is about. */
  datasets?: string;
  /** SQL over a row: whether it is of this kind. */
  only?: string;
  /** What else goes with rows, in the transaction that removes them; it is given this column of theirs, nulls aside. */
  with?: { column: string; remove(tx: Sql, tenantId: string, values: string[]): Promise<void> };
}

const removedAtOnce = 1_000;

/** Rows of one table, each disposed of by itself. The names are code, never input. */
export function keptRows(db: Database, shape: KeptRows): Kept {
  const {
    kind,
    defaultDays,
    shortestDays,
    table,
    at,
    person,
    datasets,
    only = 'true',
    with: besides,
  } = shape;
  const past = (tenantId: string, before: Date): SQL =>
    sql`tenant_id = ${tenantId} and ${sql.raw(only)} and ${sql.raw(at)} < ${before.toISOString()}::timestamptz`;
  const held = ({ everything, persons, datasets: ids }: Holds): SQL => {
    const about =
      datasets === undefined
        ? sql`false`
        : sql`exists (select from jsonb_array_elements_text(${sql.raw(datasets)}) d
            where d in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))`;
    return sql`(${everything}::boolean or ${sql.raw(person)} in
      (select jsonb_array_elements_text(${JSON.stringify(persons)}::jsonb)) or ${about})`;
  };
  return {
    kind,
    manner: 'dispose',
    defaultDays,
    shortestDays,
    async find(tenantId, before, holds) {
      const [row] = rowsOf<{ due: number; held: number; oldest: string | null }>(
        await db.sql.execute(sql`
          select (count(*) filter (where not ${held(holds)}))::int as due,
            (count(*) filter (where ${held(holds)}))::int as held, min(${sql.raw(at)}) as oldest
          from ${sql.raw(table)} where ${past(tenantId, before)}`),
      );
      return {
        due: row?.due ?? 0,
        held: row?.held ?? 0,
        oldest: row?.oldest == null ? null : new Date(row.oldest),
      };
    },
    async dispose({ actor: { tenantId }, signal }, before, holds) {
      for (let done = 0; ; ) {
        signal.throwIfAborted();
        const removed = await db.transaction(async (tx) => {
          const gone = rowsOf<{ value: string | null }>(
            await tx.execute(sql`
              delete from ${sql.raw(table)} where id in (
                select id from ${sql.raw(table)} where ${past(tenantId, before)} and not ${held(holds)}
                limit ${removedAtOnce}
              ) returning ${sql.raw(besides?.column ?? 'null')} as value`),
          );
          const values = gone.flatMap(({ value }) => (value === null ? [] : [value]));
          if (besides !== undefined && values.length > 0) await besides.remove(tx, tenantId, values);
          return gone.length;
        });
        done += removed;
        if (removed < removedAtOnce) return { done, archive: null };
      }
    },
  };
}
