import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { type DrizzleTransactionLike, fromDrizzle, PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database, Sql } from '../db/database.ts';
import { acrossTenants } from '../db/tenant-scope.ts';
import type { JobDefinition } from './job-types.ts';

/** Takings-up the queue itself allows; the guard against a job that kills its workers is ours and lower. */
const queueRetries = 10;

export const wakeChannel = 'stroma_jobs';

export interface Wake {
  kind: string;
  /** When it may be taken up, in milliseconds since the epoch. */
  dueMs: number;
}

export interface Claim {
  queueId: string;
  kind: string;
}

export interface QueueEntry {
  /** Made by the caller with `newQueueId`: the queue's own id of the job. */
  queueId: string;
  kind: string;
  jobId: string;
  priority: number;
  dueMs: number;
}

export interface JobQueue {
  start(definitions: JobDefinition<object>[], works: boolean): Promise<void>;
  stop(): Promise<void>;
  /** Puts a job in the queue within `tx`; who works is woken when it commits. */
  send(tx: Sql, entry: QueueEntry): Promise<void>;
  take(kind: string, count: number): Promise<Claim[]>;
  /** Kinds that have work that is due. */
  due(kinds: string[]): Promise<string[]>;
  keepAlive(claim: Claim): Promise<void>;
  /** The entry has served its purpose, however the attempt went. */
  settle(db: Sql, claim: Claim): Promise<void>;
  schedule(kind: string, cron: string): Promise<void>;
}

export const newQueueId = (): string => randomUUID();

const outside = <T>(work: () => T): T =>
  acrossTenants('the queue holds entries of all tenants, and no rows', work);

/** The queue's own tables, also in the midst of a tenant's transaction. */
const within = (tx: Sql) => {
  const { executeSql } = fromDrizzle(tx as unknown as DrizzleTransactionLike, sql);
  return { executeSql: (text: string, values?: unknown[]) => outside(() => executeSql(text, values)) };
};

/** `heartbeatSeconds`: how long a worker on another machine may be silent until its job is given to another. */
export function openJobQueue(database: Database, log: Logger, heartbeatSeconds: number): JobQueue {
  let boss: PgBoss | null = null;
  const embedded = database.kind === 'embedded';
  const started = (): PgBoss => {
    if (boss === null) throw new Error('the job queue is not open');
    return boss;
  };

  return {
    async start(definitions, works) {
      const next = new PgBoss({
        db: { executeSql: (text, values) => outside(() => database.execute(text, values)) },
        backend: embedded ? 'pglite' : 'postgres',
        schema: 'pgboss',
        supervise: works,
        schedule: works,
        superviseIntervalSeconds: embedded ? 60 : 10,
        monitorIntervalSeconds: embedded ? 60 : 10,
        cronMonitorIntervalSeconds: 30,
        cronWorkerIntervalSeconds: 10,
        reindex: false,
        monitorVacuum: false,
      });
      next.on('error', (error) => log.error({ err: error }, 'the job queue reports an error'));
      next.on('warning', (warning) => log.warn({ warning }, 'the job queue warns'));
      await next.start();
      const known = new Map((await next.getQueues()).map((queue) => [queue.name, queue]));
      for (const { kind, timeoutSeconds } of definitions) {
        const wanted = {
          expireInSeconds: timeoutSeconds + 60,
          retryLimit: queueRetries,
          retryDelay: 0,
          deleteAfterSeconds: 24 * 3600,
          ...(embedded ? {} : { heartbeatSeconds }),
        };
        const present = known.get(kind);
        if (present === undefined) await next.createQueue(kind, wanted);
        else if (present.expireInSeconds !== wanted.expireInSeconds) await next.updateQueue(kind, wanted);
        // Makes pg-boss remember the queue now: it would ask on a connection of its own in the middle of the
        // caller's transaction, and the embedded store has but one.
        await next.findJobs(kind, { id: randomUUID() });
      }
      boss = next;
      if (embedded && works) await releaseOrphans(database);
    },

    async stop() {
      await boss?.stop({ graceful: false, close: false });
    },

    async send(tx, { queueId, kind, jobId, priority, dueMs }) {
      const later = dueMs > Date.now() ? { startAfter: new Date(dueMs) } : {};
      await started().send(kind, { job_id: jobId }, { id: queueId, priority, ...later, db: within(tx) });
      const wake: Wake = { kind, dueMs };
      await tx.execute(sql`select pg_notify(${wakeChannel}, ${JSON.stringify(wake)})`);
    },

    async take(kind, count) {
      const taken = await started().fetch(kind, { batchSize: count });
      return taken.map(({ id }) => ({ queueId: id, kind }));
    },

    async due(kinds) {
      const { rows } = await outside(() =>
        database.execute(
          `select distinct name from pgboss.job
           where state < 'active' and start_after <= now() and name = any(string_to_array($1, ','))`,
          [kinds.join(',')],
        ),
      );
      return rows.map(({ name }) => String(name));
    },

    async keepAlive({ kind, queueId }) {
      if (!embedded) await started().touch(kind, queueId);
    },

    async settle(db, { kind, queueId }) {
      await started().complete(kind, queueId, null, { db: within(db), includeQueued: true });
    },

    async schedule(kind, cron) {
      await started().schedule(kind, cron, {}, { tz: 'UTC' });
    },
  };
}

/** The lock on the data folder proves that nobody else works on this store: what is active was left behind. */
async function releaseOrphans(database: Database): Promise<void> {
  await database.execute(`update pgboss.job set state = 'retry', start_after = now() where state = 'active'`);
}
