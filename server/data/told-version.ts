import type { Context } from '../platform/context.ts';
import type { Sql } from '../platform/db/database.ts';
import type { Platform } from '../platform/platform.ts';
import type { DatasetWithVersion } from './datasets/datasets.store.ts';
import { joinsKind } from './joins/joins.jobs.ts';

/** Tells of a version that a job has made, and has its joins with other datasets looked for. */
export async function tellVersion(
  platform: Platform,
  tx: Sql,
  ctx: Context,
  jobId: string,
  { dataset, version }: DatasetWithVersion,
): Promise<void> {
  await platform.events.publish(tx, ctx, 'data.processing.complete', dataset.id, {
    job_id: jobId,
    dataset_id: dataset.id,
    version_id: version.id,
    rows: version.rows,
    rejected_rows: version.rejectedRows,
  });
  const wanted = { dataset_id: dataset.id, name: dataset.name };
  await platform.jobs.send(ctx, joinsKind, wanted, { tx, priority: -1 });
}
