import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDatabase } from './database.suite.ts';
import { openDatabase } from './open-database.ts';
import { postgresqlStore, silent, testDatabaseUrl } from './test-database.suite.ts';

describe.skipIf(testDatabaseUrl === '')('with PostgreSQL (STROMA_TEST_DATABASE_URL)', () => {
  describeDatabase('PostgreSQL', postgresqlStore);

  it('migrates once when several processes start together', async () => {
    const store = await postgresqlStore();
    const opened = await Promise.all(Array.from({ length: 5 }, () => store.open()));
    const { rows } = await (opened[0] as (typeof opened)[0]).execute(
      'select count(*)::int as n from stroma_migrations',
    );
    expect(rows[0]?.n).toBe(1);
    for (const each of opened) await each.close();
    await store.remove();
  });

  it('tells a listener that it may have missed something when its connection was cut', async () => {
    const store = await postgresqlStore();
    const database = await store.open();
    const gap = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<string>();
    await database.listen('cut', heard.resolve, gap.resolve);
    await database.execute(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'stroma-listen' and datname = current_database()`,
    );
    await gap.promise;
    await database.execute(`select pg_notify('cut', 'again')`);
    expect(await heard.promise).toBe('again');
    await database.close();
    await store.remove();
  });

  it('fails a transaction whose connection is cut between two statements, and works on', async () => {
    const store = await postgresqlStore();
    const database = await store.open();
    const cut = database.transaction(async (tx) => {
      const { rows } = (await tx.execute(sql`select pg_backend_pid() as pid`)) as unknown as {
        rows: { pid: number }[];
      };
      await database.execute('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      // Long enough for the process to hear of it while no statement waits.
      await database.execute('select pg_sleep(0.2)');
      await tx.execute(sql`select 1`);
    });
    await expect(cut).rejects.toThrow();
    expect(await database.transaction(async () => 'works')).toBe('works');
    await database.close();
    await store.remove();
  });

  it('says so when nothing answers', async () => {
    const config = { STROMA_DATA: '', DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };
    await expect(openDatabase(config, silent)).rejects.toMatchObject({ code: 'NOT_READY' });
  });
});
