import { and, asc, eq, gt, like, or, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import { rowsOf, type Sql } from '../../platform/db/database.ts';
import { literally } from '../../platform/db/patterns.ts';
import { runArtifacts } from './experiments.tables.ts';

export type ArtifactRow = typeof runArtifacts.$inferSelect;

const ofRun = (ctx: Context, runId: string) =>
  and(eq(runArtifacts.tenantId, ctx.actor.tenantId), eq(runArtifacts.runId, runId));

/** The file of that path, or all below a folder; the empty path is the whole run. */
const below = (path: string) =>
  path === '' ? undefined : or(eq(runArtifacts.path, path), like(runArtifacts.path, `${literally(path)}/%`));

export async function findArtifact(
  db: Sql,
  ctx: Context,
  runId: string,
  path: string,
): Promise<ArtifactRow | null> {
  const [row] = await db
    .select()
    .from(runArtifacts)
    .where(and(ofRun(ctx, runId), eq(runArtifacts.path, path)))
    .limit(1);
  return row ?? null;
}

/** By path. */
export async function listArtifacts(
  db: Sql,
  ctx: Context,
  runId: string,
  query: { under: string; after?: string | undefined; limit: number },
): Promise<ArtifactRow[]> {
  return db
    .select()
    .from(runArtifacts)
    .where(
      and(
        ofRun(ctx, runId),
        below(query.under),
        query.after === undefined ? undefined : gt(runArtifacts.path, query.after),
      ),
    )
    .orderBy(asc(runArtifacts.path))
    .limit(query.limit);
}

export interface Child {
  name: string;
  isFolder: boolean;
  bytes: number;
}

/** What lies directly in a folder: files, and folders with the bytes below them. */
export async function listChildren(
  db: Sql,
  ctx: Context,
  runId: string,
  folder: string,
  page: { limit: number; after: string | null },
): Promise<Child[]> {
  const prefix = folder === '' ? '' : `${folder}/`;
  const rest = sql`substr(path, ${prefix.length + 1}::int)`;
  return rowsOf<{ name: string; folder: boolean; bytes: number }>(
    await db.execute(sql`
      select name, bool_or(folder) as folder, sum(bytes)::float8 as bytes from (
        select split_part(${rest}, '/', 1) as name, position('/' in ${rest}) > 0 as folder, bytes from ${runArtifacts}
        where tenant_id = ${ctx.actor.tenantId} and run_id = ${runId} and path like ${`${literally(prefix)}%`}
      ) children
      where ${page.after}::text is null or name > ${page.after}::text
      group by name order by name limit ${page.limit}`),
  ).map(({ name, folder: isFolder, bytes }) => ({ name, isFolder, bytes }));
}

export async function saveArtifact(tx: Sql, row: ArtifactRow): Promise<void> {
  await tx
    .insert(runArtifacts)
    .values(row)
    .onConflictDoUpdate({
      target: [runArtifacts.runId, runArtifacts.path],
      set: {
        objectKey: row.objectKey,
        bytes: row.bytes,
        sha256: row.sha256,
        createdBy: row.createdBy,
        createdAt: row.createdAt,
      },
    });
}

export async function deleteArtifacts(
  tx: Sql,
  ctx: Context,
  runId: string,
  path: string,
): Promise<ArtifactRow[]> {
  return tx
    .delete(runArtifacts)
    .where(and(ofRun(ctx, runId), below(path)))
    .returning();
}

/** Bytes of the files of all runs, of all organisations. */
export async function artifactBytes(db: Sql): Promise<number> {
  const [row] = await db
    .select({ bytes: sql<number>`coalesce(sum(${runArtifacts.bytes}), 0)::float8` })
    .from(runArtifacts);
  return row?.bytes ?? 0;
}
