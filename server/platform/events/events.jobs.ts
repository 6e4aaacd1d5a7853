import type { Database } from '../db/database.ts';
import type { JobDefinition } from '../jobs/job-types.ts';
import { deleteEventsBefore } from './events.store.ts';

const keptMs = 7 * 24 * 60 * 60 * 1000;

/** A client can resume for seven days. */
export function eventCleanupJob(database: Database): JobDefinition<object> {
  return {
    kind: 'events.cleanup',
    title: () => 'Forgetting old events',
    timeoutSeconds: 300,
    retries: 1,
    concurrency: 1,
    cron: '41 2 * * *',
    async run() {
      await deleteEventsBefore(database.sql, new Date(Date.now() - keptMs));
      return { result: {} };
    },
  };
}
