import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import { runsThere } from '../experiments/runs.store.ts';
import { openStates } from './training.store.ts';

const dayMs = 24 * 60 * 60 * 1000;
const atOnce = 500;

/** Files of trainings that came to nothing: their last transaction failed, or nobody imported them. */
export function sweepTrainingsJob(platform: Pick<Platform, 'objects' | 'db'>): JobDefinition<object> {
  return {
    kind: 'ml.sweep-trainings',
    title: () => 'Removing files of trainings that came to nothing',
    timeoutSeconds: 3600,
    retries: 1,
    concurrency: 1,
    cron: '29 4 * * *',
    run: async (_input, { signal }) => ({
      result: { removed: await sweepTrainings(platform, Date.now() - dayMs, signal) },
    }),
  };
}

/**
 * Removes what lies under the id of a run that is not there, states of trainings that have ended, and files that were
 * brought, all of them older than `before` by the time in their ids. A run and its files are there in one transaction.
 */
export async function sweepTrainings(
  { objects, db }: Pick<Platform, 'objects' | 'db'>,
  before: number,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  let looked: { key: string; kind: string; id: string }[] = [];
  const sweep = async () => {
    signal.throwIfAborted();
    const of = (kind: string) => looked.flatMap((own) => (own.kind === kind ? [own.id] : []));
    const kept = new Set([
      ...(await runsThere(db.sql, of('run'))),
      ...(await openStates(db.sql, of('state'))),
    ]);
    for (const { key, id } of looked) {
      if (kept.has(id)) continue;
      await objects.delete(key);
      removed += 1;
    }
    looked = [];
  };
  for await (const key of objects.list('models/')) {
    const found = placeOf(key);
    if (found === null || timeOf(found.id) >= before) continue;
    looked.push({ key, ...found });
    if (looked.length >= atOnce) await sweep();
  }
  await sweep();
  return removed;
}

/** What a key is of; null for what is none of these. */
function placeOf(key: string): { kind: string; id: string } | null {
  const [, , folder = '', ...rest] = key.split('/');
  const id = rest.at(-1) ?? '';
  if (folder.startsWith('run_')) return { kind: 'run', id: folder };
  if (folder === 'trainings' && id.startsWith('job_')) return { kind: 'state', id };
  return folder === 'imports' && id.startsWith('mfl_') ? { kind: 'brought', id } : null;
}

/** Ids hold the time they were made at (RFC 9562, section 5.7); what is no such id is of now. */
function timeOf(id: string): number {
  const digits = id
    .slice(id.indexOf('_') + 1)
    .replaceAll('-', '')
    .slice(0, 12);
  return /^[0-9a-f]{12}$/.test(digits) ? Number.parseInt(digits, 16) : Number.POSITIVE_INFINITY;
}
