import { isNotNull, sql } from 'drizzle-orm';
import type { Database } from '../platform/db/database.ts';
import { datasetVersions } from './datasets/datasets.tables.ts';
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
    async datasets() {
      const [row] = await db
        .select({ bytes: sql<number>`coalesce(sum(${datasetVersions.parquetBytes}), 0)::float8` })
        .from(datasetVersions);
      return row?.bytes ?? 0;
    },
  };
}
