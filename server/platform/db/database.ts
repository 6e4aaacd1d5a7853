import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** A Drizzle handle: the database itself or one transaction on it. Same type on PGlite and PostgreSQL. */
export type Sql = PgDatabase<PgQueryResultHKT, Record<string, never>>;

export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  readonly sql: Sql;
  /**
   * Everything inside commits together or not at all. Inside, use `tx` alone: the embedded store has one
   * connection, and a statement on `sql` would wait for the transaction that waits for it.
   */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  /** Runs SQL text with `$1` placeholders, or several statements at once when there are no values. */
  execute(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  /**
   * Calls back for every `pg_notify(channel, payload)` once its transaction has committed, from any process on
   * this store. `onGap` is called when notifications may have been missed: a connection was made again.
   */
  listen(channel: string, onNotify: (payload: string) => void, onGap?: () => void): Promise<Stop>;
  load(): StoreLoad;
  /** Answers, or throws NOT_READY. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Connections that are open and those of them that are free; what waits for one. */
export interface StoreLoad {
  open: number;
  idle: number;
  waiting: number;
}

export type Stop = () => Promise<void>;

/** The rows of `sql.execute(...)`, which both drivers wrap alike but type apart. */
export function rowsOf<Row>(result: unknown): Row[] {
  return (result as { rows: Row[] }).rows;
}
