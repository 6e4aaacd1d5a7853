import type { JobDefinition } from '../platform/jobs/job-types.ts';
import type { Platform } from '../platform/platform.ts';
import { findPurgeable, keysInUse, purgeDataset, type VersionRow } from './datasets.store.ts';
import { deletePairs } from './joins.store.ts';
import type { Uploads } from './uploads.service.ts';

const keptDeletedMs = 30 * 24 * 3600 * 1000;

const nightly = { timeoutSeconds: 3600, retries: 1, concurrency: 1 } as const;

/** Removes for good what was deleted 30 days ago. */
export function purgeJob(platform: Platform): JobDefinition<object> {
  return {
    kind: 'data.purge-deleted',
    title: () => 'Removing datasets deleted 30 days ago',
    cron: '41 3 * * *',
    ...nightly,
    run: async (_input, ctx) => ({
      result: { removed: await purgeDeleted(platform, new Date(Date.now() - keptDeletedMs), ctx.signal) },
    }),
  };
}

export function sweepUploadsJob(uploads: Uploads): JobDefinition<object> {
  return {
    kind: 'data.sweep-uploads',
    title: () => 'Removing uploads that were never finished',
    cron: '11 4 * * *',
    ...nightly,
    run: async () => ({ result: await uploads.sweep() }),
  };
}

/** Rows go first, in one transaction a dataset; a death after it leaves files nobody names, never rows without files. */
export async function purgeDeleted(platform: Platform, before: Date, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (const dataset of await findPurgeable(platform.db.sql, before, 1000)) {
    signal.throwIfAborted();
    const versions = await platform.db.transaction(async (tx) => {
      const gone = await purgeDataset(tx, dataset.id);
      await deletePairs(
        tx,
        gone.map((version) => version.id),
      );
      return gone;
    });
    for (const version of versions) await removeFiles(platform, version);
    removed += 1;
  }
  return removed;
}

async function removeFiles(platform: Platform, version: VersionRow): Promise<void> {
  const used = await keysInUse(platform.db.sql, version);
  if (!used.raw) await platform.objects.delete(version.rawKey);
  if (used.lake) return;
  const keys: string[] = [];
  for await (const key of platform.objects.list(`${version.lakePrefix}/`)) keys.push(key);
  for (const key of keys) await platform.objects.delete(key);
}
