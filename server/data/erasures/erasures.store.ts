import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { datasetsChanged } from '../datasets/dataset-reads.ts';
import type { VersionRow } from '../datasets/datasets.store.ts';
import { datasets, datasetVersions } from '../datasets/datasets.tables.ts';
import { quotes, type RecordColumn } from '../persons/person-records.store.ts';
import { withJsonForms, wordPattern } from '../persons/word-patterns.ts';
import { uploads } from '../uploads.tables.ts';
import { erasures } from './erasures.tables.ts';

export type ErasureRow = typeof erasures.$inferSelect;

export async function insertErasure(tx: Sql, row: ErasureRow): Promise<void> {
  await tx.insert(erasures).values(row);
}

export async function findErasure(db: Sql, tenantId: string, id: string): Promise<ErasureRow | null> {
  const [row] = await db
    .select()
    .from(erasures)
    .where(and(eq(erasures.tenantId, tenantId), eq(erasures.id, id)))
    .limit(1);
  return row ?? null;
}

export async function changeErasure(
  tx: Sql,
  tenantId: string,
  id: string,
  change: Partial<Omit<ErasureRow, 'id' | 'tenantId'>>,
): Promise<void> {
  await tx
    .update(erasures)
    .set(change)
    .where(and(eq(erasures.tenantId, tenantId), eq(erasures.id, id)));
}

/** Versions that somebody signed electronically. */
export async function signedVersions(db: Sql, tenantId: string): Promise<Set<string>> {
  const rows = rowsOf<{ id: string }>(
    await db.execute(
      sql`select distinct object_id as id from signatures where tenant_id = ${tenantId} and object_kind = 'dataset_version'`,
    ),
  );
  return new Set(rows.map(({ id }) => id));
}

/** Of the whole installation, since a backup holds all of it. */
export async function backupsThere(db: Sql): Promise<{ count: number; newest: string | null }> {
  const [row] = await acrossTenants('a backup holds the whole installation', async () =>
    rowsOf<{ count: number; newest: string | null }>(
      await db.execute(
        sql`select count(*)::int as count, max(finished_at) as newest from backups where removed_at is null and error is null`,
      ),
    ),
  );
  return { count: row?.count ?? 0, newest: row?.newest == null ? null : new Date(row.newest).toISOString() };
}

/** Removes versions; answers the objects that no version names any more. */
export async function removeVersions(
  tx: Sql,
  tenantId: string,
  versions: readonly VersionRow[],
): Promise<{ rawKeys: string[]; lakePrefixes: string[] }> {
  if (versions.length === 0) return { rawKeys: [], lakePrefixes: [] };
  const ids = versions.map(({ id }) => id);
  await tx
    .delete(datasetVersions)
    .where(and(eq(datasetVersions.tenantId, tenantId), inArray(datasetVersions.id, ids)));
  const left = await tx
    .select({ rawKey: datasetVersions.rawKey, lakePrefix: datasetVersions.lakePrefix })
    .from(datasetVersions)
    .where(eq(datasetVersions.tenantId, tenantId));
  const raw = new Set(left.map(({ rawKey }) => rawKey));
  const lake = new Set(left.map(({ lakePrefix }) => lakePrefix));
  const rawKeys = [...new Set(versions.map(({ rawKey }) => rawKey))].filter(
    (key) => key !== '' && !raw.has(key),
  );
  if (rawKeys.length > 0)
    await tx.delete(uploads).where(and(eq(uploads.tenantId, tenantId), inArray(uploads.objectKey, rawKeys)));
  return {
    rawKeys,
    lakePrefixes: [...new Set(versions.map(({ lakePrefix }) => lakePrefix))].filter((key) => !lake.has(key)),
  };
}

/** The count that lists show. */
export async function recountVersions(tx: Sql, tenantId: string, datasetId: string): Promise<void> {
  await tx
    .update(datasets)
    .set({
      versionCount: sql`(select count(*)::int from ${datasetVersions} v where v.dataset_id = ${datasetId})`,
    })
    .where(and(eq(datasets.tenantId, tenantId), eq(datasets.id, datasetId)));
  await datasetsChanged(tx, tenantId);
}

export async function removeDataset(tx: Sql, tenantId: string, datasetId: string): Promise<void> {
  await tx.delete(datasets).where(and(eq(datasets.tenantId, tenantId), eq(datasets.id, datasetId)));
  await datasetsChanged(tx, tenantId);
}

export async function removeUploads(tx: Sql, tenantId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const gone = await tx
    .delete(uploads)
    .where(and(eq(uploads.tenantId, tenantId), inArray(uploads.id, [...ids])))
    .returning({ key: uploads.objectKey });
  return gone.flatMap(({ key }) => (key === null ? [] : [key]));
}

export async function removeChallenges(tx: Sql, tenantId: string, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    delete from identity_challenges where tenant_id = ${tenantId}
      and id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`);
}

const erased = '\\1[erased]\\3';
/** What stands between two words is taken by the first of them: the second is found the next time. */
const passes = 3;

/** Takes the words of a person out of one column. Answers how many rows it changed. */
export async function redactColumn(
  tx: Sql,
  tenantId: string,
  { table, column, type }: RecordColumn,
  identifiers: readonly string[],
): Promise<number> {
  const name = sql.identifier(column);
  const forms = type === 'jsonb' ? withJsonForms(identifiers) : identifiers;
  const replaced = forms.reduce<SQL>(
    (text, each) => sql`regexp_replace(${text}, ${wordPattern(each, 'postgresql')}, ${erased}, 'g')`,
    sql`${name}::text`,
  );
  // The name of a table in statements has a form of its own, and is one of its kind.
  const value =
    table === 'datasets' && column === 'table_name'
      ? sql`'erased_' || right(id, 12)`
      : type === 'jsonb'
        ? sql`(${replaced})::jsonb`
        : replaced;
  let changed = 0;
  for (let pass = 0; pass < passes; pass += 1) {
    const [row] = rowsOf<{ n: number }>(
      await tx.execute(sql`
        with changed as (
          update ${sql.identifier(table)} set ${name} = ${value}
          where tenant_id = ${tenantId} and ${quotes(column, type, identifiers)} returning 1
        ) select count(*)::int as n from changed`),
    );
    if ((row?.n ?? 0) === 0) break;
    if (pass === 0) changed = row?.n ?? 0;
  }
  return changed;
}

/** Events on record of one erasure: those about it, and those of the job that did it. */
export async function eventsOf(
  db: Sql,
  tenantId: string,
  erasureId: string,
  requestIds: readonly string[],
): Promise<string[]> {
  const rows = rowsOf<{ id: string }>(
    await db.execute(sql`
      select id from audit_events where tenant_id = ${tenantId} and (
        (object_kind = 'erasure' and object_id = ${erasureId})
        or request_id in (select jsonb_array_elements_text(${JSON.stringify(requestIds)}::jsonb)))
      order by id limit 1000`),
  );
  return rows.map(({ id }) => id);
}

export async function organisationName(db: Sql, tenantId: string): Promise<string> {
  const [row] = rowsOf<{ name: string }>(
    await db.execute(sql`select name from tenants where id = ${tenantId}`),
  );
  return row?.name ?? tenantId;
}
