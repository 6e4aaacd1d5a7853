import { inArray, sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../db/database.ts';
import { events } from '../events/events.tables.ts';
import { jobs } from '../jobs/jobs.tables.ts';

export interface OpenJobs {
  kind: string;
  waiting: number;
  running: number;
  /** How long the one that waits longest has waited; 0 where none does. */
  oldest_seconds: number;
}

export interface Outbox {
  waiting: number;
  oldest_seconds: number;
}

/** Over all tenants: the figures of an installation tell nothing of any one of them. */
export async function openJobs(database: Sql): Promise<OpenJobs[]> {
  const isQueued = sql`${jobs.status} = 'queued'`;
  return await database
    .select({
      kind: jobs.kind,
      waiting: sql<number>`count(*) filter (where ${isQueued})::int`,
      running: sql<number>`count(*) filter (where ${jobs.status} = 'running')::int`,
      oldest_seconds: sql<number>`coalesce(extract(epoch from now() - min(${jobs.createdAt}) filter (where ${isQueued})), 0)::float8`,
    })
    .from(jobs)
    .where(inArray(jobs.status, ['queued', 'running']))
    .groupBy(jobs.kind);
}

/** Events whose transaction has committed and that have no position yet. */
export async function outbox(database: Sql): Promise<Outbox> {
  const [row] = rowsOf<Outbox>(
    await database.execute(sql`
      select count(*)::int as waiting,
        coalesce(extract(epoch from now() - min(${events.time})), 0)::float8 as oldest_seconds
      from ${events} where ${events.position} is null`),
  );
  return row ?? { waiting: 0, oldest_seconds: 0 };
}
