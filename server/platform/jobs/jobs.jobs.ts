import type { Database } from '../db/database.ts';
import type { JobDefinition } from './job-types.ts';
import { deleteEndedJobs } from './jobs.store.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Jobs that have ended are remembered for 90 days, Stroma's own for 7. */
export function jobCleanupJob(database: Database): JobDefinition<object> {
  return {
    kind: 'jobs.cleanup',
    title: () => 'Forgetting old jobs',
    timeoutSeconds: 300,
    retries: 1,
    concurrency: 1,
    cron: '53 2 * * *',
    async run() {
      const now = Date.now();
      await deleteEndedJobs(database.sql, new Date(now - 90 * dayMs), new Date(now - 7 * dayMs));
      return { result: {} };
    },
  };
}
