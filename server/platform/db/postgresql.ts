import { StromaError } from '@stroma/kernel';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Database, Sql } from './database.ts';
import { migrate } from './migrations.ts';
import { openListener } from './postgresql-listener.ts';
import { ScopedPool } from './scoped-pool.ts';

/** PostgreSQL by its address. Throws NOT_READY when it does not answer. */
export async function openPostgresql(url: string, log: Logger, poolSize = 10): Promise<Database> {
  const pool = new ScopedPool({
    connectionString: url,
    max: poolSize,
    application_name: 'stroma',
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: 120_000,
    options: '-c timezone=UTC',
  });
  pool.on('error', (error) => log.warn({ err: error }, 'a PostgreSQL connection was lost'));
  // The pool listens to idle connections alone: one lost within a transaction, between two statements, would otherwise
  // end the process. The transaction's next statement fails, and the pool lets the connection go.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ err: error }, 'a PostgreSQL connection was lost in use'));
  });
  const db = drizzle({ client: pool }) as unknown as Sql;
  const listener = openListener(url, log);
  const close = async () => {
    await listener.close();
    await pool.end();
  };
  try {
    await ping(pool);
    await migrate(db);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    kind: 'postgresql',
    sql: db,
    transaction: (work) => db.transaction((tx) => work(tx as unknown as Sql)),
    async execute(text, values) {
      const result: unknown = await pool.query(text, values);
      const results = (Array.isArray(result) ? result : [result]) as { rows?: Record<string, unknown>[] }[];
      return { rows: results.flatMap(({ rows }) => rows ?? []) };
    },
    listen: listener.listen,
    load: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    ping: () => ping(pool),
    close,
  };
}

async function ping(pool: Pool): Promise<void> {
  try {
    await pool.query('select 1');
  } catch (error) {
    throw new StromaError(
      'NOT_READY',
      'PostgreSQL does not answer. Check DATABASE_URL and that the server runs.',
      {},
      { cause: error },
    );
  }
}
