import { and, desc, eq, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { Cursor } from '../../platform/paging.ts';
import { queries } from './queries.tables.ts';

export type QueryRow = typeof queries.$inferSelect;

export async function insertQueries(tx: Sql, rows: QueryRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(queries).values(rows);
}

/** What this person asked, newest first. */
export async function listQueries(
  db: Sql,
  ctx: Context,
  filter: { datasetId?: string | undefined; limit: number; cursor: Cursor | null },
): Promise<QueryRow[]> {
  const conditions: (SQL | undefined)[] = [
    eq(queries.tenantId, ctx.actor.tenantId),
    eq(queries.userId, ctx.actor.id),
  ];
  if (filter.datasetId !== undefined)
    conditions.push(sql`${queries.datasetIds} @> ${JSON.stringify([filter.datasetId])}::jsonb`);
  if (filter.cursor) {
    const [value, id] = filter.cursor;
    const bound = sql`${String(value)}::timestamptz`;
    conditions.push(or(lt(queries.createdAt, bound), and(eq(queries.createdAt, bound), lt(queries.id, id))));
  }
  return db
    .select()
    .from(queries)
    .where(and(...conditions))
    .orderBy(desc(queries.createdAt), desc(queries.id))
    .limit(filter.limit);
}
