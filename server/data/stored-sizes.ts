import { isNotNull, sql } from 'drizzle-orm';
import type { Database } from '../platform/db/database.ts';
import { sourceFiles } from './connections/connections.tables.ts';
import { datasets, datasetVersions } from './datasets/datasets.tables.ts';
import { uploads } from './uploads.tables.ts';

/** Bytes that the raw files and the tables made of them take, of all organisations. */
export function storedSizes({ sql: db }: Database): Readonly<Record<string, () => Promise<number>>> {
  return {
    async uploads() {
      const [row] = await db
        .select({ bytes: sql<number>`coalesce(sum(${uploads.receivedBytes}), 0)::float8` })
        .from(uploads)
        .where(isNotNull(uploads.objectKey));
      return row?.bytes ?? 0;
    },
    /** Versions that grow share their parts: of them the present one counts, and what is left of those let go of. */
    async datasets() {
      const [row] = await db
        .select({
          bytes: sql<number>`coalesce(sum(${datasetVersions.parquetBytes}) filter (where ${datasetVersions.format} not in ('stream', 'import')
            or exists (select from ${datasets} d where d.current_version_id = ${datasetVersions.id})), 0)::float8`,
        })
        .from(datasetVersions);
      return row?.bytes ?? 0;
    },
    /** Files that were sent to be connected to. */
    async sources() {
      const [row] = await db
        .select({ bytes: sql<number>`coalesce(sum(${sourceFiles.bytes}), 0)::float8` })
        .from(sourceFiles);
      return row?.bytes ?? 0;
    },
  };
}
