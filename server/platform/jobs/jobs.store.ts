import type { Job } from '@stroma/contracts';
import { and, desc, eq, inArray, lt, notInArray, or, sql } from 'drizzle-orm';
import type { Sql } from '../db/database.ts';
import { systemTenant } from '../system-actor.ts';
import { jobs } from './jobs.tables.ts';

export type JobRow = typeof jobs.$inferSelect;
export type JobError = NonNullable<JobRow['error']>;

export async function insertJob(db: Sql, row: typeof jobs.$inferInsert): Promise<void> {
  await db.insert(jobs).values(row).onConflictDoNothing();
}

/** Names a job inside its tenant, for reading many at once. */
export const jobKey = (tenantId: string, id: string): string => `${tenantId}/${id}`;

/** Jobs by `jobKey`, each only inside the tenant its key names. */
export async function findJobs(db: Sql, keys: string[]): Promise<Map<string, JobRow>> {
  const byTenant = Map.groupBy(keys, (key) => key.slice(0, key.indexOf('/')));
  const wanted = [...byTenant].map(([tenantId, own]) =>
    and(
      eq(jobs.tenantId, tenantId),
      inArray(
        jobs.id,
        own.map((key) => key.slice(tenantId.length + 1)),
      ),
    ),
  );
  const rows = await db
    .select()
    .from(jobs)
    .where(or(...wanted));
  return new Map(rows.map((row) => [jobKey(row.tenantId, row.id), row]));
}

export async function listJobs(
  db: Sql,
  tenantId: string,
  filter: {
    status?: Job['status'] | undefined;
    before?: string | undefined;
    /** Only those this person sent. */
    createdBy?: string | undefined;
    /** Of these kinds only those `viewer` sent. */
    withheld?: { kinds: string[]; viewer: string };
    limit: number;
  },
): Promise<JobRow[]> {
  return db
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.tenantId, tenantId),
        filter.status && eq(jobs.status, filter.status),
        filter.createdBy === undefined ? undefined : eq(jobs.createdBy, filter.createdBy),
        filter.withheld === undefined || filter.withheld.kinds.length === 0
          ? undefined
          : or(notInArray(jobs.kind, filter.withheld.kinds), eq(jobs.createdBy, filter.withheld.viewer)),
        filter.before === undefined ? undefined : lt(jobs.id, filter.before),
      ),
    )
    .orderBy(desc(jobs.id))
    .limit(filter.limit);
}

/**
 * Begins an attempt. One that still stands as running ended with its process: its taking-up counts as a crash.
 * Null when the queue's entry is no longer this job's.
 */
export async function takeUp(db: Sql, queueId: string, now: Date): Promise<JobRow | null> {
  const [row] = await db
    .update(jobs)
    .set({
      status: 'running',
      attempt: sql`${jobs.attempt} + 1`,
      crashes: sql`${jobs.crashes} + case when ${jobs.status} = 'running' then 1 else 0 end`,
      progress: 0,
      phase: null,
      startedAt: now,
    })
    .where(and(eq(jobs.queueId, queueId), inArray(jobs.status, ['queued', 'running'])))
    .returning();
  return row ?? null;
}

/** Writes only if this attempt is still the one that runs; false tells that it was cancelled or taken over. */
export async function changeAttempt(
  db: Sql,
  attempt: Pick<JobRow, 'id' | 'attempt'>,
  change: Partial<JobRow>,
): Promise<boolean> {
  const rows = await db
    .update(jobs)
    .set(change)
    .where(and(eq(jobs.id, attempt.id), eq(jobs.attempt, attempt.attempt), eq(jobs.status, 'running')))
    .returning({ id: jobs.id });
  return rows.length > 0;
}

export async function isRunning(db: Sql, attempt: Pick<JobRow, 'id' | 'attempt'>): Promise<boolean> {
  const rows = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.id, attempt.id), eq(jobs.attempt, attempt.attempt), eq(jobs.status, 'running')));
  return rows.length > 0;
}

/** From one of these states to another, for what people ask for. Null when it is in none of them. */
export async function changeState(
  db: Sql,
  tenantId: string,
  id: string,
  from: JobRow['status'][],
  change: Partial<JobRow>,
): Promise<JobRow | null> {
  const [row] = await db
    .update(jobs)
    .set(change)
    .where(and(eq(jobs.id, id), eq(jobs.tenantId, tenantId), inArray(jobs.status, from)))
    .returning();
  return row ?? null;
}

export async function deleteEndedJobs(db: Sql, before: Date, systemBefore: Date): Promise<void> {
  await db.delete(jobs).where(lt(jobs.finishedAt, before));
  await db.delete(jobs).where(and(eq(jobs.tenantId, systemTenant), lt(jobs.finishedAt, systemBefore)));
}
