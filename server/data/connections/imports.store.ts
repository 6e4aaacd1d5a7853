import type { ImportRun, SourceImport } from '@stroma/contracts';
import { and, asc, desc, eq, inArray, isNotNull, lt, lte } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { sourceImportRuns, sourceImports } from './connections.tables.ts';

export type ImportRow = typeof sourceImports.$inferSelect;
export type RunRow = typeof sourceImportRuns.$inferSelect;

const mine = (ctx: Context, id: string) =>
  and(eq(sourceImports.tenantId, ctx.actor.tenantId), eq(sourceImports.id, id));

export async function insertImport(tx: Sql, row: typeof sourceImports.$inferInsert): Promise<void> {
  await tx.insert(sourceImports).values(row);
}

export async function findImport(db: Sql, ctx: Context, id: string): Promise<ImportRow | null> {
  const [row] = await db.select().from(sourceImports).where(mine(ctx, id)).limit(1);
  return row ?? null;
}

/** The same, held until the transaction ends. */
export async function lockImport(tx: Sql, ctx: Context, id: string): Promise<ImportRow | null> {
  const [row] = await tx.select().from(sourceImports).where(mine(ctx, id)).limit(1).for('update');
  return row ?? null;
}

export async function listImports(
  db: Sql,
  ctx: Context,
  connectionId: string,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<ImportRow[]> {
  return db
    .select()
    .from(sourceImports)
    .where(
      and(
        eq(sourceImports.tenantId, ctx.actor.tenantId),
        eq(sourceImports.connectionId, connectionId),
        before === undefined ? undefined : lt(sourceImports.id, before),
      ),
    )
    .orderBy(desc(sourceImports.id))
    .limit(limit);
}

export async function changeImport(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<ImportRow>,
): Promise<void> {
  await tx.update(sourceImports).set(change).where(mine(ctx, id));
}

export async function deleteImport(tx: Sql, ctx: Context, id: string): Promise<void> {
  await tx.delete(sourceImports).where(mine(ctx, id));
}

/** Imports of every tenant whose time has come, for the clock. */
export async function dueImports(db: Sql, now: Date, limit: number): Promise<ImportRow[]> {
  return db
    .select()
    .from(sourceImports)
    .where(and(isNotNull(sourceImports.nextAt), lte(sourceImports.nextAt, now)))
    .orderBy(asc(sourceImports.nextAt))
    .limit(limit);
}

export async function insertRun(tx: Sql, row: typeof sourceImportRuns.$inferInsert): Promise<void> {
  await tx.insert(sourceImportRuns).values(row);
}

export async function listRuns(
  db: Sql,
  ctx: Context,
  filter: { connectionId: string; importId: string | undefined; before: string | undefined; limit: number },
): Promise<RunRow[]> {
  return db
    .select()
    .from(sourceImportRuns)
    .where(
      and(
        eq(sourceImportRuns.tenantId, ctx.actor.tenantId),
        eq(sourceImportRuns.connectionId, filter.connectionId),
        filter.importId === undefined ? undefined : eq(sourceImportRuns.importId, filter.importId),
        filter.before === undefined ? undefined : lt(sourceImportRuns.id, filter.before),
      ),
    )
    .orderBy(desc(sourceImportRuns.id))
    .limit(filter.limit);
}

export async function lastRuns(db: Sql, ctx: Context, importIds: readonly string[]): Promise<RunRow[]> {
  if (importIds.length === 0) return [];
  return db
    .selectDistinctOn([sourceImportRuns.importId])
    .from(sourceImportRuns)
    .where(
      and(
        eq(sourceImportRuns.tenantId, ctx.actor.tenantId),
        inArray(sourceImportRuns.importId, [...importIds]),
      ),
    )
    .orderBy(sourceImportRuns.importId, desc(sourceImportRuns.id));
}

export function runDocument(row: RunRow): ImportRun {
  return {
    run_id: row.id,
    import_id: row.importId,
    job_id: row.jobId,
    status: row.status,
    rows_read: row.rowsRead,
    rows_total: row.rowsTotal,
    left_out: row.leftOut,
    misfits: row.misfits,
    cursor_from: row.cursorFrom,
    cursor_to: row.cursorTo,
    content_sha256: row.contentSha256,
    changes: row.changes,
    error: row.error,
    dataset_id: row.datasetId,
    version_id: row.versionId,
    started_at: row.startedAt.toISOString(),
    ended_at: row.endedAt.toISOString(),
  };
}

export function importDocument(row: ImportRow, running: boolean, last: RunRow | undefined): SourceImport {
  return {
    import_id: row.id,
    connection_id: row.connectionId,
    selection: row.selection,
    mode: row.mode,
    cursor_column: row.cursorColumn,
    cursor: row.cursor?.value ?? null,
    schedule: row.schedule,
    next_at: row.nextAt?.toISOString() ?? null,
    on_change: row.onChange,
    dataset_id: row.datasetId,
    dataset_name: row.datasetName,
    columns: row.columns,
    running_job_id: running ? row.jobId : null,
    last_run: last === undefined ? null : runDocument(last),
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
  };
}
