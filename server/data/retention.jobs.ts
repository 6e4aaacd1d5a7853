import { type Kept, keptRows } from '../access/index.ts';
import type { JobDefinition } from '../platform/jobs/job-types.ts';
import type { Platform } from '../platform/platform.ts';
import { forgetDerivations } from '../platform/provenance/provenance.store.ts';
import { keysInUse } from './datasets/dataset-versions.store.ts';
import { type DatasetRow, findPurgeable, purgeDataset, type VersionRow } from './datasets/datasets.store.ts';
import { deletePairs } from './joins/joins.store.ts';
import { keptSearches } from './persons/kept-searches.ts';
import type { Uploads } from './uploads.service.ts';

const nightly = { timeoutSeconds: 3600, retries: 1, concurrency: 1 } as const;

type Held = Pick<Parameters<Kept['find']>[2], 'everything' | 'datasets' | 'persons'>;
const nothingHeld: Held = { everything: false, datasets: [], persons: [] };

/** What this module keeps for a time: datasets after their deletion, and what was asked of them. */
export function keptData(platform: Platform): Kept[] {
  const { db } = platform;
  const asked = {
    defaultDays: 365,
    shortestDays: 1,
    table: 'queries',
    at: 'created_at',
    person: 'user_id',
    datasets: 'dataset_ids',
    // What was asked stands in the provenance of the answer too.
    with: { column: 'provenance_id', remove: forgetDerivations },
  };
  return [
    keptRows(db, { ...asked, kind: 'chat', only: "kind = 'natural'" }),
    keptRows(db, { ...asked, kind: 'queries', only: "kind = 'sql'" }),
    keptSearches(db),
    {
      kind: 'deleted_datasets',
      manner: 'dispose',
      defaultDays: 30,
      shortestDays: 1,
      async find(_tenantId, before, holds) {
        const rows = await findPurgeable(db.sql, before, 10_000);
        const held = rows.filter((row) => isHeld(row, holds)).length;
        const times = rows.map(({ deletedAt }) => deletedAt?.getTime() ?? Number.POSITIVE_INFINITY);
        return {
          due: rows.length - held,
          held,
          oldest: rows.length === 0 ? null : new Date(Math.min(...times)),
        };
      },
      dispose: async (ctx, before, holds) => ({
        done: await purgeDeleted(platform, before, ctx.signal, holds),
        archive: null,
      }),
    },
  ];
}

const isHeld = (row: DatasetRow, { everything, datasets, persons }: Held): boolean =>
  everything || datasets.includes(row.id) || persons.includes(row.createdBy);

export function sweepUploadsJob(uploads: Uploads): JobDefinition<object> {
  return {
    kind: 'data.sweep-uploads',
    title: () => 'Removing uploads that were never finished',
    cron: '11 4 * * *',
    ...nightly,
    run: async () => ({ result: await uploads.sweep() }),
  };
}

/**
 * Removes for good what was deleted before, with its files and their data keys, but for what is held. Rows go first,
 * in one transaction a dataset; a death after it leaves files nobody names, never rows without files.
 */
export async function purgeDeleted(
  platform: Platform,
  before: Date,
  signal: AbortSignal,
  holds: Held = nothingHeld,
): Promise<number> {
  let removed = 0;
  for (const dataset of await findPurgeable(platform.db.sql, before, 10_000)) {
    signal.throwIfAborted();
    if (isHeld(dataset, holds)) continue;
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
