import type { ColumnSchema, JsonValue } from '@stroma/kernel';
import type { TableFile } from './query-engine.ts';
import type { SqlError, SqlLimits } from './sql-engine.ts';

/** What the pool asks of a process. */
export type ToProcess =
  | {
      kind: 'run';
      sql: string;
      tables: TableFile[];
      limits: SqlLimits;
      params: JsonValue[];
      /** Stop after planning: nothing is read but the files' schemas. */
      validateOnly: boolean;
      /** Where in its folder the answer is written as Parquet instead of being sent; its rows are then counted. */
      output?: string | undefined;
      /** W3C trace context of who asks. */
      traceparent?: string | undefined;
    }
  | { kind: 'cancel' };

/** What a process answers. `rows` may come many times, each `count` rows of JSON text with commas between. */
export type FromProcess =
  | { kind: 'ready'; separateUser: boolean }
  /** Before it does anything for a statement. */
  | { kind: 'taken' }
  | { kind: 'columns'; columns: ColumnSchema[] }
  | { kind: 'rows'; text: Uint8Array; count: number }
  | { kind: 'done'; truncated: boolean; executionMs: number; written?: number | undefined }
  | { kind: 'failed'; error: SqlError }
  /** After either, once the engine is closed. */
  | { kind: 'idle'; rssBytes: number };
