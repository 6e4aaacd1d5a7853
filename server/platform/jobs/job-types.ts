import type { Job, Permission } from '@stroma/contracts';
import type { Actor, Context } from '../context.ts';
import type { Sql } from '../db/database.ts';

export interface RunningJob {
  jobId: string;
  attempt: number;
  /** 0-1; written at most a few times a second, published as `job.changed`. */
  progress(fraction: number, phase: string): void;
}

/** What a job hands back: its result, and what must be written in the transaction that marks it succeeded. */
export interface JobOutcome {
  result: Record<string, unknown>;
  commit?(tx: Sql): Promise<void>;
}

/**
 * Background work. `run` is idempotent: a worker may die at any moment and another runs it again. Only `commit`
 * writes to the database, in the one transaction that also marks the job succeeded, so its effects and events
 * happen exactly once. `ctx.signal` aborts on cancel, time limit and shutdown.
 */
export interface JobDefinition<Input extends object> {
  kind: string;
  title(input: Input): string;
  timeoutSeconds: number;
  /** Attempts after the first, with exponential backoff; not for errors that would come again (4xx codes). */
  retries: number;
  /** How many run at once in one process. */
  concurrency: number;
  /** Standard five-field cron expression, UTC; runs as the system with `{}` as input. */
  cron?: string;
  /** Of the whole installation: beside who sent it, only who holds this sees it, cancels it and runs it again. */
  permission?: Permission;
  run(input: Input, ctx: Context, job: RunningJob): Promise<JobOutcome>;
  /** Written in the transaction that marks the job failed for good. */
  onFailed?(
    input: Input,
    ctx: Context,
    job: RunningJob,
    error: { code: string; message: string },
    tx: Sql,
  ): Promise<void>;
}

export interface JobFilter {
  status?: Job['status'];
  limit: number;
  cursor?: string;
}

/** Who a job was sent by, as its row remembers. */
export type JobSender = Pick<Actor, 'id' | 'name' | 'role' | 'tenantId'>;

export type RecordOfJob = (
  tx: Sql,
  ctx: Context,
  action: 'job.cancelled' | 'job.retried',
  job: { id: string; kind: string },
) => Promise<void>;

/** What of a job tells what it is about. */
export interface ConcernedJob {
  id: string;
  input: Record<string, unknown>;
  result: Record<string, unknown> | null;
}

export interface Jobs {
  /** Says who a sender is at the moment their job is taken up; null for one who is gone or closed. */
  knowSenders(find: (sender: JobSender) => Promise<Actor | null>): void;
  /** Puts on record, in the transaction that does it, that somebody cancelled a job or had it run again. */
  recordWith(record: RecordOfJob): void;
  /** Says which jobs are about what somebody must not know of. Who sent a job sees it all the same. */
  knowHidden(find: (ctx: Context, jobs: readonly ConcernedJob[]) => Promise<ReadonlySet<string>>): void;
  register<Input extends object>(definition: JobDefinition<Input>): void;
  /** Returns the job id. With `tx`, the job exists only if that transaction commits. */
  send<Input extends object>(
    ctx: Context,
    kind: string,
    input: Input,
    options?: { tx?: Sql; priority?: number; startAfter?: Date },
  ): Promise<string>;
  get(ctx: Context, jobId: string): Promise<Job>;
  list(ctx: Context, filter: JobFilter): Promise<{ items: Job[]; next_cursor: string | null }>;
  cancel(ctx: Context, jobId: string): Promise<Job>;
  retry(ctx: Context, jobId: string): Promise<Job>;
  /** Makes the queue ready to be sent to; everything is registered before. `start` does it too. */
  open(): Promise<void>;
  /** Begins to take up work in this process. */
  start(): Promise<void>;
  /** Answers when the queue does, or throws NOT_READY. */
  ping(): Promise<void>;
  /** Stops taking up work, gives running jobs a moment, hands the rest back to the queue. */
  stop(): Promise<void>;
}
