import { and, eq, gt, inArray, or, sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../../platform/db/database.ts';
import type { VersionRow } from '../datasets/datasets.store.ts';
import { datasets, datasetVersions } from '../datasets/datasets.tables.ts';
import { letGoFormat } from '../datasets/version-parts.ts';

export interface GrownDataset {
  createdBy: string;
  currentVersionId: string;
  versions: VersionRow[];
}

/** A dataset with those of its versions that files lie of, oldest first; null when it is not there at all. */
export async function grownDataset(db: Sql, tenantId: string, id: string): Promise<GrownDataset | null> {
  const [dataset] = await db
    .select({ createdBy: datasets.createdBy, currentVersionId: datasets.currentVersionId })
    .from(datasets)
    .where(and(eq(datasets.tenantId, tenantId), eq(datasets.id, id)))
    .limit(1);
  if (dataset === undefined) return null;
  const versions = await db
    .select()
    .from(datasetVersions)
    .where(
      and(
        eq(datasetVersions.tenantId, tenantId),
        eq(datasetVersions.datasetId, id),
        or(sql`${datasetVersions.format} <> ${letGoFormat}`, gt(datasetVersions.parquetBytes, 0)),
      ),
    )
    .orderBy(datasetVersions.number);
  return { ...dataset, versions };
}

/**
 * Those of these versions that something else was made of, asked of, drawn from or that somebody signed: their rows
 * stay. What was made of a version names it as an input of its provenance.
 */
export async function versionsInUse(db: Sql, tenantId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const list = sql`(${sql.join(
    ids.map((id) => sql`${id}`),
    sql`, `,
  )})`;
  const found = rowsOf<{ id: string }>(
    await db.execute(sql`
      select entity_id as id from provenance_links where tenant_id = ${tenantId} and role = 'input' and entity_id in ${list}
      union select used.id from queries, jsonb_array_elements_text(version_ids) as used(id)
        where tenant_id = ${tenantId} and used.id in ${list}
      union select object_id from signatures where tenant_id = ${tenantId} and object_id in ${list}
      union select version_id from insights where tenant_id = ${tenantId} and version_id in ${list}
      union select version_id from privacy_ledger where tenant_id = ${tenantId} and version_id in ${list}`),
  );
  return new Set(found.map(({ id }) => id));
}

/** Their rows are let go of; what stays is the part each brought, for as long as later versions share it. */
export async function markLetGo(tx: Sql, tenantId: string, ids: readonly string[]): Promise<string[]> {
  const marked = await tx
    .update(datasetVersions)
    .set({ format: letGoFormat })
    .where(
      and(
        eq(datasetVersions.tenantId, tenantId),
        inArray(datasetVersions.id, [...ids]),
        eq(datasetVersions.format, 'stream'),
        // It may have become the current one again meanwhile.
        sql`not exists (select from ${datasets} d where d.current_version_id = ${datasetVersions.id})`,
      ),
    )
    .returning({ id: datasetVersions.id });
  return marked.map(({ id }) => id);
}

/** Nothing of it lies anywhere any more. */
export async function markGone(db: Sql, tenantId: string, id: string): Promise<void> {
  await db
    .update(datasetVersions)
    .set({ parquetBytes: 0 })
    .where(and(eq(datasetVersions.tenantId, tenantId), eq(datasetVersions.id, id)));
}
