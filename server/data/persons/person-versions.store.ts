import { and, asc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import type { DatasetWithVersion } from '../datasets/datasets.store.ts';
import { datasets, datasetVersions } from '../datasets/datasets.tables.ts';
import { letGoFormat } from '../datasets/version-parts.ts';
import type { UploadRow } from '../uploads.store.ts';
import { uploads } from '../uploads.tables.ts';

/** Every version of every dataset of a tenant that files lie of, deleted ones among them, dataset by dataset. */
export async function allVersions(db: Sql, tenantId: string): Promise<DatasetWithVersion[]> {
  return db
    .select({ dataset: datasets, version: datasetVersions })
    .from(datasetVersions)
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(
      and(
        eq(datasetVersions.tenantId, tenantId),
        sql`not (${datasetVersions.format} = ${letGoFormat} and ${datasetVersions.parquetBytes} = 0)`,
      ),
    )
    .orderBy(asc(datasets.id), asc(datasetVersions.number));
}

/** Files whose bytes no version keeps as its own. */
export async function looseUploads(db: Sql, tenantId: string): Promise<UploadRow[]> {
  return db
    .select()
    .from(uploads)
    .where(
      and(
        eq(uploads.tenantId, tenantId),
        isNotNull(uploads.objectKey),
        sql`not exists (select from ${datasetVersions} v where v.raw_key = ${uploads.objectKey})`,
      ),
    )
    .orderBy(asc(uploads.id));
}
