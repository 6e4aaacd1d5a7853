import type { ColumnSchema, JsonValue, RowSet } from '@stroma/kernel';
import type { Restriction } from './restriction.ts';
import type { RowSelection } from './row-filter.ts';

/** A table a statement may read: any text as its name, compared without regard to ASCII case. */
export interface SqlSource {
  name: string;
  /** Absolute path of a Parquet file. */
  path: string;
  /** Further Parquet files with the same columns, whose rows follow. */
  more?: readonly string[] | undefined;
  /** What of it the statement may see; all of it when absent. */
  restriction?: Restriction | undefined;
  /** Which of the rows it may see it looks at; all of them when absent. */
  filters?: readonly RowSelection[] | undefined;
}

export interface SqlLimits {
  /** From the moment a process takes the statement up. */
  timeoutMs: number;
  memoryMb: number;
  maxRows: number;
  /** Of the rows written as JSON, UTF-8. */
  maxBytes: number;
  threads: number;
}

export const defaultSqlLimits: SqlLimits = {
  timeoutMs: 30_000,
  memoryMb: 1024,
  maxRows: 10_000,
  maxBytes: 64 * 1024 * 1024,
  threads: 2,
};

export interface SqlOptions {
  limits?: Partial<SqlLimits>;
  /** Ends the statement; the promise rejects with CANCELLED at once. */
  signal?: AbortSignal;
  /** Values of `?` and `$1`; numbers, texts, booleans and nulls. */
  params?: JsonValue[];
  /** Whom the statement is for: waiting callers are served in turn. */
  caller?: string;
}

export interface SqlResult extends RowSet {
  /** True when rows were left out because of `maxRows` or `maxBytes`. */
  truncated: boolean;
  execution_ms: number;
}

/** An answer whose rows are already JSON text, for passing on without parsing. */
export interface SqlJsonResult {
  columns: ColumnSchema[];
  /** UTF-8 of the array of row arrays, `[[1,"a"],[2,"b"]]`. */
  rowsJson: Buffer;
  rowCount: number;
  truncated: boolean;
  execution_ms: number;
}

/** `line` and `column` count from 1, columns in characters; null when the engine does not say where. */
export interface SqlError {
  message: string;
  line: number | null;
  column: number | null;
  code: string;
}

export interface SqlCapabilities {
  parameters: boolean;
  describe: boolean;
  summarize: boolean;
  nestedTypes: boolean;
  /** What stands between a statement and the machine, beside the gate and the engine's own locks. */
  isolation: {
    separateProcess: boolean;
    /** The process runs as another user than this one. */
    separateUser: boolean;
    /** The operating system refuses it memory past the limit. */
    memoryCeiling: boolean;
    noNewPrivileges: boolean;
    noNetwork: boolean;
  };
}

/** Told of every statement as it comes and goes; must not throw. */
export interface SqlWatch {
  submitted(kind: 'query' | 'validate'): StatementWatch;
  /** A process ended in the midst of a statement. `reason`: the code of the error the statement got. */
  processEnded(reason: string): void;
}

export interface StatementWatch {
  /** W3C trace context the statement belongs to; goes to its process. */
  readonly traceparent?: string | undefined;
  /** A process takes it up. */
  started(waitedMs: number): void;
  /** Once, whatever became of it: `succeeded` or the code of its error. `ranMs` is 0 for one that never started. */
  ended(outcome: string, ranMs: number): void;
}

/** How a sandbox stands. */
export interface SandboxLoad {
  processes: number;
  busy: number;
  /** Statements that wait for a process. */
  waiting: number;
  /** Memory of all processes, as each told after its last statement. */
  rssBytes: number;
}

export interface SqlEngine {
  readonly dialect: 'duckdb';
  readonly capabilities: SqlCapabilities;
  query(sql: string, sources: SqlSource[], options?: SqlOptions): Promise<SqlResult>;
  validate(sql: string, sources: SqlSource[]): Promise<{ valid: boolean; errors: SqlError[] }>;
  close(): Promise<void>;
}
