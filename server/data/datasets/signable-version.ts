import { StromaError } from '@stroma/kernel';
import { and, eq } from 'drizzle-orm';
import type { SignableKind } from '../../access/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Datasets } from './datasets.service.ts';
import { datasetVersions } from './datasets.tables.ts';

/** A version of a dataset as people sign it: its bytes, the file they came of, and the decisions in between. */
export function signableVersion({ db }: Platform, datasets: Datasets): SignableKind {
  return {
    kind: 'dataset_version',
    async find(ctx, id) {
      const [row] = await db.sql
        .select()
        .from(datasetVersions)
        .where(and(eq(datasetVersions.tenantId, ctx.actor.tenantId), eq(datasetVersions.id, id)))
        .limit(1);
      if (row === undefined) return null;
      try {
        const { dataset } = await datasets.resolve(ctx, row.datasetId, id);
        return {
          label: `${dataset.name}, version ${row.number}`,
          content: {
            version_id: row.id,
            dataset_id: row.datasetId,
            number: row.number,
            content_sha256: row.contentSha256,
            source_sha256: row.sourceSha256,
            decisions_sha256: row.identity,
          },
        };
      } catch (error) {
        if (error instanceof StromaError && error.code === 'NOT_FOUND') return null;
        throw error;
      }
    },
  };
}
