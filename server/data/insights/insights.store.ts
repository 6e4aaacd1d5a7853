import { and, desc, eq, getTableColumns, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { Cursor } from '../../platform/paging.ts';
import { insights } from './insights.tables.ts';

export type InsightRow = typeof insights.$inferSelect;

const mine = (ctx: Context) => eq(insights.tenantId, ctx.actor.tenantId);

/** In the place of an equal one. */
export async function replaceInsights(tx: Sql, ctx: Context, row: InsightRow): Promise<void> {
  const same = (column: typeof insights.measure | typeof insights.timeColumn, value: string | null) =>
    value === null ? isNull(column) : eq(column, value);
  await tx
    .delete(insights)
    .where(
      and(
        mine(ctx),
        eq(insights.versionId, row.versionId),
        eq(insights.view, row.view),
        eq(insights.seed, row.seed),
        same(insights.measure, row.measure),
        same(insights.timeColumn, row.timeColumn),
      ),
    );
  await tx.insert(insights).values(row);
}

export async function findInsights(db: Sql, ctx: Context, id: string): Promise<InsightRow | null> {
  const [row] = await db
    .select()
    .from(insights)
    .where(and(mine(ctx), eq(insights.id, id)))
    .limit(1);
  return row ?? null;
}

export async function listInsights(
  db: Sql,
  ctx: Context,
  filter: {
    datasetId: string;
    versionId: string | undefined;
    view: string;
    limit: number;
    cursor: Cursor | null;
  },
): Promise<Omit<InsightRow, 'report'>[]> {
  const { report: _report, ...columns } = getTableColumns(insights);
  const conditions: (SQL | undefined)[] = [
    mine(ctx),
    eq(insights.datasetId, filter.datasetId),
    eq(insights.view, filter.view),
    filter.versionId === undefined ? undefined : eq(insights.versionId, filter.versionId),
  ];
  if (filter.cursor) {
    const [value, id] = filter.cursor;
    const bound = sql`${String(value)}::timestamptz`;
    conditions.push(
      or(lt(insights.createdAt, bound), and(eq(insights.createdAt, bound), lt(insights.id, id))),
    );
  }
  return db
    .select(columns)
    .from(insights)
    .where(and(...conditions))
    .orderBy(desc(insights.createdAt), desc(insights.id))
    .limit(filter.limit);
}

export async function findInsightIds(db: Sql, ctx: Context, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: insights.id })
    .from(insights)
    .where(and(mine(ctx), inArray(insights.id, [...ids])));
  return rows.map(({ id }) => id);
}

export async function removeInsights(tx: Sql, ctx: Context, id: string): Promise<void> {
  await tx.delete(insights).where(and(mine(ctx), eq(insights.id, id)));
}
