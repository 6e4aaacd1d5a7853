import type { SystemHistory, SystemState } from '@stroma/contracts';
import { desc, gte, lt, sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../db/database.ts';
import { systemSamples } from './monitoring.tables.ts';

export type SystemSample = typeof systemSamples.$inferSelect;

const keptMs = 24 * 60 * 60 * 1000;

/** Adds one and lets go of those of more than a day ago. */
export async function addSample(tx: Sql, sample: SystemSample): Promise<void> {
  await tx.insert(systemSamples).values(sample).onConflictDoNothing();
  await tx.delete(systemSamples).where(lt(systemSamples.at, new Date(sample.at.getTime() - keptMs)));
}

/** Processes that told of themselves since, each as it last did. */
export async function liveProcesses(db: Sql, since: Date): Promise<SystemState['processes']> {
  const rows = await db
    .selectDistinctOn([systemSamples.process])
    .from(systemSamples)
    .where(gte(systemSamples.at, since))
    .orderBy(systemSamples.process, desc(systemSamples.at));
  return rows.map((row) => ({
    process: row.process,
    host: row.host,
    role: row.role,
    at: row.at.toISOString(),
    requests_per_second: row.requests / row.seconds,
    process_percent: row.processPercent,
    process_bytes: row.processBytes,
  }));
}

/** One point for each `stepSeconds` in which a process told of itself: rates summed, of the rest the highest. */
export async function pointsSince(
  db: Sql,
  since: Date,
  stepSeconds: number,
): Promise<SystemHistory['points']> {
  const result = await db.execute(sql`
    with each_process as (
      select process, floor(extract(epoch from at) / ${stepSeconds}::int)::bigint as step,
        sum(requests) / sum(seconds) as requests, sum(failed) / sum(seconds) as failed,
        sum(statements) / sum(seconds) as statements,
        max(p50_ms) as p50, max(p95_ms) as p95, max(p99_ms) as p99,
        avg(cpu_percent) as cpu, avg(memory_percent) as memory, max(disk_percent) as disk,
        max(jobs_waiting) as jobs, max(event_loop_ms) as event_loop
      from system_samples where at >= ${since.toISOString()}::timestamptz
      group by process, step
    )
    select step::float8, sum(requests)::float8 as requests, sum(failed)::float8 as failed,
      sum(statements)::float8 as statements, max(p50)::float8 as p50, max(p95)::float8 as p95,
      max(p99)::float8 as p99, max(cpu)::float8 as cpu, max(memory)::float8 as memory,
      max(disk)::float8 as disk, max(jobs)::float8 as jobs, max(event_loop)::float8 as event_loop
    from each_process group by step order by step`);
  return rowsOf<Record<string, number | null>>(result).map((row) => ({
    at: new Date(Number(row.step) * stepSeconds * 1000).toISOString(),
    requests_per_second: Number(row.requests),
    failed_per_second: Number(row.failed),
    p50_ms: row.p50 ?? null,
    p95_ms: row.p95 ?? null,
    p99_ms: row.p99 ?? null,
    cpu_percent: Number(row.cpu),
    memory_percent: Number(row.memory),
    disk_percent: row.disk ?? null,
    statements_per_second: Number(row.statements),
    jobs_waiting: Number(row.jobs),
    event_loop_ms: Number(row.event_loop),
  }));
}
