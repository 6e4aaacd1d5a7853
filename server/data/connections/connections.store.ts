import type { DataConnection } from '@stroma/contracts';
import { and, desc, eq, lt, or, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { sourceConnections, sourceFiles, sourceImportRuns, sourceImports } from './connections.tables.ts';
import { type RunRow, runDocument } from './imports.store.ts';

export type ConnectionRow = typeof sourceConnections.$inferSelect;

const mine = (ctx: Context, id: string) =>
  and(eq(sourceConnections.tenantId, ctx.actor.tenantId), eq(sourceConnections.id, id));

export async function insertConnection(tx: Sql, row: typeof sourceConnections.$inferInsert): Promise<void> {
  await tx.insert(sourceConnections).values(row);
}

export async function findConnection(db: Sql, ctx: Context, id: string): Promise<ConnectionRow | null> {
  const [row] = await db.select().from(sourceConnections).where(mine(ctx, id)).limit(1);
  return row ?? null;
}

export async function listConnections(
  db: Sql,
  ctx: Context,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<ConnectionRow[]> {
  return db
    .select()
    .from(sourceConnections)
    .where(
      and(
        eq(sourceConnections.tenantId, ctx.actor.tenantId),
        before === undefined ? undefined : lt(sourceConnections.id, before),
      ),
    )
    .orderBy(desc(sourceConnections.id))
    .limit(limit);
}

export async function changeConnection(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<ConnectionRow>,
): Promise<void> {
  await tx.update(sourceConnections).set(change).where(mine(ctx, id));
}

export async function deleteConnection(tx: Sql, ctx: Context, id: string): Promise<boolean> {
  const gone = await tx
    .delete(sourceConnections)
    .where(mine(ctx, id))
    .returning({ id: sourceConnections.id });
  return gone.length === 1;
}

/** How many imports connections have, and how the last ended. */
export async function importsOf(
  db: Sql,
  ctx: Context,
  ids: readonly string[],
): Promise<Map<string, { imports: number; last: RunRow | null }>> {
  if (ids.length === 0) return new Map();
  const among = or(...ids.map((id) => eq(sourceImports.connectionId, id)));
  const counts = await db
    .select({ id: sourceImports.connectionId, count: sql<number>`count(*)::int` })
    .from(sourceImports)
    .where(and(eq(sourceImports.tenantId, ctx.actor.tenantId), among))
    .groupBy(sourceImports.connectionId);
  const lasts = await db
    .selectDistinctOn([sourceImportRuns.connectionId])
    .from(sourceImportRuns)
    .where(
      and(
        eq(sourceImportRuns.tenantId, ctx.actor.tenantId),
        or(...ids.map((id) => eq(sourceImportRuns.connectionId, id))),
      ),
    )
    .orderBy(sourceImportRuns.connectionId, desc(sourceImportRuns.id));
  return new Map(
    ids.map((id) => [
      id,
      {
        imports: counts.find((row) => row.id === id)?.count ?? 0,
        last: lasts.find((row) => row.connectionId === id) ?? null,
      },
    ]),
  );
}

export async function insertFile(tx: Sql, row: typeof sourceFiles.$inferInsert): Promise<void> {
  await tx.insert(sourceFiles).values(row);
}

export async function findFile(db: Sql, ctx: Context, id: string) {
  const [row] = await db
    .select()
    .from(sourceFiles)
    .where(and(eq(sourceFiles.tenantId, ctx.actor.tenantId), eq(sourceFiles.id, id)))
    .limit(1);
  return row ?? null;
}

/** Files of every tenant that no connection uses and that were sent before a moment: for the sweep. */
export async function takeUnusedFiles(db: Sql, before: Date, limit: number) {
  return db
    .select()
    .from(sourceFiles)
    .where(
      and(
        lt(sourceFiles.createdAt, before),
        sql`not exists (select 1 from ${sourceConnections} where ${sourceConnections.settings} ->> 'file_id' = ${sourceFiles.id})`,
      ),
    )
    .limit(limit);
}

export async function deleteFile(tx: Sql, id: string): Promise<void> {
  await tx.delete(sourceFiles).where(eq(sourceFiles.id, id));
}

export function connectionDocument(
  row: ConnectionRow,
  about: { imports: number; last: RunRow | null } | undefined,
): DataConnection {
  return {
    connection_id: row.id,
    name: row.name,
    settings: row.settings,
    secrets_set: row.secretsSet,
    tested: { at: row.testedAt.toISOString(), problem: row.problem },
    imports: about?.imports ?? 0,
    last_run: about?.last == null ? null : runDocument(about.last),
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
