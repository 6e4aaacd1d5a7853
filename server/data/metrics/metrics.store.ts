import type { Metric } from '@stroma/contracts';
import { and, asc, eq, gt, ilike, inArray, or, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { literally } from '../../platform/db/patterns.ts';
import { metrics } from './metrics.tables.ts';

/** As it lies in the store: what it is worked out by is sealed, or in clear still. */
export type StoredMetric = typeof metrics.$inferSelect;
export type MetricRow = Omit<StoredMetric, 'sealed' | 'expression'> & { expression: string };

const mine = (ctx: Context) => eq(metrics.tenantId, ctx.actor.tenantId);

export async function insertMetric(tx: Sql, row: StoredMetric): Promise<void> {
  await tx.insert(metrics).values(row);
}

export async function findMetrics(db: Sql, ctx: Context, ids: readonly string[]): Promise<StoredMetric[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(metrics)
    .where(and(mine(ctx), inArray(metrics.id, [...new Set(ids)])));
}

/** Those of these datasets that are approved. */
export async function findApproved(
  db: Sql,
  ctx: Context,
  datasetIds: readonly string[],
): Promise<StoredMetric[]> {
  if (datasetIds.length === 0) return [];
  return db
    .select()
    .from(metrics)
    .where(and(mine(ctx), inArray(metrics.datasetId, [...datasetIds]), eq(metrics.approval, 'approved')))
    .orderBy(asc(metrics.id))
    .limit(1000);
}

export async function findByName(db: Sql, ctx: Context, name: string): Promise<StoredMetric | null> {
  const [row] = await db
    .select()
    .from(metrics)
    .where(and(mine(ctx), eq(sql`lower(${metrics.name})`, name.toLowerCase())))
    .limit(1);
  return row ?? null;
}

/** In the order of their ids, which is the order in which they were made. */
export async function listMetrics(
  db: Sql,
  ctx: Context,
  filter: {
    datasetId?: string | undefined;
    approval?: Metric['approval'] | undefined;
    search?: string | undefined;
    after?: string | undefined;
    limit: number;
  },
): Promise<StoredMetric[]> {
  const { datasetId, approval, search, after, limit } = filter;
  const pattern = search === undefined || search === '' ? null : `%${literally(search)}%`;
  return db
    .select()
    .from(metrics)
    .where(
      and(
        mine(ctx),
        datasetId === undefined ? undefined : eq(metrics.datasetId, datasetId),
        approval === undefined ? undefined : eq(metrics.approval, approval),
        after === undefined ? undefined : gt(metrics.id, after),
        pattern === null
          ? undefined
          : or(
              ilike(metrics.name, pattern),
              ilike(metrics.description, pattern),
              sql`${metrics.synonyms}::text ilike ${pattern}`,
            ),
      ),
    )
    .orderBy(asc(metrics.id))
    .limit(limit);
}

/** False when it is no longer at this revision. */
export async function updateMetric(
  tx: Sql,
  ctx: Context,
  id: string,
  revision: number,
  change: Partial<StoredMetric>,
): Promise<boolean> {
  const rows = await tx
    .update(metrics)
    .set(change)
    .where(and(mine(ctx), eq(metrics.id, id), eq(metrics.revision, revision)))
    .returning({ id: metrics.id });
  return rows.length === 1;
}

export async function deleteMetric(tx: Sql, ctx: Context, id: string): Promise<void> {
  await tx.delete(metrics).where(and(mine(ctx), eq(metrics.id, id)));
}
