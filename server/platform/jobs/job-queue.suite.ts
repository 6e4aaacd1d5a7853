import { expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { silent } from '../db/test-database.suite.ts';
import { systemContext } from '../system-actor.ts';
import { definition, effect, effectsOf, type JobStage, none } from './job-stage.suite.ts';
import { openJobs } from './open-jobs.ts';

/** When jobs are taken up, how many at once, and what is told of them. */
export function describeQueue(stage: JobStage): void {
  it('takes the more urgent first, and as many at once as its kind allows', async () => {
    const order: unknown[] = [];
    let atOnce = 0;
    let most = 0;
    stage.jobs.register(
      definition<{ n: number }>({
        kind: 'suite.order',
        concurrency: 2,
        async run({ n }) {
          order.push(n);
          atOnce += 1;
          most = Math.max(most, atOnce);
          await new Promise((done) => setImmediate(done));
          atOnce -= 1;
          return { result: {} };
        },
      }),
    );
    await stage.jobs.open();
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4, 5, 6])
      ids.push(await stage.jobs.send(stage.ctx, 'suite.order', { n }, { priority: n }));
    await stage.jobs.start();
    for (const id of ids) await stage.ended(id);
    expect(order.slice(0, 2).sort()).toEqual([5, 6]);
    expect([...order].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('waits until it may start', async () => {
    stage.jobs.register(definition({ kind: 'suite.later', run: none }));
    await stage.jobs.start();
    const startAfter = new Date(Date.now() + 700);
    const id = await stage.jobs.send(stage.ctx, 'suite.later', {}, { startAfter });
    const job = await stage.ended(id);
    expect(Date.parse(job.started_at ?? '')).toBeGreaterThanOrEqual(startAfter.getTime());
  });

  it('gives running work back to the queue when it stops, and another worker ends it', async () => {
    const running = Promise.withResolvers<void>();
    stage.jobs.register(
      definition({
        kind: 'suite.handed-back',
        run: (_input, { signal }) => {
          running.resolve();
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      }),
    );
    await stage.jobs.start();
    const id = await stage.jobs.send(stage.ctx, 'suite.handed-back', {});
    await running.promise;
    await stage.jobs.stop();
    expect(await stage.jobs.get(stage.ctx, id)).toMatchObject({ status: 'queued', error: null });
    stage.jobs = openJobs(stage.database, stage.events, silent);
    stage.jobs.register(
      definition({
        kind: 'suite.handed-back',
        run: async (_input, _ctx, { jobId, attempt }) => ({ result: {}, commit: effect(jobId, attempt) }),
      }),
    );
    await stage.jobs.start();
    expect(await stage.ended(id)).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(await effectsOf(stage, id)).toEqual([2]);
  });

  it('runs what a schedule puts in the queue, as the system', async () => {
    const ran = Promise.withResolvers<Context>();
    stage.jobs.register(
      definition({
        kind: 'suite.nightly',
        cron: '0 3 * * *',
        async run(_input, own) {
          ran.resolve(own);
          return { result: { done: true } };
        },
      }),
    );
    await stage.jobs.start();
    const { rows } = await stage.database.execute(
      `select cron, timezone from pgboss.schedule where name = 'suite.nightly'`,
    );
    expect(rows).toEqual([{ cron: '0 3 * * *', timezone: 'UTC' }]);
    await stage.database.execute(
      `insert into pgboss.job (name, data, policy)
         select name, '{}', policy from pgboss.queue where name = 'suite.nightly'`,
    );
    const { actor } = await ran.promise;
    expect(actor).toMatchObject({ kind: 'system', tenantId: 'system' });
    expect(
      (await stage.jobs.list(stage.ctx, { limit: 200 })).items.some(({ kind }) => kind === 'suite.nightly'),
    ).toBe(false);
    await expect
      .poll(async () => (await stage.jobs.list(systemContext(silent), { limit: 1 })).items[0])
      .toMatchObject({ kind: 'suite.nightly', status: 'succeeded', result: { done: true } });
  });

  it('lists the newest first, in pages, of one tenant only', async () => {
    const other = systemContext(silent, 'tnt_lists');
    stage.jobs.register(definition({ kind: 'suite.listed', run: none }));
    await stage.jobs.open();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await stage.jobs.send(other, 'suite.listed', {}));
    const first = await stage.jobs.list(other, { limit: 3 });
    const second = await stage.jobs.list(other, { limit: 3, cursor: first.next_cursor ?? '' });
    expect([...first.items, ...second.items].map((job) => job.job_id)).toEqual(ids.toReversed());
    expect(second.next_cursor).toBeNull();
    await stage.jobs.cancel(other, ids[2] ?? '');
    const cancelled = await stage.jobs.list(other, { limit: 10, status: 'cancelled' });
    expect(cancelled.items.map((job) => job.job_id)).toEqual([ids[2]]);
    await expect(stage.jobs.get(stage.ctx, ids[0] ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(stage.jobs.cancel(stage.ctx, ids[0] ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(stage.jobs.list(other, { limit: 3, cursor: 'x' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('gives every job an id of its own', async () => {
    stage.jobs.register(definition({ kind: 'suite.many', concurrency: 16, run: none }));
    await stage.jobs.start();
    const ids = await Promise.all(
      Array.from({ length: 200 }, () => stage.jobs.send(stage.ctx, 'suite.many', {})),
    );
    expect(new Set(ids).size).toBe(200);
    await Promise.all(ids.map((id) => stage.ended(id)));
  });
}
