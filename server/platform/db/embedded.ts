import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { StromaError } from '@stroma/kernel';
import { drizzle } from 'drizzle-orm/pglite';
import { lockDataFolder } from './data-folder.ts';
import type { Database, Sql } from './database.ts';
import { loopTurns } from './loop-turns.ts';
import { migrate } from './migrations.ts';
import { type InTurn, ScopedConnection, takeTurns } from './scoped-connection.ts';
import { copyTemplate, keptTemplates } from './store-template.ts';
import { acrossTenants } from './tenant-scope.ts';

/** Its default of 128 MB is laid out at each start, which takes a quarter of that; the system caches files as well. */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'];

/**
 * PostgreSQL in this process, its files under `<dataFolder>/store`. What has been acknowledged as committed
 * survives kill -9. A new one is a copy of the template among `templates`, if there is one. Throws DATA_FOLDER_IN_USE.
 */
export async function openEmbedded(
  dataFolder: string,
  templates: string | null = keptTemplates,
): Promise<Database> {
  const lock = lockDataFolder(dataFolder);
  try {
    const folder = join(dataFolder, 'store');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (templates !== null && readdirSync(folder).length === 0) await copyTemplate(folder, templates);
    const client = await PGlite.create({ dataDir: folder, startParams });
    const scoped = scopeClient(client);
    const db = drizzle({ client: scoped as unknown as PGlite }) as unknown as Sql;
    await migrate(db);
    return embedded(client, scoped, db, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface ScopedClient {
  query: PGlite['query'];
  transaction: PGlite['transaction'];
  script(text: string): Promise<{ rows: Record<string, unknown>[] }>;
  /** Statements and transactions that run or wait. */
  asked(): number;
}

/** The one connection, which everybody shares in turn: each statement or transaction in its caller's scope. */
function scopeClient(client: PGlite): ScopedClient {
  const connection = new ScopedConnection();
  const turn = takeTurns();
  const breathe = loopTurns();
  let asked = 0;
  const within = new AsyncLocalStorage<{ open: boolean }>();
  const inTurn: InTurn = async (work) => {
    // It would wait for the transaction, which waits for it.
    if (within.getStore()?.open === true)
      throw new Error(
        'a statement was made beside the transaction it is made within; hand it the transaction',
      );
    asked += 1;
    try {
      return await turn(async () => {
        await breathe();
        return work();
      });
    } finally {
      asked -= 1;
    }
  };
  const tell = (statement: string) => client.exec(statement);
  return {
    asked: () => asked,
    query: (text, values, options) =>
      inTurn(() => connection.run(tell, text, () => client.query(text, values, options))),
    transaction: (work) =>
      inTurn(async () => {
        await connection.enter(tell);
        const mark = { open: true };
        try {
          return await client.transaction((tx) =>
            within.run(mark, () => work(scopeTransaction(tx, connection, breathe))),
          );
        } catch (error) {
          connection.forget();
          throw error;
        } finally {
          mark.open = false;
        }
      }),
    script: (text) =>
      inTurn(async () => {
        await connection.enter(tell);
        try {
          const results = await client.exec(text);
          return { rows: results.flatMap(({ rows }) => rows as Record<string, unknown>[]) };
        } catch (error) {
          // A script that failed between its own BEGIN and COMMIT leaves the one connection in that transaction.
          await client.exec('rollback');
          connection.forget();
          throw error;
        }
      }),
  };
}

function scopeTransaction(
  tx: Transaction,
  connection: ScopedConnection,
  breathe: () => Promise<void> | undefined,
): Transaction {
  const inTurn = takeTurns();
  const tell = (statement: string) => tx.exec(statement);
  const query: Transaction['query'] = (text, values, options) =>
    inTurn(async () => {
      await breathe();
      return connection.run(tell, text, () => tx.query(text, values, options));
    });
  return { ...tx, query };
}

function embedded(client: PGlite, scoped: ScopedClient, db: Sql, released: () => void): Database {
  return {
    kind: 'embedded',
    sql: db,
    transaction: (work) => db.transaction((tx) => work(tx as unknown as Sql)),
    execute: (text, values) =>
      values !== undefined && values.length > 0
        ? scoped.query<Record<string, unknown>>(text, values)
        : scoped.script(text),
    // It arrives in the midst of somebody's statement, and belongs to nobody.
    listen: (channel, onNotify) =>
      client.listen(channel, (payload) =>
        acrossTenants('a notification is for every tenant', () => onNotify(payload)),
      ),
    load: () => ({
      open: 1,
      idle: scoped.asked() === 0 ? 1 : 0,
      waiting: Math.max(0, scoped.asked() - 1),
    }),
    async ping() {
      if (client.closed)
        throw new StromaError('NOT_READY', 'The embedded store is closed; the server is stopping.');
      await client.query('select 1');
    },
    async close() {
      if (!client.closed) await client.close();
      released();
    },
  };
}
