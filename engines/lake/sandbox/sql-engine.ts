import type { ColumnSchema, JsonValue, RowSet } from '@stroma/kernel';
import type { Restriction } from './restriction.ts';

/** A table a statement may read: any text as its name, compared without regard to ASCII case. */
export interface SqlSource {
  name: string;
  /** Absolute path of a Parquet file. */
  path: string;
  /** What of it the statement may see; all of it when absent. */
  restriction?: Restriction | undefined;
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

export interface SqlEngine {
  readonly dialect: 'duckdb';
  readonly capabilities: SqlCapabilities;
  query(sql: string, sources: SqlSource[], options?: SqlOptions): Promise<SqlResult>;
  validate(sql: string, sources: SqlSource[]): Promise<{ valid: boolean; errors: SqlError[] }>;
  close(): Promise<void>;
}
