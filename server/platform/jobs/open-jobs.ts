import { scopeOfRole } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import { batchReads } from '../db/batched-reads.ts';
import type { Database, Sql } from '../db/database.ts';
import { acrossTenants } from '../db/tenant-scope.ts';
import type { Events } from '../events/event-types.ts';
import { fail } from '../failure.ts';
import { newId } from '../ids.ts';
import { cutPage, readIdCursor } from '../paging.ts';
import { noTracing, type Tracing } from '../tracing/tracing.ts';
import { jobDocument } from './job-document.ts';
import { newQueueId, openJobQueue } from './job-queue.ts';
import type { ConcernedJob, JobDefinition, Jobs, RecordOfJob } from './job-types.ts';
import { cancelChannel, JobWorker } from './job-worker.ts';
import { changeState, findJobs, insertJob, type JobRow, jobKey, listJobs } from './jobs.store.ts';

export interface JobsOptions {
  /** Seconds a worker on PostgreSQL may be silent until its work is given to another; at least 10. */
  heartbeatSeconds?: number;
  tracing?: Tracing;
  onEnded?(kind: string, status: 'succeeded' | 'failed' | 'retried' | 'cancelled', seconds: number): void;
}

/** A title names the file that is read: who reaches only what is shared sees the jobs they sent. */
function seesOnlyOwn({ actor }: Context): boolean {
  if (actor.kind === 'system') return false;
  const { reach, ownOnly } = actor.scope ?? scopeOfRole(actor.role);
  return reach === 'shared' || ownOnly.has('jobs:read');
}

/** Background work on pg-boss; the table `jobs` is what people see and what guards that each ends once. */
export function openJobs(database: Database, events: Events, log: Logger, options: JobsOptions = {}): Jobs {
  const definitions = new Map<string, JobDefinition<object>>();
  const queue = openJobQueue(database, log, options.heartbeatSeconds ?? 30);
  const onEnded = options.onEnded ?? (() => undefined);
  const { tracing = noTracing } = options;
  const worker = new JobWorker({ database, queue, events, log, onEnded, tracing }, definitions);
  let opened: Promise<void> | null = null;
  let working = false;

  const open = (works: boolean): Promise<void> => {
    opened ??= acrossTenants('the queue is everybody’s', () => queue.start([...definitions.values()], works));
    return opened;
  };

  const definitionOf = (kind: string): JobDefinition<object> => {
    const definition = definitions.get(kind);
    if (definition === undefined) throw new Error(`no job of the kind "${kind}" is registered`);
    return definition;
  };

  const announce = ({ tenantId, id, status, progress }: JobRow): void =>
    events.announce(tenantId, 'job.changed', id, { job_id: id, status, progress });

  const sendIn = async (
    tx: Sql,
    ctx: Context,
    kind: string,
    input: object,
    priority: number,
    startAfter?: Date,
  ): Promise<string> => {
    const id = newId('job');
    const now = new Date();
    const dueMs = (startAfter ?? now).getTime();
    const queueId = newQueueId();
    await queue.send(tx, { queueId, kind, jobId: id, priority, dueMs });
    await insertJob(tx, {
      id,
      tenantId: ctx.actor.tenantId,
      kind,
      title: definitionOf(kind).title(input),
      input: input as Record<string, unknown>,
      status: 'queued',
      priority,
      queueId,
      requestId: ctx.requestId,
      traceParent: tracing.current(),
      createdBy: ctx.actor.id,
      actorName: ctx.actor.name,
      actorRole: ctx.actor.role,
      createdAt: now,
    });
    return id;
  };

  const withheld = ({ actor }: Context, kind: string): boolean => {
    const permission = definitions.get(kind)?.permission;
    return permission !== undefined && !actor.permissions.has(permission);
  };

  let record: RecordOfJob = async () => undefined;
  const hiders: Parameters<Jobs['knowHidden']>[0][] = [];
  const hiddenAmong = async (ctx: Context, rows: readonly JobRow[]): Promise<Set<string>> => {
    const others = rows.filter(({ createdBy }) => createdBy !== ctx.actor.id);
    if (others.length === 0 || ctx.actor.kind === 'system') return new Set();
    const found = await Promise.all(hiders.map((find) => find(ctx, others as ConcernedJob[])));
    return new Set(found.flatMap((ids) => [...ids]));
  };

  const findJob = batchReads((keys) => findJobs(database.sql, keys));
  const existing = async (ctx: Context, id: string): Promise<JobRow> => {
    const row = await findJob(jobKey(ctx.actor.tenantId, id));
    if (row === null || (row.createdBy !== ctx.actor.id && (seesOnlyOwn(ctx) || withheld(ctx, row.kind))))
      return fail('NOT_FOUND', `There is no job ${id}.`);
    if ((await hiddenAmong(ctx, [row])).size > 0) return fail('NOT_FOUND', `There is no job ${id}.`);
    return row;
  };

  return {
    knowSenders: (find) => worker.knowSenders(find),
    recordWith(given) {
      record = given;
    },
    knowHidden: (find) => void hiders.push(find),

    register<Input extends object>(definition: JobDefinition<Input>) {
      if (opened !== null) throw new Error(`register "${definition.kind}" before the queue is opened`);
      if (definitions.has(definition.kind)) throw new Error(`"${definition.kind}" is registered twice`);
      definitions.set(definition.kind, definition as unknown as JobDefinition<object>);
    },

    open: () => open(false),

    async send(ctx, kind, input, { tx, priority = 0, startAfter } = {}) {
      definitionOf(kind);
      if (tx !== undefined) {
        if (opened === null) throw new Error('open the job queue before sending in a transaction');
        return await sendIn(tx, ctx, kind, input, priority, startAfter);
      }
      await open(false);
      const id = await database.transaction((own) => sendIn(own, ctx, kind, input, priority, startAfter));
      events.announce(ctx.actor.tenantId, 'job.changed', id, { job_id: id, status: 'queued', progress: 0 });
      return id;
    },

    get: async (ctx, jobId) => jobDocument(await existing(ctx, jobId)),

    async list(ctx, { status, limit, cursor }) {
      const rows = await listJobs(database.sql, ctx.actor.tenantId, {
        status,
        before: readIdCursor('job', cursor),
        createdBy: seesOnlyOwn(ctx) ? ctx.actor.id : undefined,
        withheld: {
          kinds: [...definitions.keys()].filter((kind) => withheld(ctx, kind)),
          viewer: ctx.actor.id,
        },
        limit: limit + 1,
      });
      const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
      const hidden = await hiddenAmong(ctx, page);
      const items = page.filter(({ id }) => !hidden.has(id)).map((row) => jobDocument(row));
      return { items, next_cursor };
    },

    async cancel(ctx, jobId) {
      await open(false);
      await existing(ctx, jobId);
      const row = await database.transaction(async (tx) => {
        const change = { status: 'cancelled', phase: null, finishedAt: new Date() } as const;
        const changed = await changeState(tx, ctx.actor.tenantId, jobId, ['queued', 'running'], change);
        if (changed === null) return null;
        await queue.settle(tx, { kind: changed.kind, queueId: changed.queueId });
        await tx.execute(sql`select pg_notify(${cancelChannel}, ${jobId})`);
        await record(tx, ctx, 'job.cancelled', changed);
        return changed;
      });
      if (row === null) {
        const { status } = await existing(ctx, jobId);
        return fail('CONFLICT', `The job has already ended (${status}).`, { status });
      }
      announce(row);
      return jobDocument(row);
    },

    async retry(ctx, jobId) {
      await open(false);
      const before = await existing(ctx, jobId);
      definitionOf(before.kind);
      const { kind, priority } = before;
      const queueId = newQueueId();
      const change: Partial<JobRow> = {
        status: 'queued',
        queueId,
        failures: 0,
        crashes: 0,
        progress: 0,
        error: null,
        startedAt: null,
        finishedAt: null,
      };
      const row = await database.transaction(async (tx) => {
        const changed = await changeState(tx, ctx.actor.tenantId, jobId, ['failed', 'cancelled'], change);
        if (changed === null) return null;
        await queue.send(tx, { queueId, kind, jobId, priority, dueMs: Date.now() });
        await record(tx, ctx, 'job.retried', changed);
        return changed;
      });
      if (row === null) {
        const { status } = await existing(ctx, jobId);
        return fail('CONFLICT', `Only a failed or cancelled job can be run again; this one is ${status}.`, {
          status,
        });
      }
      announce(row);
      return jobDocument(row);
    },

    async start() {
      if (working) return;
      working = true;
      await open(true);
      for (const { kind, cron } of definitions.values())
        if (cron !== undefined) await queue.schedule(kind, cron);
      await worker.start();
    },

    async ping() {
      if (opened === null) fail('NOT_READY', 'The job queue is not open yet.');
      await opened;
      await queue.due(['none']);
    },

    async stop() {
      if (working) await worker.stop();
      await opened;
      await queue.stop();
    },
  };
}
