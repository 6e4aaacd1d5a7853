import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type {
  MachineMeasure,
  SystemError,
  SystemErrorDetail,
  SystemHistory,
  SystemState,
} from '@stroma/contracts';
import type { Context } from '../context.ts';
import type { Recorder } from '../crypto/keys.ts';
import { fail } from '../failure.ts';
import { hearErrors } from '../logging.ts';
import { busiestRoutes, recentRequests } from '../metrics/http-metrics.ts';
import { openJobs, outbox } from '../metrics/metrics.store.ts';
import { recentEvents, recentJobs } from '../metrics/metrics.ts';
import { recentStatements, sandboxLoad } from '../metrics/query-metrics.ts';
import { recentTransactions } from '../metrics/store-metrics.ts';
import { streamClients } from '../metrics/stream-metrics.ts';
import { foreignCursor, readCursor, toPage } from '../paging.ts';
import type { Platform } from '../platform.ts';
import { FaultLog } from './fault-log.ts';
import {
  countUnseen,
  deleteFaultsBefore,
  type FaultRow,
  findFault,
  listFaults,
  markFault,
} from './faults.store.ts';
import { type Machine, openMachine } from './machine.ts';
import type { StoredOccurrence } from './monitoring.tables.ts';
import { readEveryMs, Sampler } from './sampler.ts';
import { liveProcesses, pointsSince } from './samples.store.ts';
import { knowOwnSizes, StorageSizes } from './storage-sizes.ts';
import { alertsSince, deleteAlertsBefore } from './system-alerts.store.ts';
import { type Keeper, SystemAlerts, type Thresholds } from './system-alerts.ts';

const dayMs = 24 * 60 * 60 * 1000;
const alertsShownMs = 7 * dayMs;
const alertsKeptMs = 90 * dayMs;
const liveMs = 3 * 60_000;
const recentSeconds = 60;
/** So that /metrics has it too, every five minutes. */
const storageEveryTicks = 30;
/** Points of a day that a chart can still show apart. */
const points = 288;

export interface MonitoringParts {
  version: string;
  record: Recorder;
  /** Who runs the installation. */
  keepers(): Promise<Keeper[]>;
  /** Names of accounts by their ids; those who are gone are not in it. */
  namesOf(ids: string[]): Promise<ReadonlyMap<string, string>>;
  traceId?: () => string | null;
  /** Stands in for the machine in tests. */
  machine?: Machine;
}

/** What Stroma knows of itself: how it stands, how it stood for a day, what failed, what runs short. */
export class Monitoring {
  readonly storage = new StorageSizes();
  readonly faults: FaultLog;
  readonly alerts: SystemAlerts;
  readonly sampler: Sampler;
  readonly #platform: Platform;
  readonly #parts: MonitoringParts;
  readonly #host = hostname();
  readonly #thresholds: Thresholds;
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #ticking: Promise<void> = Promise.resolve();

  constructor(platform: Platform, parts: MonitoringParts) {
    const { config, db, log } = platform;
    this.#platform = platform;
    this.#parts = parts;
    this.#thresholds = {
      cpu: config.STROMA_ALERT_CPU || null,
      memory: config.STROMA_ALERT_MEMORY || null,
      disk: config.STROMA_ALERT_DISK || null,
    } satisfies Record<MachineMeasure, number | null>;
    this.faults = new FaultLog(db, log, parts.version, parts.traceId ?? (() => null));
    this.alerts = new SystemAlerts(platform, this.#host, this.#thresholds, () => parts.keepers());
    this.sampler = new Sampler({
      database: db,
      machine: parts.machine ?? openMachine(config.STROMA_DATA),
      alerts: this.alerts,
      process: randomUUID(),
      host: this.#host,
      role: config.STROMA_ROLE,
    });
    knowOwnSizes(this.storage, platform);
    hearErrors(log, (logged) => this.faults.hear(logged));
    platform.jobs.register({
      kind: 'system.cleanup',
      title: () => 'Forgetting old faults and alerts',
      timeoutSeconds: 60,
      retries: 1,
      concurrency: 1,
      cron: '29 2 * * *',
      run: async () => {
        const now = Date.now();
        await deleteFaultsBefore(db.sql, new Date(now - config.STROMA_ERROR_DAYS * dayMs));
        await deleteAlertsBefore(db.sql, new Date(now - alertsKeptMs));
        return { result: {} };
      },
    });
  }

  async start(): Promise<void> {
    await this.alerts.start();
    this.sampler.start();
    this.#timer = setInterval(() => this.#tick(), readEveryMs);
    this.#timer.unref();
    this.#tick();
  }

  /** One after the other: a mail that hangs holds up the next look, and no request. */
  #tick(): void {
    const measures = this.#ticks % storageEveryTicks === 1;
    this.#ticks += 1;
    this.#ticking = this.#ticking
      .then(() => this.sampler.tick())
      .then(async () => {
        if (measures) await this.storage.read();
      })
      .catch((error) => {
        this.#platform.log.warn({ err: error }, 'a sample of the system could not be taken');
      });
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#ticking;
    this.sampler.stop();
    await this.faults.close();
  }

  async state(): Promise<SystemState> {
    const { db, cache } = this.#platform;
    const now = Date.now();
    const { cpu, memory, disk } = await this.sampler.reading();
    const load = sandboxLoad();
    const [open, waiting, held, storage, alerts, processes, unseen] = await Promise.all([
      openJobs(db.sql),
      outbox(db.sql),
      cache.size(),
      this.storage.read(),
      alertsSince(db.sql, new Date(now - alertsShownMs)),
      liveProcesses(db.sql, new Date(now - liveMs)),
      countUnseen(db.sql),
    ]);
    const { rssBytes, ...sandbox } = load;
    return {
      at: new Date(now).toISOString(),
      host: this.#host,
      requests: recentRequests.over(recentSeconds),
      routes: busiestRoutes(12),
      statements: { ...recentStatements.over(recentSeconds), ...sandbox, resident_bytes: rssBytes },
      transactions: { ...recentTransactions.over(recentSeconds), ...db.load() },
      jobs: { ...recentJobs.over(recentSeconds), open },
      events: {
        per_second: recentEvents.over(recentSeconds).per_second,
        listeners: streamClients(),
        outbox_waiting: waiting.waiting,
        outbox_oldest_seconds: waiting.oldest_seconds,
      },
      cache: held,
      event_loop_p99_ms: this.sampler.eventLoopP99Ms,
      cpu,
      memory,
      disk,
      storage,
      thresholds: this.#thresholds,
      alerts,
      processes,
      unseen_errors: unseen,
    };
  }

  async history(hours: number): Promise<SystemHistory> {
    const step = Math.max(60, Math.ceil((hours * 3600) / points / 60) * 60);
    const since = new Date(Date.now() - hours * 3_600_000);
    return { step_seconds: step, points: await pointsSince(this.#platform.db.sql, since, step) };
  }

  async errors(query: {
    limit: number;
    cursor?: string | undefined;
    seen?: 'true' | 'false' | undefined;
    search?: string | undefined;
  }): Promise<{ items: SystemError[]; next_cursor: string | null }> {
    await this.faults.flush();
    const { limit, cursor, seen, search } = query;
    const after = readCursor(cursor);
    if (after !== null && Number.isNaN(Date.parse(String(after[0])))) foreignCursor();
    const rows = await listFaults(this.#platform.db.sql, {
      seen: seen === undefined ? undefined : seen === 'true',
      search,
      after,
      limit: limit + 1,
    });
    const names = await this.#namesIn(rows.flatMap(({ latest }) => latest.slice(0, 1)));
    return toPage(
      rows,
      limit,
      (row) => [row.lastAt.toISOString(), row.id],
      (row) => errorDocument(row, names),
    );
  }

  async error(id: string): Promise<SystemErrorDetail> {
    return await this.#detail((await findFault(this.#platform.db.sql, id)) ?? missing(id));
  }

  async mark(ctx: Context, id: string, seen: boolean): Promise<SystemErrorDetail> {
    const row = await this.#platform.db.transaction(async (tx) => {
      const marked = await markFault(tx, id, seen ? { at: new Date(), by: ctx.actor.id } : null);
      if (marked === null) return missing(id);
      await this.#parts.record(tx, ctx, {
        action: 'system-error.seen',
        object: { kind: 'system-error', id },
        outcome: 'success',
        details: { seen },
      });
      return marked;
    });
    return await this.#detail(row);
  }

  async #detail(row: FaultRow): Promise<SystemErrorDetail> {
    const names = await this.#namesIn(row.latest);
    return {
      ...errorDocument(row, names),
      stack: row.stack,
      versions: row.versions,
      latest: row.latest.map((each) => occurrenceDocument(each, names)),
    };
  }

  async #namesIn(occurrences: readonly StoredOccurrence[]): Promise<ReadonlyMap<string, string>> {
    const ids = new Set(occurrences.flatMap(({ actor_id }) => actor_id ?? []));
    return ids.size === 0 ? new Map() : await this.#parts.namesOf([...ids]);
  }
}

const missing = (id: string): never =>
  fail('NOT_FOUND', `There is no error ${id} in the log; it may have aged out.`);

function errorDocument(row: FaultRow, names: ReadonlyMap<string, string>): SystemError {
  const { id: error_id, name, code, message, level, occurrences } = row;
  const [last] = row.latest;
  if (last === undefined) throw new Error('a fault was kept without an occurrence');
  return {
    error_id,
    name,
    code,
    message,
    level,
    occurrences,
    first_at: row.firstAt.toISOString(),
    last_at: row.lastAt.toISOString(),
    last: occurrenceDocument(last, names),
    seen_at: row.seenAt?.toISOString() ?? null,
  };
}

function occurrenceDocument(
  { actor_id: id, ...occurrence }: StoredOccurrence,
  names: ReadonlyMap<string, string>,
): SystemErrorDetail['latest'][number] {
  return { ...occurrence, actor: id === null ? null : { id, name: names.get(id) ?? null } };
}
