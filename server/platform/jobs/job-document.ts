import type { Job } from '@stroma/contracts';
import type { JobRow } from './jobs.store.ts';

export function jobDocument(row: JobRow, now = Date.now()): Job {
  return {
    job_id: row.id,
    kind: row.kind,
    title: row.title,
    status: row.status,
    progress: row.progress,
    phase: row.status === 'running' ? row.phase : null,
    seconds_left: secondsLeft(row, now),
    attempt: row.attempt,
    error: row.status === 'failed' || row.status === 'queued' ? row.error : null,
    result: row.result,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
    created_by: row.createdBy,
  };
}

/** As if the rest went on at the pace so far; too early to tell before 2 %. */
function secondsLeft(row: JobRow, now: number): number | null {
  if (row.status !== 'running' || row.startedAt === null || row.progress < 2) return null;
  const elapsedMs = Math.max(0, now - row.startedAt.getTime());
  return Math.round((elapsedMs * (100 - row.progress)) / row.progress / 1000);
}
