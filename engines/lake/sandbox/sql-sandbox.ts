import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ColumnSchema, type JsonValue, StromaError } from '@stroma/kernel';
import { FairQueue } from './fair-queue.ts';
import { findIsolation, mayChangeUser } from './isolation.ts';
import { QueryWorker, type RunEnd } from './query-worker.ts';
import {
  defaultSqlLimits,
  type SandboxLoad,
  type SqlCapabilities,
  type SqlEngine,
  type SqlError,
  type SqlJsonResult,
  type SqlLimits,
  type SqlOptions,
  type SqlResult,
  type SqlSource,
  type SqlWatch,
  type StatementWatch,
} from './sql-engine.ts';
import { foldName } from './sql-gate.ts';
import { StagedFiles } from './staged-files.ts';
import { outputFile, takeOutput } from './written-file.ts';

export interface SqlSandboxOptions {
  /** Statements that run at the same time, each in a process of its own. */
  processes: number;
  /** Where the processes' folders and spill files lie; best on the disk of the data. Made if absent. */
  scratchFolder: string;
  /** As root: the first of `processes` user ids the processes run as. */
  uid?: number;
  /** The most a statement may ask for; also what it gets when it does not say. */
  limits?: Partial<SqlLimits>;
  /** Statements that may wait, in all and for one caller. */
  maxWaiting?: number;
  maxWaitingPerCaller?: number;
  watch?: SqlWatch;
}

interface Job {
  sql: string;
  sources: readonly SqlSource[];
  options: SqlOptions;
  limits: SqlLimits;
  validateOnly: boolean;
  /** Where the answer is to lie as Parquet. */
  target: string | null;
  watch: StatementWatch | null;
  submittedAt: number;
  startedAt: number | null;
  /** A process that was gone already was given it. */
  unheard: boolean;
  onColumns(columns: ColumnSchema[]): void;
  onRows(text: Uint8Array, count: number): void;
  settle(end: RunEnd | Error): void;
}

/** Free on ordinary systems, so that nothing else is owned by them. */
const firstUid = 64_200;
const queriesPerProcess = 500;
const wornRssBytes = 700 * 1024 * 1024;

/**
 * SELECTs that nobody trusts, over Parquet files, in a pool of locked child processes that are killed when they
 * go past their limits. Callers wait in a fair, bounded queue.
 *
 * Cells are JSON as `RowSet` says; decimals of at most 15 significant digits are numbers.
 */
export class SqlSandbox implements SqlEngine {
  readonly dialect = 'duckdb';
  readonly capabilities: SqlCapabilities;
  readonly #limits: SqlLimits;
  readonly #queue: FairQueue<Job>;
  readonly #folder: string;
  readonly #uid: number | null;
  readonly #staged: StagedFiles;
  readonly #serving: Promise<void>[];
  readonly #watch: SqlWatch | null;
  readonly #workers = new Map<number, QueryWorker>();
  #busy = 0;
  #closed = false;

  constructor(options: SqlSandboxOptions) {
    this.#watch = options.watch ?? null;
    const isolation = findIsolation();
    this.#uid = mayChangeUser() ? (options.uid ?? firstUid) : null;
    this.capabilities = {
      parameters: true,
      describe: true,
      summarize: true,
      nestedTypes: true,
      isolation: {
        separateProcess: true,
        separateUser: this.#uid !== null,
        memoryCeiling: isolation.memoryCeiling,
        noNewPrivileges: isolation.noNewPrivileges,
        noNetwork: isolation.noNetwork,
      },
    };
    this.#limits = { ...defaultSqlLimits, ...options.limits };
    this.#queue = new FairQueue(options.maxWaiting ?? 1000, options.maxWaitingPerCaller ?? 200);
    this.#folder = join(options.scratchFolder, `sandbox-${process.pid}-${randomBytes(6).toString('hex')}`);
    this.#staged = new StagedFiles(join(this.#folder, 'copies'), this.#uid !== null);
    const made = makePoolFolder(options.scratchFolder, this.#folder);
    this.#serving = Array.from({ length: Math.max(1, options.processes) }, (_, slot) =>
      this.#serve(slot, made),
    );
  }

  /**
   * @throws StromaError SQL_INVALID, SQL_NOT_ALLOWED (with `line` and `column` in its details), QUERY_TIMEOUT,
   * QUERY_OUT_OF_MEMORY, QUERY_FAILED, CANCELLED, OVERLOADED.
   */
  async query(sql: string, sources: SqlSource[], options: SqlOptions = {}): Promise<SqlResult> {
    const rows: JsonValue[][] = [];
    const answer = await this.#answer(sql, sources, options, (text) => {
      // Batches are small, so parsing them one by one never holds the event loop for long.
      for (const row of JSON.parse(`[${Buffer.from(text.buffer, text.byteOffset, text.byteLength)}]`))
        rows.push(row);
    });
    return { columns: answer.columns, rows, truncated: answer.truncated, execution_ms: answer.execution_ms };
  }

  /** As `query`, with the rows left as JSON text. */
  async queryJson(sql: string, sources: SqlSource[], options: SqlOptions = {}): Promise<SqlJsonResult> {
    const parts: Uint8Array[] = [];
    let rowCount = 0;
    const comma = Buffer.from(',');
    const answer = await this.#answer(sql, sources, options, (text, count) => {
      if (parts.length > 0) parts.push(comma);
      parts.push(text);
      rowCount += count;
    });
    return { ...answer, rowCount, rowsJson: Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')]) };
  }

  /**
   * Writes the answer as a Parquet file, in the order of its rows and with their types, instead of sending it; no cap on
   * rows or bytes holds but the disk's share of the process. A statement with parameters is refused.
   * @throws as `query`
   */
  async writeParquet(
    sql: string,
    sources: SqlSource[],
    target: string,
    options: Omit<SqlOptions, 'params'> = {},
  ): Promise<{ rows: number; execution_ms: number }> {
    const end = await this.#submit(sql, sources, options, false, {}, target);
    if (end.kind === 'failed') throw this.#failure(end.error, this.#limitsOf(options));
    return { rows: end.written ?? 0, execution_ms: end.executionMs };
  }

  /** Whether the statement would run: gate, names and types are checked, no row is read. */
  async validate(sql: string, sources: SqlSource[]): Promise<{ valid: boolean; errors: SqlError[] }> {
    const end = await this.#submit(sql, sources, {}, true, {});
    if (end.kind === 'done') return { valid: true, errors: [] };
    if (end.error.code === 'QUERY_TIMEOUT') throw this.#failure(end.error, this.#limits);
    return { valid: false, errors: [end.error] };
  }

  get load(): SandboxLoad {
    const alive = [...this.#workers.values()].filter((worker) => worker.alive);
    return {
      processes: alive.length,
      busy: this.#busy,
      waiting: this.#queue.size,
      rssBytes: alive.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    };
  }

  /** Ends every process, rejects what waits with CANCELLED, removes every folder. May be called twice. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      for (const job of this.#queue.close()) job.settle(cancelled());
      this.#stopping.abort();
    }
    await Promise.all(this.#serving);
    await rm(this.#folder, { recursive: true, force: true });
  }

  readonly #stopping = new AbortController();

  async #answer(
    sql: string,
    sources: SqlSource[],
    options: SqlOptions,
    onRows: Job['onRows'],
  ): Promise<{ columns: ColumnSchema[]; truncated: boolean; execution_ms: number }> {
    let columns: ColumnSchema[] = [];
    const onColumns = (given: ColumnSchema[]) => {
      columns = given;
    };
    const end = await this.#submit(sql, sources, options, false, { onColumns, onRows });
    if (end.kind === 'failed') throw this.#failure(end.error, this.#limitsOf(options));
    return { columns, truncated: end.truncated, execution_ms: end.executionMs };
  }

  #submit(
    sql: string,
    sources: readonly SqlSource[],
    options: SqlOptions,
    validateOnly: boolean,
    on: Partial<Pick<Job, 'onColumns' | 'onRows'>>,
    target: string | null = null,
  ): Promise<RunEnd> {
    if (this.#closed) return Promise.reject(cancelled());
    if (options.signal?.aborted) return Promise.reject(cancelled());
    return new Promise<RunEnd>((resolve, reject) => {
      const key = options.caller ?? '';
      const onAbort = () => {
        if (this.#queue.remove(key, job)) job.watch?.ended('CANCELLED', 0);
        reject(cancelled());
      };
      const job: Job = {
        sql,
        sources: distinctSources(sources),
        options,
        limits: this.#limitsOf(options),
        validateOnly,
        target,
        watch: this.#watch?.submitted(validateOnly ? 'validate' : 'query') ?? null,
        submittedAt: performance.now(),
        startedAt: null,
        unheard: false,
        onColumns: on.onColumns ?? (() => undefined),
        onRows: on.onRows ?? (() => undefined),
        settle: (end) => {
          options.signal?.removeEventListener('abort', onAbort);
          job.watch?.ended(outcomeOf(end), job.startedAt === null ? 0 : performance.now() - job.startedAt);
          if (end instanceof Error) reject(end);
          else resolve(end);
        },
      };
      options.signal?.addEventListener('abort', onAbort, { once: true });
      try {
        this.#queue.push(key, job);
      } catch (error) {
        job.settle(error as Error);
      }
    });
  }

  #limitsOf(options: SqlOptions): SqlLimits {
    const limits = { ...this.#limits };
    for (const [key, value] of Object.entries(options.limits ?? {}) as [
      keyof SqlLimits,
      number | undefined,
    ][]) {
      if (value !== undefined) limits[key] = Math.max(1, Math.min(value, this.#limits[key]));
    }
    return limits;
  }

  #failure(error: SqlError, limits: SqlLimits): StromaError {
    if (error.code === 'CANCELLED') return cancelled();
    const message =
      error.code === 'QUERY_TIMEOUT'
        ? `The query ran past its limit of ${limits.timeoutMs / 1000} s. Filter or aggregate first, or read fewer columns.`
        : error.message;
    return new StromaError(error.code, message, { line: error.line, column: error.column });
  }

  /** One process after another, each statement after statement, until the pool is closed. */
  async #serve(slot: number, made: Promise<void>): Promise<void> {
    let life = 0;
    const start = async (): Promise<QueryWorker | Error> => {
      try {
        await made;
        const uid = this.#uid === null ? null : this.#uid + slot;
        const folder = join(this.#folder, `${slot}-${life++}`);
        const started = await QueryWorker.start(folder, this.#limits.memoryMb, uid);
        this.#workers.set(slot, started);
        return started;
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    };
    let worker = await start();
    let again: Job | null = null;
    for (;;) {
      const job: Job | null = again ?? (await this.#queue.take());
      again = null;
      if (job === null) break;
      if (worker instanceof Error) worker = await start();
      else if (isWorn(worker)) worker = await replace(worker, start);
      if (worker instanceof Error) job.settle(worker);
      else {
        if (!(await this.#run(worker, job))) again = job;
        if (isWorn(worker)) worker = await replace(worker, start);
      }
    }
    if (!(worker instanceof Error)) await worker.stop();
  }

  /** False when the process was gone already, once for each statement: another is to run it. */
  async #run(worker: QueryWorker, job: Job): Promise<boolean> {
    const { sql, validateOnly } = job;
    // While others wait, more than one thread each only makes all of them later.
    const limits = this.#queue.size > 0 ? { ...job.limits, threads: 1 } : job.limits;
    this.#busy += 1;
    job.startedAt = performance.now();
    job.watch?.started(job.startedAt - job.submittedAt);
    const signals = [this.#stopping.signal, ...(job.options.signal ? [job.options.signal] : [])];
    try {
      const tables = await this.#staged.stage(job.sources, worker.folder);
      const params = job.options.params ?? [];
      const end = await worker.run(
        {
          kind: 'run',
          sql,
          tables,
          limits,
          params,
          validateOnly,
          output: job.target === null ? undefined : outputFile,
          traceparent: job.watch?.traceparent,
        },
        {
          onMessage: (message) => {
            if (message.kind === 'columns') job.onColumns(message.columns);
            else job.onRows(message.text, message.count);
          },
        },
        AbortSignal.any(signals),
      );
      if (!worker.alive) this.#watch?.processEnded(outcomeOf(end ?? unheard));
      if (job.target !== null) await takeOutput(worker.folder, end?.kind === 'done' ? job.target : null);
      await this.#staged.unstage(tables, worker.folder);
      if (end === null && !job.unheard) {
        job.unheard = true;
        return false;
      }
      job.settle(end ?? unheard);
      return true;
    } catch (error) {
      job.settle(error instanceof Error ? error : new Error(String(error)));
      return true;
    } finally {
      this.#busy -= 1;
    }
  }
}

function outcomeOf(end: RunEnd | Error): string {
  if (end instanceof StromaError) return end.code;
  if (end instanceof Error) return 'INTERNAL';
  return end.kind === 'failed' ? end.error.code : 'succeeded';
}

async function replace<T>(worker: QueryWorker, start: () => Promise<T>): Promise<T> {
  await worker.stop();
  return start();
}

/** Ended, or better ended: a process may have died while it waited. */
const isWorn = (worker: QueryWorker): boolean =>
  !worker.alive || worker.queries >= queriesPerProcess || worker.rssBytes > wornRssBytes;

const unheard = new StromaError('QUERY_FAILED', 'The processes that run queries end by themselves.');

const cancelled = () => new StromaError('CANCELLED', 'The query was cancelled before it ended.');

/** Names meet without regard to case; the first of two that are the same is the one that is read. */
function distinctSources(sources: readonly SqlSource[]): SqlSource[] {
  const byName = new Map<string, SqlSource>();
  for (const source of sources) {
    const key = foldName(source.name);
    if (!byName.has(key)) byName.set(key, source);
  }
  return [...byName.values()];
}

async function makePoolFolder(scratchFolder: string, folder: string): Promise<void> {
  await mkdir(join(folder, 'copies'), { recursive: true });
  await chmod(folder, 0o711);
  await sweepAbandoned(scratchFolder);
}

/** Removes the folders of pools whose process died without closing them. */
async function sweepAbandoned(scratchFolder: string): Promise<void> {
  for (const name of await readdir(scratchFolder)) {
    const pid = Number(/^sandbox-(\d+)-[0-9a-f]{12}$/.exec(name)?.[1] ?? process.pid);
    if (!isRunning(pid)) await rm(join(scratchFolder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
