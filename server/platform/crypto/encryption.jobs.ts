import type { Database } from '../db/database.ts';
import { acrossTenants } from '../db/tenant-scope.ts';
import type { JobDefinition } from '../jobs/job-types.ts';
import type { Keys } from './keys.ts';

export const rewrapKind = 'encryption.rewrap';

/**
 * Brings every data key under the present key-encryption key; each night too, for a rotation that was ordered where
 * nobody could see it to its end (another program rotates the key in Vault or KMS). What is overwritten is then
 * cleared from the table's files, so that destroyed keys do not linger there.
 */
export function rewrapJob(keys: Keys, database: Database): JobDefinition<object> {
  return {
    kind: rewrapKind,
    title: () => 'Bringing data keys under the present key',
    timeoutSeconds: 6 * 3600,
    retries: 5,
    concurrency: 1,
    cron: '37 3 * * *',
    permission: 'encryption:write',
    async run(_, ctx, job) {
      const done = await keys.rewrap({
        signal: ctx.signal,
        onProgress: (rewrapped, all) => job.progress(all === 0 ? 1 : rewrapped / all, 'wrapping keys'),
      });
      await acrossTenants('keys are the installation’s', () => database.execute('vacuum data_keys'));
      return { result: done };
    },
  };
}
