import type { Sensitivity } from '@stroma/contracts';
import {
  and,
  asc,
  desc,
  eq,
  gt,
  ilike,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { literally } from '../../platform/db/patterns.ts';
import type { Cursor } from '../../platform/paging.ts';
import { datasetsChanged } from './dataset-reads.ts';
import { datasets, datasetVersions } from './datasets.tables.ts';

export type DatasetRow = typeof datasets.$inferSelect;
export type VersionRow = typeof datasetVersions.$inferSelect;

export interface DatasetWithVersion {
  dataset: DatasetRow;
  version: VersionRow;
}

const sortColumns = {
  name: datasets.name,
  rows: datasets.rows,
  updated_at: datasets.updatedAt,
  quality_score: datasets.qualityScore,
} as const;
export type DatasetSort = keyof typeof sortColumns | `-${keyof typeof sortColumns}`;
export const mine = (ctx: Context) =>
  and(eq(datasets.tenantId, ctx.actor.tenantId), isNull(datasets.deletedAt));

function current(db: Sql) {
  return db
    .select({ dataset: datasets, version: datasetVersions })
    .from(datasets)
    .innerJoin(datasetVersions, eq(datasetVersions.id, datasets.currentVersionId));
}

export async function findDataset(db: Sql, ctx: Context, id: string): Promise<DatasetWithVersion | null> {
  const [row] = await current(db)
    .where(and(mine(ctx), eq(datasets.id, id)))
    .limit(1);
  return row ?? null;
}

/** Of the tenant, deleted or not; whoever asks decides what may be told. */
export async function findOwned(db: Sql, tenantId: string, id: string) {
  const [row] = await db
    .select({
      id: datasets.id,
      name: datasets.name,
      ownerId: datasets.createdBy,
      sensitivity: datasets.sensitivity,
    })
    .from(datasets)
    .where(and(eq(datasets.tenantId, tenantId), eq(datasets.id, id)))
    .limit(1);
  return row ?? null;
}

export async function findDatasets(db: Sql, ctx: Context, ids: string[]): Promise<DatasetWithVersion[]> {
  return current(db).where(and(mine(ctx), inArray(datasets.id, ids)));
}

/** Datasets whose current version is one of these. */
export async function findByVersions(
  db: Sql,
  ctx: Context,
  versionIds: string[],
  reached: SQL | null = null,
): Promise<DatasetWithVersion[]> {
  return current(db).where(
    and(mine(ctx), inArray(datasets.currentVersionId, versionIds), reached ?? undefined),
  );
}

/** The sample datasets that are there, by the file each came from. */
export async function findSamples(db: Sql, ctx: Context): Promise<Map<string, string>> {
  const rows = await db
    .select({ id: datasets.id, fileName: datasets.fileName })
    .from(datasets)
    .where(and(mine(ctx), eq(datasets.sample, true)))
    .limit(100);
  return new Map(rows.map(({ id, fileName }) => [fileName, id]));
}

export async function recentDatasets(db: Sql, ctx: Context, limit: number): Promise<DatasetWithVersion[]> {
  return current(db).where(mine(ctx)).orderBy(desc(datasets.updatedAt)).limit(limit);
}

export async function listDatasets(
  db: Sql,
  ctx: Context,
  query: {
    search?: string | undefined;
    sensitivities: readonly Sensitivity[];
    reached: SQL | null;
    sort: DatasetSort;
    limit: number;
    cursor: Cursor | null;
  },
): Promise<DatasetWithVersion[]> {
  const descending = query.sort.startsWith('-');
  const column = sortColumns[query.sort.replace('-', '') as keyof typeof sortColumns];
  const conditions: (SQL | undefined)[] = [
    mine(ctx),
    inArray(datasets.sensitivity, [...query.sensitivities]),
    query.reached ?? undefined,
  ];
  if (query.search !== undefined && query.search.trim() !== '') {
    const pattern = `%${literally(query.search.trim())}%`;
    conditions.push(
      or(
        ilike(datasets.name, pattern),
        ilike(datasets.tableName, pattern),
        ilike(datasets.description, pattern),
      ),
    );
  }
  if (query.cursor) {
    const [value, id] = query.cursor;
    const bound = column === datasets.updatedAt ? sql`${String(value)}::timestamptz` : sql`${value}`;
    const beyond = descending ? lt : gt;
    conditions.push(or(beyond(column, bound), and(eq(column, bound), beyond(datasets.id, id))));
  }
  const order = descending ? desc : asc;
  return current(db)
    .where(and(...conditions))
    .orderBy(order(column), order(datasets.id))
    .limit(query.limit);
}

export function sortValue({ dataset }: DatasetWithVersion, sort: DatasetSort): Cursor {
  const key = sort.replace('-', '');
  const value =
    key === 'name'
      ? dataset.name
      : key === 'rows'
        ? dataset.rows
        : key === 'quality_score'
          ? dataset.qualityScore
          : dataset.updatedAt.toISOString();
  return [value, dataset.id];
}

/** False when there is none, or none any more. */
async function changeRow(tx: Sql, ctx: Context, id: string, change: Partial<DatasetRow>): Promise<boolean> {
  const changed = await tx
    .update(datasets)
    .set(change)
    .where(and(mine(ctx), eq(datasets.id, id)))
    .returning({ id: datasets.id });
  await datasetsChanged(tx, ctx.actor.tenantId);
  return changed.length === 1;
}

export async function updateDataset(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<Pick<DatasetRow, 'name' | 'description'>>,
): Promise<boolean> {
  return changeRow(tx, ctx, id, { ...change, updatedAt: new Date() });
}
export type NewAccess = Pick<DatasetRow, 'sensitivity' | 'rules' | 'pseudonymKey'>;

export async function setDatasetAccess(
  tx: Sql,
  ctx: Context,
  id: string,
  access: NewAccess,
): Promise<boolean> {
  return changeRow(tx, ctx, id, { ...access, updatedAt: new Date() });
}

export async function markDeleted(tx: Sql, ctx: Context, id: string): Promise<boolean> {
  return changeRow(tx, ctx, id, { deletedAt: new Date() });
}

/** The dataset deleted or not, for restoring. */
export async function findEvenDeleted(db: Sql, ctx: Context, id: string): Promise<DatasetRow | null> {
  const [row] = await db
    .select()
    .from(datasets)
    .where(and(eq(datasets.tenantId, ctx.actor.tenantId), eq(datasets.id, id)))
    .limit(1);
  return row ?? null;
}

export async function findEvenDeletedWithVersion(
  db: Sql,
  ctx: Context,
  id: string,
): Promise<DatasetWithVersion | null> {
  const [row] = await current(db)
    .where(and(eq(datasets.tenantId, ctx.actor.tenantId), eq(datasets.id, id)))
    .limit(1);
  return row ?? null;
}

export async function unmarkDeleted(tx: Sql, ctx: Context, id: string, tableName: string): Promise<void> {
  await tx
    .update(datasets)
    .set({ deletedAt: null, tableName, updatedAt: new Date() })
    .where(and(eq(datasets.tenantId, ctx.actor.tenantId), eq(datasets.id, id)));
  await datasetsChanged(tx, ctx.actor.tenantId);
}

/** Datasets of every tenant deleted before `before`: for the purge, which acts for Stroma itself. */
export async function findPurgeable(db: Sql, before: Date, limit: number): Promise<DatasetRow[]> {
  return db
    .select()
    .from(datasets)
    .where(and(isNotNull(datasets.deletedAt), lt(datasets.deletedAt, before)))
    .limit(limit);
}

export async function purgeDataset(tx: Sql, id: string): Promise<VersionRow[]> {
  const removed = await tx.delete(datasetVersions).where(eq(datasetVersions.datasetId, id)).returning();
  await tx.delete(datasets).where(eq(datasets.id, id));
  return removed;
}

/** Held to the end of the transaction, so that the same bytes sent twice at once are still one version. */
export async function lockRegistration(tx: Sql, ctx: Context): Promise<void> {
  await lockUntilCommit(tx, `datasets:${ctx.actor.tenantId}`);
}

export async function tableNamesLike(tx: Sql, ctx: Context, stem: string): Promise<Set<string>> {
  const rows = await tx
    .select({ tableName: datasets.tableName })
    .from(datasets)
    .where(and(mine(ctx), like(datasets.tableName, `${literally(stem)}%`)));
  return new Set(rows.map((row) => row.tableName));
}

export async function insertDataset(tx: Sql, row: typeof datasets.$inferInsert): Promise<void> {
  await tx.insert(datasets).values(row);
  await datasetsChanged(tx, row.tenantId);
}

/** Makes a version the one that is shown and asked. */
export async function setCurrentVersion(
  tx: Sql,
  ctx: Context,
  datasetId: string,
  version: Pick<VersionRow, 'id' | 'rows' | 'qualityScore' | 'format' | 'fileName'>,
  versionCount?: number,
): Promise<void> {
  await tx
    .update(datasets)
    .set({
      currentVersionId: version.id,
      rows: version.rows,
      qualityScore: version.qualityScore,
      format: version.format,
      fileName: version.fileName,
      updatedAt: new Date(),
      ...(versionCount === undefined ? {} : { versionCount }),
    })
    .where(and(mine(ctx), eq(datasets.id, datasetId)));
  await datasetsChanged(tx, ctx.actor.tenantId);
}
