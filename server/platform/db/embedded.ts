import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { StromaError } from '@stroma/kernel';
import { drizzle } from 'drizzle-orm/pglite';
import { lockDataFolder } from './data-folder.ts';
import type { Database, Sql } from './database.ts';
import { migrate } from './migrations.ts';

/**
 * PostgreSQL in this process, its files under `<dataFolder>/store`. What has been acknowledged as committed
 * survives kill -9. Throws DATA_FOLDER_IN_USE.
 */
export async function openEmbedded(dataFolder: string): Promise<Database> {
  const lock = lockDataFolder(dataFolder);
  try {
    const folder = join(dataFolder, 'store');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const client = await PGlite.create({ dataDir: folder });
    const db = drizzle({ client }) as unknown as Sql;
    await migrate(db);
    return embedded(client, db, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

function embedded(client: PGlite, db: Sql, released: () => void): Database {
  return {
    kind: 'embedded',
    sql: db,
    transaction: (work) => db.transaction((tx) => work(tx as unknown as Sql)),
    async execute(text, values) {
      if (values !== undefined && values.length > 0)
        return await client.query<Record<string, unknown>>(text, values);
      try {
        const results = await client.exec(text);
        return { rows: results.flatMap(({ rows }) => rows as Record<string, unknown>[]) };
      } catch (error) {
        // A script that failed between its own BEGIN and COMMIT leaves the one connection in that transaction.
        await client.exec('rollback');
        throw error;
      }
    },
    listen: (channel, onNotify) => client.listen(channel, onNotify),
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
