import { and, asc, desc, eq, lt, ne, or, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { Cursor } from '../../platform/paging.ts';
import { type DatasetWithVersion, mine, type VersionRow } from './datasets.store.ts';
import { datasets, datasetVersions } from './datasets.tables.ts';

function versions(db: Sql) {
  return db
    .select({ dataset: datasets, version: datasetVersions })
    .from(datasetVersions)
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId));
}

/** Which of these keys some version still reads. */
export async function keysInUse(tx: Sql, version: VersionRow): Promise<{ raw: boolean; lake: boolean }> {
  const rows = await tx
    .select({ rawKey: datasetVersions.rawKey, lakePrefix: datasetVersions.lakePrefix })
    .from(datasetVersions)
    .where(
      or(eq(datasetVersions.rawKey, version.rawKey), eq(datasetVersions.lakePrefix, version.lakePrefix)),
    );
  return {
    raw: rows.some((row) => row.rawKey === version.rawKey),
    lake: rows.some((row) => row.lakePrefix === version.lakePrefix),
  };
}

export async function findVersion(
  db: Sql,
  ctx: Context,
  datasetId: string,
  versionId: string,
): Promise<DatasetWithVersion | null> {
  const [row] = await versions(db)
    .where(and(mine(ctx), eq(datasets.id, datasetId), eq(datasetVersions.id, versionId)))
    .limit(1);
  return row ?? null;
}

export async function listVersions(
  db: Sql,
  ctx: Context,
  datasetId: string,
  limit: number,
  cursor: Cursor | null,
): Promise<VersionRow[]> {
  return db
    .select()
    .from(datasetVersions)
    .where(
      and(
        eq(datasetVersions.tenantId, ctx.actor.tenantId),
        eq(datasetVersions.datasetId, datasetId),
        cursor ? lt(datasetVersions.number, Number(cursor[0])) : undefined,
      ),
    )
    .orderBy(desc(datasetVersions.number))
    .limit(limit);
}

/** A version with this identity: in the dataset when one is named, else in any dataset of the tenant. */
export async function findByIdentity(
  db: Sql,
  ctx: Context,
  identity: string,
  datasetId: string | null,
): Promise<DatasetWithVersion | null> {
  const [row] = await versions(db)
    .where(
      and(
        mine(ctx),
        eq(datasetVersions.identity, identity),
        datasetId === null ? undefined : eq(datasets.id, datasetId),
      ),
    )
    .orderBy(asc(datasets.createdAt))
    .limit(1);
  return row ?? null;
}

/** A version read from these very bytes with these very settings, in the dataset or anywhere in the tenant. */
export async function findBySource(
  db: Sql,
  ctx: Context,
  source: { sha256: string; overrides: VersionRow['overrides']; fileName: string },
  datasetId: string | null,
): Promise<DatasetWithVersion | null> {
  const rows = await versions(db)
    .where(
      and(
        mine(ctx),
        eq(datasetVersions.sourceSha256, source.sha256),
        sql`${datasetVersions.overrides} = ${JSON.stringify(source.overrides)}::jsonb`,
        // Its file is only the rows it added.
        ne(datasetVersions.format, 'import'),
        datasetId === null ? undefined : eq(datasets.id, datasetId),
      ),
    )
    .orderBy(asc(datasets.createdAt));
  // The reader looks at the extension, so another one may be read otherwise.
  const extension = (name: string) => /\.[^.]*$/.exec(name.toLowerCase())?.[0] ?? '';
  return rows.find(({ version }) => extension(version.fileName) === extension(source.fileName)) ?? null;
}

export async function insertVersion(tx: Sql, row: typeof datasetVersions.$inferInsert): Promise<void> {
  await tx.insert(datasetVersions).values(row);
}

export async function nextVersionNumber(tx: Sql, ctx: Context, datasetId: string): Promise<number> {
  const [row] = await tx
    .select({ last: sql<number>`coalesce(max(${datasetVersions.number}), 0)::int` })
    .from(datasetVersions)
    .where(and(eq(datasetVersions.tenantId, ctx.actor.tenantId), eq(datasetVersions.datasetId, datasetId)));
  return (row?.last ?? 0) + 1;
}
