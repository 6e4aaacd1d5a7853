import { type ErrorCode, errorCatalogue } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Logger } from 'pino';
import type { Actor, Context } from '../context.ts';
import type { Database, Sql } from '../db/database.ts';
import type { Events } from '../events/event-types.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { type Claim, type JobQueue, newQueueId } from './job-queue.ts';
import type { JobDefinition, JobOutcome, RunningJob } from './job-types.ts';
import { changeAttempt, isRunning, type JobError, type JobRow } from './jobs.store.ts';

/** Reasons an attempt is told to stop, beside its time limit. */
export const cancelled = new StromaError('CANCELLED', 'The job was cancelled.');
export const shuttingDown = new StromaError('NOT_READY', 'The worker is stopping.');

const crashLimit = 3;
const progressMs = 250;
const checkMs = 4_000;
/** What an attempt that was told to stop gets until it is no longer waited for. */
const graceMs = 5_000;
const shutdownGraceMs = 2_000;

export interface AttemptParts {
  database: Database;
  queue: JobQueue;
  events: Events;
  log: Logger;
  tracing: Tracing;
  onEnded(kind: string, status: 'succeeded' | 'failed' | 'retried' | 'cancelled', seconds: number): void;
}

/** One taking-up of a job, from its first line to the transaction that says how it ended. */
export class JobAttempt {
  readonly row: JobRow;
  readonly #claim: Claim;
  readonly #definition: JobDefinition<object>;
  readonly #parts: AttemptParts;
  readonly #stop = new AbortController();
  readonly #ctx: Context;
  readonly #job: RunningJob;
  #progress: { fraction: number; phase: string } | null = null;
  #progressTimer: NodeJS.Timeout | null = null;

  constructor(
    row: JobRow,
    actor: Actor,
    claim: Claim,
    definition: JobDefinition<object>,
    parts: AttemptParts,
  ) {
    this.row = row;
    this.#claim = claim;
    this.#definition = definition;
    this.#parts = parts;
    this.#ctx = {
      actor,
      requestId: row.requestId,
      log: parts.log.child({
        job: row.id,
        kind: row.kind,
        attempt: row.attempt,
        request: row.requestId,
        actor: row.createdBy,
      }),
      signal: this.#stop.signal,
    };
    this.#job = {
      jobId: row.id,
      attempt: row.attempt,
      progress: (fraction, phase) => this.#onProgress(fraction, phase),
    };
  }

  abort(reason: StromaError): void {
    this.#stop.abort(reason);
  }

  async run(): Promise<void> {
    const { tracing } = this.#parts;
    const { kind, attempt, traceParent: parent } = this.row;
    const span = tracing.begin(`job ${kind}`, 'consumer', {
      parent,
      attributes: { 'stroma.job.kind': kind, 'stroma.job.attempt': attempt, 'stroma.job.id': this.row.id },
    });
    const ended = await tracing.within(span, () => this.#run());
    span.set({ 'stroma.job.outcome': ended });
    span.end(ended === 'failed' || ended === 'retried' ? ended : null);
  }

  async #run(): Promise<'succeeded' | 'failed' | 'retried' | 'cancelled'> {
    const began = performance.now();
    this.#announce('running', 0);
    const limit = setTimeout(() => this.abort(this.#late()), this.#definition.timeoutSeconds * 1000);
    const check = setInterval(() => void this.#check(), checkMs);
    let ended: 'succeeded' | 'failed' | 'retried' | 'cancelled';
    try {
      if (this.row.crashes >= crashLimit) throw this.#deadly();
      const outcome = await this.#work();
      ended = (await this.#succeed(outcome)) ? 'succeeded' : 'cancelled';
    } catch (error) {
      ended = await this.#fail(error);
    } finally {
      clearTimeout(limit);
      clearInterval(check);
      if (this.#progressTimer !== null) clearTimeout(this.#progressTimer);
      this.#progressTimer = null;
    }
    this.#parts.onEnded(this.row.kind, ended, (performance.now() - began) / 1000);
    return ended;
  }

  /** The work itself, not waited for any longer once it was told to stop and has had its grace. */
  async #work(): Promise<JobOutcome> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const work = this.#definition.run(this.row.input, this.#ctx, this.#job);
    let timer: NodeJS.Timeout | undefined;
    const abandoned = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        const patienceMs = signal.reason === shuttingDown ? shutdownGraceMs : graceMs;
        timer = setTimeout(() => reject(signal.reason), patienceMs);
      });
    });
    try {
      const outcome = await Promise.race([work, abandoned]);
      if (signal.aborted && signal.reason !== shuttingDown) throw signal.reason;
      return outcome;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Result, effects, events and the end of the job are one commit: all of them once, or none. */
  async #succeed(outcome: JobOutcome): Promise<boolean> {
    const change = {
      status: 'succeeded',
      progress: 100,
      phase: null,
      error: null,
      result: outcome.result,
      finishedAt: new Date(),
    } as const;
    const won = await this.#end(change, async (tx) => {
      await outcome.commit?.(tx);
    });
    if (won) this.#announce('succeeded', 100);
    return won;
  }

  async #fail(error: unknown): Promise<'failed' | 'retried' | 'cancelled'> {
    const { log } = this.#ctx;
    if (error === cancelled) {
      await this.#parts.queue.settle(this.#parts.database.sql, this.#claim);
      return 'cancelled';
    }
    if (error === shuttingDown) return await this.#handBack();
    const told = toldOf(error);
    const failures = this.row.failures + 1;
    const final =
      !mayPass(told.code) || failures > this.#definition.retries || this.row.crashes >= crashLimit;
    log[final ? 'error' : 'warn']({ err: error, code: told.code, failures }, 'the attempt failed');
    return final ? await this.#failForGood(told) : await this.#tryAgain(told, failures);
  }

  async #failForGood(error: JobError): Promise<'failed' | 'cancelled'> {
    const { onFailed } = this.#definition;
    const change = { status: 'failed', phase: null, error, finishedAt: new Date() } as const;
    let mine: boolean;
    try {
      mine = await this.#end(change, async (tx) => {
        await onFailed?.(this.row.input, this.#ctx, this.#job, error, tx);
      });
    } catch (cause) {
      this.#ctx.log.error({ err: cause }, 'what follows a failure failed; the job ends without it');
      mine = await this.#end(change);
    }
    if (mine) this.#announce('failed', this.row.progress);
    return mine ? 'failed' : 'cancelled';
  }

  async #tryAgain(error: JobError, failures: number): Promise<'retried' | 'cancelled'> {
    const mine = await this.#requeue({ failures, error }, Date.now() + backoffMs(failures));
    if (mine) this.#announce('queued', 0);
    return mine ? 'retried' : 'cancelled';
  }

  async #handBack(): Promise<'retried' | 'cancelled'> {
    return (await this.#requeue({}, Date.now())) ? 'retried' : 'cancelled';
  }

  #requeue(change: Partial<JobRow>, dueMs: number): Promise<boolean> {
    const { kind, id: jobId, priority } = this.row;
    const queueId = newQueueId();
    return this.#end({ ...change, status: 'queued', phase: null, progress: 0, queueId }, (tx) =>
      this.#parts.queue.send(tx, { queueId, kind, jobId, priority, dueMs }),
    );
  }

  /** Ends this attempt, if it is still the one that runs, together with what follows from it. */
  #end(change: Partial<JobRow>, effects?: (tx: Sql) => Promise<void>): Promise<boolean> {
    const { database, queue } = this.#parts;
    return database.transaction(async (tx) => {
      const mine = await changeAttempt(tx, this.row, change);
      if (mine) await effects?.(tx);
      await queue.settle(tx, this.#claim);
      return mine;
    });
  }

  #onProgress(fraction: number, phase: string): void {
    this.#progress = { fraction: Math.min(1, Math.max(0, fraction)), phase };
    this.#progressTimer ??= setTimeout(() => void this.#writeProgress(), progressMs);
  }

  async #writeProgress(): Promise<void> {
    const now = this.#progress;
    if (now === null || this.#stop.signal.aborted) return;
    const progress = Math.min(99.9, Math.round(now.fraction * 1000) / 10);
    try {
      const mine = await changeAttempt(this.#parts.database.sql, this.row, { progress, phase: now.phase });
      if (mine) this.#announce('running', progress);
    } catch (error) {
      this.#ctx.log.warn({ err: error }, 'progress could not be written');
    } finally {
      this.#progressTimer = null;
    }
  }

  /** Tells the queue that this process lives, and notices a cancellation whose message was lost. */
  async #check(): Promise<void> {
    try {
      await this.#parts.queue.keepAlive(this.#claim);
      if (!(await isRunning(this.#parts.database.sql, this.row))) this.abort(cancelled);
    } catch (error) {
      this.#ctx.log.warn({ err: error }, 'the queue could not be told that the job runs');
    }
  }

  #announce(status: JobRow['status'], progress: number): void {
    const { id, tenantId } = this.row;
    this.#parts.events.announce(tenantId, 'job.changed', id, { job_id: id, status, progress });
  }

  #late(): StromaError {
    const seconds = this.#definition.timeoutSeconds;
    return new StromaError('JOB_TIMEOUT', `The job ran past its limit of ${seconds} s and was stopped.`, {
      limit_seconds: seconds,
    });
  }

  #deadly(): StromaError {
    return new StromaError(
      'INTERNAL',
      `The process that ran this job ended ${this.row.crashes} times before it was done; it is not tried again.`,
    );
  }
}

/** Half to all of 1, 2, 4 ... seconds, at most five minutes: spread, so that not all come back at once. */
function backoffMs(failures: number): number {
  const full = Math.min(300_000, 1000 * 2 ** (failures - 1));
  return full * (0.5 + Math.random() / 2);
}

/** An error that blames the request would come again. */
function mayPass(code: string): boolean {
  const { status } = errorCatalogue[code as ErrorCode] ?? errorCatalogue.INTERNAL;
  return status >= 500 || status === 429;
}

function toldOf(error: unknown): JobError {
  if (error instanceof StromaError && Object.hasOwn(errorCatalogue, error.code))
    return { code: error.code, message: error.message, details: error.details };
  return {
    code: 'INTERNAL',
    message: 'Something in Stroma failed. The job id leads to it in the log.',
    details: {},
  };
}
