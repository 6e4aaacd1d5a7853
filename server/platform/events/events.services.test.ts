import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { postgresqlStore, silent, testDatabaseUrl } from '../db/test-database.suite.ts';
import { openJobs } from '../jobs/open-jobs.ts';
import { systemContext } from '../system-actor.ts';
import { describeEvents } from './events.suite.ts';
import { openEvents } from './open-events.ts';

describe.skipIf(testDatabaseUrl === '')('with PostgreSQL (STROMA_TEST_DATABASE_URL)', () => {
  describeEvents('PostgreSQL', postgresqlStore);

  it('tells processes of one store the same, in the same order', async () => {
    const store = await postgresqlStore();
    const [here, there] = [await store.open(), await store.open()];
    const [near, far] = [openEvents(here, silent), openEvents(there, silent)];
    await Promise.all([near.start(), far.start()]);
    const ctx = systemContext(silent, 'tnt_1');
    const heard: [string[], string[]] = [[], []];
    await near.subscribe('tnt_1', 'all', ({ subject }) => heard[0].push(subject ?? ''));
    await far.subscribe('tnt_1', 'all', ({ subject }) => heard[1].push(subject ?? ''));
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => {
        const [database, events] = n % 2 ? [here, near] : [there, far];
        return database.transaction((tx) =>
          events.publish(tx, ctx, 'dataset.updated', `s${n}`, { dataset_id: 'x' }),
        );
      }),
    );
    await expect.poll(() => heard[0].length + heard[1].length).toBe(120);
    expect(heard[1]).toEqual(heard[0]);
    far.announce('tnt_1', 'job.changed', 'job_1', { job_id: 'job_1', status: 'running', progress: 1 });
    await expect.poll(() => heard[0].at(-1)).toBe('job_1');
    await Promise.all([near.stop(), far.stop()]);
    await Promise.all([here.close(), there.close()]);
    await store.remove();
  });

  it('has the job of a worker that was killed taken up by another, and ends it once', {
    timeout: 100_000,
  }, async () => {
    const store = await postgresqlStore();
    const file = fileURLToPath(new URL('./working-process.suite.ts', import.meta.url));
    const worker = spawn(process.execPath, [file, JSON.stringify(store.config), 'endless'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface({ input: worker.stdout }), 'line');
    const database = await store.open();
    const events = openEvents(database, silent);
    await events.start();
    const jobs = openJobs(database, events, silent, { heartbeatSeconds: 10 });
    jobs.register({
      kind: 'suite.endless',
      title: () => 'Ends here',
      timeoutSeconds: 60,
      retries: 0,
      concurrency: 1,
      run: async () => ({ result: { by: 'another' } }),
    });
    await jobs.start();
    worker.kill('SIGKILL');
    const ctx = systemContext(silent, 'tnt_killed');
    await expect
      .poll(async () => (await jobs.list(ctx, { limit: 1 })).items[0], { timeout: 60_000, interval: 200 })
      .toMatchObject({ status: 'succeeded', attempt: 2, result: { by: 'another' } });
    await jobs.stop();
    await events.stop();
    await database.close();
    await store.remove();
  });
});
