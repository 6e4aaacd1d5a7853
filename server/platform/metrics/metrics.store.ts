import { count, eq } from 'drizzle-orm';
import type { Sql } from '../db/database.ts';
import { jobs } from '../jobs/jobs.tables.ts';

/** Over all tenants: the figures of an installation tell nothing of any one of them. */
export async function waitingJobs(database: Sql): Promise<{ kind: string; jobs: number }[]> {
  return await database
    .select({ kind: jobs.kind, jobs: count() })
    .from(jobs)
    .where(eq(jobs.status, 'queued'))
    .groupBy(jobs.kind);
}
