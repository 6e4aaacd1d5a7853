import type { StromaError } from '@stroma/kernel';
import type { Logger } from 'pino';
import type { Actor } from '../context.ts';
import type { Stop } from '../db/database.ts';
import { acrossTenants, withinTenant } from '../db/tenant-scope.ts';
import { newId } from '../ids.ts';
import { actorOfRole, systemActor, systemTenant } from '../system-actor.ts';
import { type AttemptParts, cancelled, JobAttempt, shuttingDown } from './job-attempt.ts';
import { type Claim, type Wake, wakeChannel } from './job-queue.ts';
import type { JobDefinition, JobSender } from './job-types.ts';
import { insertJob, type JobRow, takeUp } from './jobs.store.ts';

export const cancelChannel = 'stroma_job_cancel';

/** Schedules and lost notifications are noticed this late at most; what is sent wakes the worker at once. */
const pollMs = 5_000;
const longestTimerMs = 2 ** 31 - 1;

/** Takes up work of every registered kind, as many of each at once as its definition allows. */
export class JobWorker {
  readonly #parts: AttemptParts;
  readonly #log: Logger;
  readonly #definitions: Map<string, JobDefinition<object>>;
  readonly #running = new Map<JobAttempt, Promise<void>>();
  readonly #taking = new Set<string>();
  readonly #again = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stops: Stop[] = [];
  #poll: NodeJS.Timeout | undefined;
  #stopping = false;
  #findSender: ((sender: JobSender) => Promise<Actor | null>) | null = null;

  constructor(parts: AttemptParts, definitions: Map<string, JobDefinition<object>>) {
    this.#parts = parts;
    this.#log = parts.log;
    this.#definitions = definitions;
  }

  knowSenders(find: (sender: JobSender) => Promise<Actor | null>): void {
    this.#findSender = find;
  }

  async start(): Promise<void> {
    const { database } = this.#parts;
    const all = () => void this.#pollDue();
    this.#stops.push(
      await database.listen(wakeChannel, (text) => this.#onWake(JSON.parse(text) as Wake), all),
    );
    this.#stops.push(
      await database.listen(cancelChannel, (jobId) => this.#abort((row) => row.id === jobId, cancelled)),
    );
    this.#poll = setInterval(all, pollMs);
    for (const kind of this.#definitions.keys()) this.#take(kind);
  }

  /** Running work is told to stop and given back to the queue. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#poll);
    for (const timer of this.#timers) clearTimeout(timer);
    for (const stop of this.#stops.splice(0)) await stop();
    this.#abort(() => true, shuttingDown);
    await Promise.allSettled(this.#running.values());
  }

  #onWake({ kind, dueMs }: Wake): void {
    const wait = dueMs - Date.now();
    if (wait <= 0) {
      this.#take(kind);
      return;
    }
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#take(kind);
      },
      Math.min(wait + 5, longestTimerMs),
    );
    this.#timers.add(timer);
  }

  async #pollDue(): Promise<void> {
    try {
      for (const kind of await this.#parts.queue.due([...this.#definitions.keys()])) this.#take(kind);
    } catch (error) {
      this.#log.error({ err: error }, 'the job queue could not be asked for work');
    }
  }

  #take(kind: string): void {
    if (this.#stopping || !this.#definitions.has(kind)) return;
    if (this.#taking.has(kind)) {
      this.#again.add(kind);
      return;
    }
    this.#taking.add(kind);
    void this.#fill(kind)
      .catch((error) => this.#log.error({ err: error, kind }, 'work could not be taken up'))
      .finally(() => {
        this.#taking.delete(kind);
        if (this.#again.delete(kind)) this.#take(kind);
      });
  }

  async #fill(kind: string): Promise<void> {
    const definition = this.#definitions.get(kind);
    if (definition === undefined) return;
    for (;;) {
      const free = definition.concurrency - this.#runningOf(kind);
      if (free <= 0 || this.#stopping) return;
      const claims = await this.#parts.queue.take(kind, free);
      for (const claim of claims) await this.#begin(claim, definition);
      if (claims.length < free) return;
    }
  }

  async #begin(claim: Claim, definition: JobDefinition<object>): Promise<void> {
    const { database, queue } = this.#parts;
    const row =
      (await takeUp(database.sql, claim.queueId, new Date())) ??
      (definition.cron === undefined ? null : await this.#makeScheduled(claim, definition));
    if (row === null) return await queue.settle(database.sql, claim);
    const attempt = new JobAttempt(row, await this.#actorOf(row), claim, definition, this.#parts);
    if (this.#stopping) attempt.abort(shuttingDown);
    const inScope = () =>
      row.tenantId === systemTenant ? attempt.run() : withinTenant(row.tenantId, () => attempt.run());
    const running = inScope()
      .catch((error) => this.#log.error({ err: error, job: row.id }, 'the end of a job could not be written'))
      .finally(() => {
        this.#running.delete(attempt);
        this.#take(claim.kind);
      });
    this.#running.set(attempt, running);
  }

  /** Whoever is gone or closed keeps their name and may do nothing. */
  async #actorOf({ createdBy: id, actorName: name, actorRole: role, tenantId }: JobRow): Promise<Actor> {
    const sender = { id, name, role, tenantId };
    if (role === 'system' || this.#findSender === null) return actorOfRole(sender);
    const find = this.#findSender;
    const found = await acrossTenants('who sent a job is known before its tenant is entered', () =>
      find(sender),
    );
    return found ?? { ...actorOfRole(sender), permissions: new Set() };
  }

  /** A schedule puts only an entry in the queue; its job is made when it is taken up. */
  async #makeScheduled(claim: Claim, definition: JobDefinition<object>): Promise<JobRow | null> {
    const { sql } = this.#parts.database;
    const { id, name, tenantId } = systemActor();
    await insertJob(sql, {
      id: newId('job'),
      tenantId,
      kind: claim.kind,
      title: definition.title({}),
      input: {},
      status: 'queued',
      queueId: claim.queueId,
      requestId: newId('request'),
      createdBy: id,
      actorName: name,
      actorRole: 'system',
      createdAt: new Date(),
    });
    return await takeUp(sql, claim.queueId, new Date());
  }

  #runningOf(kind: string): number {
    let count = 0;
    for (const { row } of this.#running.keys()) if (row.kind === kind) count += 1;
    return count;
  }

  #abort(which: (row: JobRow) => boolean, reason: StromaError): void {
    for (const attempt of this.#running.keys()) if (which(attempt.row)) attempt.abort(reason);
  }
}
