import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, rowsOf } from './database.ts';
import type { TestStore } from './test-database.suite.ts';

/** What holds for the relational store, whichever it is. */
export function describeDatabase(name: string, makeStore: () => Promise<TestStore>): void {
  describe(`database: ${name}`, () => {
    let store: TestStore;
    let database: Database;
    beforeAll(async () => {
      store = await makeStore();
      database = await store.open();
      await database.execute('create table notes (id integer primary key, body jsonb not null)');
    });
    afterAll(async () => {
      await database.close();
      await store.remove();
    });
    const count = async () =>
      rowsOf<{ n: number }>(await database.sql.execute(sql`select count(*)::int as n from notes`))[0]?.n;

    it('commits everything in a transaction', async () => {
      await database.transaction(async (tx) => {
        await tx.execute(sql`insert into notes values (1, '{}')`);
        await tx.execute(sql`insert into notes values (2, '{}')`);
      });
      expect(await count()).toBe(2);
    });

    it('commits nothing of a transaction that throws', async () => {
      const before = await count();
      const failing = database.transaction(async (tx) => {
        await tx.execute(sql`insert into notes values (3, '{}')`);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await count()).toBe(before);
    });

    it('goes on after a statement that failed', async () => {
      await expect(database.execute('select * from nowhere')).rejects.toThrow(/nowhere/);
      await expect(
        database.execute("begin; insert into notes values (9, '{}'); select * from nowhere; commit"),
      ).rejects.toThrow(/nowhere/);
      await database.ping();
      expect(await count()).toBe(2);
    });

    it('keeps any JSON exactly', async () => {
      await fc.assert(
        fc.asyncProperty(fc.jsonValue({ noUnicodeString: false } as object), async (value) => {
          const text = JSON.stringify({ value }).replaceAll('\\u0000', '');
          const { rows } = await database.execute('select $1::jsonb as body', [text]);
          expect(rows[0]?.body).toEqual(JSON.parse(text));
        }),
        { numRuns: 50 },
      );
    });

    it('tells listeners what was notified, and only once it is committed', async () => {
      const heard: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = await database.listen('test_channel', (payload) => {
        heard.push(payload);
        if (payload === 'last') resolve();
      });
      await database
        .transaction(async (tx) => {
          await tx.execute(sql`select pg_notify('test_channel', 'undone')`);
          throw new Error('undo');
        })
        .catch(() => undefined);
      await database.transaction(async (tx) => {
        await tx.execute(sql`select pg_notify('test_channel', 'done')`);
        expect(heard).toEqual([]);
      });
      await database.execute(`select pg_notify('test_channel', 'last')`);
      await promise;
      expect(heard).toEqual(['done', 'last']);
      await stop();
    });

    it('runs transactions that come at once one beside or after the other, losing none', async () => {
      await database.execute(`insert into notes values (100, '{"n": 0}')`);
      await Promise.all(
        Array.from({ length: 20 }, () =>
          database.transaction(async (tx) => {
            await tx.execute(
              sql`update notes set body = jsonb_build_object('n', (body->>'n')::int + 1) where id = 100`,
            );
          }),
        ),
      );
      const { rows } = await database.execute('select body from notes where id = 100');
      expect(rows[0]?.body).toEqual({ n: 20 });
    });

    it('has what was committed when it is opened again, and its migrations are not applied twice', async () => {
      await database.close();
      database = await store.open();
      expect(await count()).toBe(3);
      const { rows } = await database.execute('select count(*)::int as n from stroma_migrations');
      expect(rows[0]?.n).toBe(1);
    });

    it('refuses a store that another version has made', async () => {
      const { rows } = await database.execute('select hash from stroma_migrations');
      await database.execute(`update stroma_migrations set hash = 'of another version'`);
      await database.close();
      await expect(store.open()).rejects.toMatchObject({ code: 'NOT_READY' });
      database = await reopenRaw(store, String(rows[0]?.hash));
      await database.ping();
    });
  });
}

/** Puts the right hash back, below our own door. */
async function reopenRaw(store: TestStore, hash: string): Promise<Database> {
  if (store.config.DATABASE_URL === undefined) {
    const { PGlite } = await import('@electric-sql/pglite');
    const client = await PGlite.create({ dataDir: `${store.config.STROMA_DATA}/store` });
    await client.query('update stroma_migrations set hash = $1', [hash]);
    await client.close();
  } else {
    const { Client } = await import('pg');
    const client = new Client({ connectionString: store.config.DATABASE_URL });
    await client.connect();
    await client.query('update stroma_migrations set hash = $1', [hash]);
    await client.end();
  }
  return await store.open();
}
