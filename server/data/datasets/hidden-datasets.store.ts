import { and, eq, inArray } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import type { DatasetRow, DatasetWithVersion } from './datasets.store.ts';
import { datasets, datasetVersions } from './datasets.tables.ts';

/** Deleted or not. */
export async function findEvenDeletedDatasets(
  db: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<DatasetRow[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(datasets)
    .where(and(eq(datasets.tenantId, tenantId), inArray(datasets.id, [...ids])));
}

/** With their datasets, deleted or not. */
export async function findEvenDeletedVersions(
  db: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<DatasetWithVersion[]> {
  if (ids.length === 0) return [];
  return db
    .select({ dataset: datasets, version: datasetVersions })
    .from(datasetVersions)
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(and(eq(datasetVersions.tenantId, tenantId), inArray(datasetVersions.id, [...ids])));
}

/** Which datasets have a version read from these uploads. */
export async function datasetsOfUploads(
  db: Sql,
  tenantId: string,
  uploadIds: readonly string[],
): Promise<{ uploadId: string; datasetId: string }[]> {
  if (uploadIds.length === 0) return [];
  return db
    .selectDistinct({ uploadId: datasetVersions.uploadId, datasetId: datasetVersions.datasetId })
    .from(datasetVersions)
    .where(and(eq(datasetVersions.tenantId, tenantId), inArray(datasetVersions.uploadId, [...uploadIds])));
}
