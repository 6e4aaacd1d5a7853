import { createHash } from 'node:crypto';
import type { ColumnSchema, JsonValue } from '@stroma/kernel';
import { StromaError } from '@stroma/kernel';
import type { SqlLimits, SqlSandbox, SqlSource } from '@stroma/lake';
import type { Context } from '../../platform/context.ts';
import { countCacheRead, countQuery } from '../../platform/metrics/metrics.ts';
import type { Platform } from '../../platform/platform.ts';
import { stableJson } from '../datasets/version-identity.ts';

export interface QueryPlan {
  sql: string;
  /** Each table's name with the version it holds and how much of it is seen: equal ones give equal answers. */
  tables: { name: string; versionId: string; view: string }[];
  /** Values of `$1`, `$2`. */
  params?: JsonValue[];
  /** Where the tables lie; asked for when the query has to run. */
  sources(): Promise<SqlSource[]>;
  limits: Partial<SqlLimits>;
}

export interface QueryResult {
  columns: ColumnSchema[];
  /** JSON array of row arrays. */
  rowsJson: string;
  rowCount: number;
  truncated: boolean;
  execution_ms: number;
}

export interface Ran {
  /** Equal for equal answers. */
  key: string;
  result: QueryResult;
  cached: boolean;
  stale: boolean;
}

interface Kept {
  ranAt: number;
  result: QueryResult;
}

interface Flight {
  promise: Promise<QueryResult>;
  controller: AbortController;
  waiting: number;
}

export interface RunnerTimes {
  freshMs: number;
  keptMs: number;
  /** How long a fresh run is waited for when an older answer is at hand. */
  slowMs: number;
}

const defaultTimes: RunnerTimes = { freshMs: 5 * 60_000, keptMs: 24 * 3_600_000, slowMs: 3000 };

/** Larger answers are kept for a shorter time, or not at all. */
const keptCharacters = 1024 * 1024;
const freshCharacters = 8 * 1024 * 1024;
/** At most 16 MiB near at hand. */
const nearCharacters = 16 * 1024;
const nearAnswers = 1000;

/**
 * Runs SELECTs in the sandbox. Equal queries that run at once are one run; answers are kept five minutes by
 * dataset version and SQL, and up to a day longer for the case that the engine is slow: then the older answer is
 * given, marked stale, while the run goes on and renews it.
 */
export class QueryRunner {
  readonly #platform: Pick<Platform, 'cache' | 'log'>;
  readonly #sandbox: Pick<SqlSandbox, 'queryJson'>;
  readonly #times: RunnerTimes;
  /** Small answers of this process, without the way through the cache's text. */
  readonly #near = new Map<string, Kept>();
  readonly #flights = new Map<string, Flight>();

  constructor(
    platform: Pick<Platform, 'cache' | 'log'>,
    sandbox: Pick<SqlSandbox, 'queryJson'>,
    times: RunnerTimes = defaultTimes,
  ) {
    this.#platform = platform;
    this.#sandbox = sandbox;
    this.#times = times;
  }

  keyOf(ctx: Context, plan: QueryPlan): string {
    const text = stableJson([
      plan.sql,
      plan.tables,
      plan.limits,
      ...(plan.params === undefined ? [] : [plan.params]),
    ]);
    return `answer:${ctx.actor.tenantId}:${createHash('sha256').update(text).digest('hex')}`;
  }

  /** Lets go of the answers this process holds near; the cache's own are deleted by their keys. */
  clearNear(): void {
    this.#near.clear();
  }

  /** Rejects with the sandbox's errors, or CANCELLED when `ctx.signal` aborts. */
  async run(ctx: Context, plan: QueryPlan): Promise<Ran> {
    const key = this.keyOf(ctx, plan);
    const kept = await this.#recall(key);
    const isFresh = kept !== null && Date.now() - kept.ranAt < this.#times.freshMs;
    countCacheRead('answer', isFresh);
    if (isFresh) return { key, result: kept.result, cached: true, stale: false };
    const fresh = this.#join(key, ctx, plan);
    if (!kept) return { key, result: await fresh, cached: false, stale: false };
    return this.#freshOr(kept, fresh, key);
  }

  async #freshOr(kept: Kept, fresh: Promise<QueryResult>, key: string): Promise<Ran> {
    const older: Ran = { key, result: kept.result, cached: true, stale: true };
    let timer: NodeJS.Timeout | undefined;
    const slow = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, this.#times.slowMs, null);
    });
    try {
      const first = await Promise.race([fresh, slow]);
      if (first !== null) return { key, result: first, cached: false, stale: false };
      const flight = this.#flights.get(key);
      // Nobody waits for it any more, but it is to end and renew the answer.
      if (flight) flight.waiting += 1;
      fresh.catch((error) => this.#platform.log.warn({ err: error }, 'a stale answer could not be renewed'));
      return older;
    } catch (error) {
      const code = error instanceof StromaError ? error.code : '';
      if (code === 'OVERLOADED' || code === 'QUERY_TIMEOUT' || code === 'QUERY_OUT_OF_MEMORY') return older;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** One waiter of the run; the run is stopped when its last waiter has gone. */
  async #join(key: string, ctx: Context, plan: QueryPlan): Promise<QueryResult> {
    const { signal } = ctx;
    if (signal.aborted) throw cancelled();
    const flight = this.#flights.get(key) ?? this.#start(key, ctx, plan);
    flight.waiting += 1;
    const { promise: left, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(cancelled());
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([flight.promise, left]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      flight.waiting -= 1;
      if (flight.waiting === 0 && this.#flights.get(key) === flight) {
        this.#flights.delete(key);
        flight.controller.abort();
      }
    }
  }

  #start(key: string, ctx: Context, plan: QueryPlan): Flight {
    const controller = new AbortController();
    const promise = this.#execute(key, ctx, plan, controller.signal).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    promise.catch(() => undefined);
    const flight: Flight = { promise, controller, waiting: 0 };
    this.#flights.set(key, flight);
    return flight;
  }

  async #execute(key: string, ctx: Context, plan: QueryPlan, signal: AbortSignal): Promise<QueryResult> {
    const begun = performance.now();
    let outcome = 'succeeded';
    try {
      const { rowsJson, ...answer } = await this.#sandbox.queryJson(plan.sql, await plan.sources(), {
        limits: plan.limits,
        ...(plan.params === undefined ? {} : { params: plan.params }),
        signal,
        caller: ctx.actor.id,
      });
      const result: QueryResult = { ...answer, rowsJson: rowsJson.toString('utf8') };
      await this.#keep(key, result);
      return result;
    } catch (error) {
      outcome = error instanceof StromaError ? error.code : 'INTERNAL';
      throw error;
    } finally {
      countQuery(outcome, (performance.now() - begun) / 1000);
    }
  }

  #keepNear(key: string, kept: Kept): void {
    this.#near.delete(key);
    this.#near.set(key, kept);
    if (this.#near.size <= nearAnswers) return;
    const [oldest] = this.#near.keys();
    if (oldest !== undefined) this.#near.delete(oldest);
  }

  async #recall(key: string): Promise<Kept | null> {
    const near = this.#near.get(key);
    if (near && Date.now() - near.ranAt < this.#times.freshMs) return near;
    try {
      return await this.#platform.cache.get<Kept>(key);
    } catch (error) {
      this.#platform.log.warn({ err: error }, 'the cache does not answer; running the query');
      return null;
    }
  }

  async #keep(key: string, result: QueryResult): Promise<void> {
    const size = result.rowsJson.length;
    if (size > freshCharacters) return;
    const kept: Kept = { ranAt: Date.now(), result };
    if (size <= nearCharacters) this.#keepNear(key, kept);
    const life = size > keptCharacters ? this.#times.freshMs : this.#times.keptMs;
    try {
      await this.#platform.cache.set(key, kept, life);
    } catch (error) {
      this.#platform.log.warn({ err: error }, 'the cache does not answer; the result is not kept');
    }
  }
}

const cancelled = () => new StromaError('CANCELLED', 'The query was cancelled before it ended.');
