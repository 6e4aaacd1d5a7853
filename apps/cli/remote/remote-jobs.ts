import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { RunningCommand } from '../commands.ts';
import type { Connection } from '../connection.ts';

const ended: ReadonlySet<Job['status']> = new Set(['succeeded', 'failed', 'cancelled']);

/** Waits until a job of the server has done its work. Throws the job's error, or CANCELLED. */
export async function untilDone(
  { client }: Pick<Connection, 'client'>,
  jobId: string,
  running: RunningCommand,
): Promise<Job> {
  const job = await untilEnded(client, jobId, running);
  if (job.status === 'succeeded') return job;
  const { code, message, details } = job.error ?? {
    code: 'CANCELLED',
    message: `The job ${jobId} was cancelled before it ended.`,
    details: {},
  };
  throw new StromaError(code, message, { ...details, job_id: jobId });
}

async function untilEnded(
  client: Connection['client'],
  jobId: string,
  { output, signal }: RunningCommand,
): Promise<Job> {
  for (let waitMs = 50; ; waitMs = Math.min(1000, waitMs * 1.5)) {
    const job = await client.jobs.get({ params: { id: jobId }, signal });
    if (ended.has(job.status)) return job;
    output.progress(job.progress / 100, `${job.title}${job.phase === null ? '' : `: ${job.phase}`}`);
    await pause(waitMs, undefined, { signal }).catch((error: unknown) => {
      output.note(`The job ${jobId} goes on at the server; "stroma jobs ${jobId}" shows it.`);
      throw error;
    });
  }
}
