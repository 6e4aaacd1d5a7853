import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** A Drizzle handle: the database itself or one transaction on it. Same type on PGlite and PostgreSQL. */
export type Sql = PgDatabase<PgQueryResultHKT, Record<string, never>>;

export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  readonly sql: Sql;
  /** Everything inside commits together or not at all. */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  /** Answers, or throws NOT_READY. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
