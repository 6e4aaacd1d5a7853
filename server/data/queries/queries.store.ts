import { and, desc, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { Cursor } from '../../platform/paging.ts';
import { queries } from './queries.tables.ts';

/** As it lies in the store: its texts are sealed, or in clear still. */
export type StoredQuery = typeof queries.$inferSelect;
export type QueryRow = Omit<StoredQuery, 'sealed'>;

export async function insertQueries(tx: Sql, rows: StoredQuery[]): Promise<void> {
  if (rows.length > 0) await tx.insert(queries).values(rows);
}

/** Of what this person asked; null when somebody else did. */
export async function findQuery(db: Sql, ctx: Context, id: string): Promise<StoredQuery | null> {
  const { id: userId, tenantId } = ctx.actor;
  const [row] = await db
    .select()
    .from(queries)
    .where(and(eq(queries.tenantId, tenantId), eq(queries.userId, userId), eq(queries.id, id)))
    .limit(1);
  return row ?? null;
}

/** What this person asked, newest first. */
export async function listQueries(
  db: Sql,
  ctx: Context,
  filter: { datasetId?: string | undefined; limit: number; cursor: Cursor | null },
): Promise<StoredQuery[]> {
  const conditions: (SQL | undefined)[] = [
    eq(queries.tenantId, ctx.actor.tenantId),
    eq(queries.userId, ctx.actor.id),
    isNull(queries.dashboardId),
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
