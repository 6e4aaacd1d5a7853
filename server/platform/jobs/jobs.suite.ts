import { StromaError } from '@stroma/kernel';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor, Context } from '../context.ts';
import type { Database } from '../db/database.ts';
import { silent, type TestStore } from '../db/test-database.suite.ts';
import type { Events } from '../events/event-types.ts';
import { openEvents } from '../events/open-events.ts';
import { systemContext } from '../system-actor.ts';
import type { JobDefinition, Jobs } from './job-types.ts';
import { openJobs } from './open-jobs.ts';

const tenant = 'tnt_test';

export const definition = <Input extends object>(
  part: Partial<JobDefinition<Input>> & Pick<JobDefinition<Input>, 'kind' | 'run'>,
): JobDefinition<Input> => ({
  title: () => 'A test',
  timeoutSeconds: 60,
  retries: 0,
  concurrency: 1,
  ...part,
});

/** What holds for background work, whichever store it stands on. */
export function describeJobs(name: string, makeStore: () => Promise<TestStore>): void {
  describe(`jobs: ${name}`, () => {
    let store: TestStore;
    let database: Database;
    let events: Events;
    let jobs: Jobs;
    const ctx: Context = systemContext(silent, tenant);
    const none = async () => ({ result: {} });

    beforeAll(async () => {
      store = await makeStore();
      database = await store.open();
      await database.execute(
        'create table effects (job text not null, attempt integer not null); grant all on effects to public',
      );
      events = openEvents(database, silent);
      await events.start();
    });
    afterAll(async () => {
      await events.stop();
      await database.close();
      await store.remove();
    });
    beforeEach(() => {
      jobs = openJobs(database, events, silent);
    });
    afterEach(() => jobs.stop());

    const ended = (id: string, inJobs = jobs) =>
      expect
        .poll(async () => (await inJobs.get(ctx, id)).status, { timeout: 20_000, interval: 5 })
        .toMatch(/succeeded|failed|cancelled/)
        .then(() => inJobs.get(ctx, id));
    const effectsOf = async (id: string) => {
      const { rows } = await database.execute('select attempt from effects where job = $1', [id]);
      return rows.map(({ attempt }) => attempt);
    };
    const effect = (id: string, attempt: number) => async (tx: Parameters<typeof events.publish>[0]) => {
      await tx.execute(sql`insert into effects values (${id}, ${attempt})`);
    };

    it('runs what is sent, with its input and its sender, and keeps the result', async () => {
      const seen = Promise.withResolvers<{ input: object; actor: Actor }>();
      jobs.register(
        definition<{ n: number }>({
          kind: 'suite.double',
          title: ({ n }) => `Doubling ${n}`,
          async run(input, { actor }) {
            seen.resolve({ input, actor });
            return { result: { twice: input.n * 2 } };
          },
        }),
      );
      await jobs.start();
      const person: Context = {
        ...ctx,
        actor: { ...ctx.actor, id: 'usr_1', name: 'Ada', kind: 'person', role: 'analyst' },
      };
      const id = await jobs.send(person, 'suite.double', { n: 21 });
      expect(await ended(id)).toMatchObject({
        title: 'Doubling 21',
        status: 'succeeded',
        progress: 100,
        attempt: 1,
        result: { twice: 42 },
        error: null,
        created_by: 'usr_1',
        seconds_left: null,
      });
      const { input, actor } = await seen.promise;
      expect(input).toEqual({ n: 21 });
      expect(actor).toMatchObject({ id: 'usr_1', name: 'Ada', role: 'analyst', tenantId: tenant });
      expect(actor.permissions.has('members:write')).toBe(false);
    });

    it('exists only if the transaction it was sent in commits', async () => {
      jobs.register(definition({ kind: 'suite.tx', run: none }));
      await jobs.start();
      let undone = '';
      await database
        .transaction(async (tx) => {
          undone = await jobs.send(ctx, 'suite.tx', {}, { tx });
          throw new Error('undo');
        })
        .catch(() => undefined);
      const done = await database.transaction((tx) => jobs.send(ctx, 'suite.tx', {}, { tx }));
      expect((await ended(done)).status).toBe('succeeded');
      await expect(jobs.get(ctx, undone)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('tries again after a failure that may pass, and its effects happen once', async () => {
      jobs.register(
        definition({
          kind: 'suite.flaky',
          retries: 2,
          async run(_input, _ctx, { jobId, attempt }) {
            const outcome = { result: { attempt }, commit: effect(jobId, attempt) };
            if (attempt === 1) throw new Error('not yet');
            return outcome;
          },
        }),
      );
      await jobs.start();
      const id = await jobs.send(ctx, 'suite.flaky', {});
      expect(await ended(id)).toMatchObject({ status: 'succeeded', attempt: 2, error: null });
      expect(await effectsOf(id)).toEqual([2]);
    });

    it('fails for good when its tries are used up, and tells no secret of what went wrong', async () => {
      let told: unknown = null;
      jobs.register(
        definition({
          kind: 'suite.broken',
          retries: 1,
          run: async () => {
            throw new Error('password=hunter2 at /home/x');
          },
          async onFailed(_input, _ctx, { jobId, attempt }, error, tx) {
            told = error;
            await effect(jobId, attempt)(tx);
          },
        }),
      );
      await jobs.start();
      const id = await jobs.send(ctx, 'suite.broken', {});
      const job = await ended(id);
      expect(job).toMatchObject({ status: 'failed', attempt: 2, error: { code: 'INTERNAL' } });
      expect(JSON.stringify(job)).not.toContain('hunter2');
      expect(told).toMatchObject({ code: 'INTERNAL' });
      expect(await effectsOf(id)).toEqual([2]);
    });

    it('does not try again what would fail again', async () => {
      jobs.register(
        definition({
          kind: 'suite.wrong',
          retries: 5,
          run: async () => {
            throw new StromaError('EMPTY_FILE', 'The file holds no data.', { bytes: 0 });
          },
        }),
      );
      await jobs.start();
      const id = await jobs.send(ctx, 'suite.wrong', {});
      expect(await ended(id)).toMatchObject({
        status: 'failed',
        attempt: 1,
        error: { code: 'EMPTY_FILE', message: 'The file holds no data.', details: { bytes: 0 } },
      });
    });

    it('succeeds only together with what it commits', async () => {
      jobs.register(
        definition({
          kind: 'suite.commit',
          run: async (_input, _ctx, { jobId, attempt }) => ({
            result: {},
            async commit(tx) {
              await effect(jobId, attempt)(tx);
              throw new StromaError('CONFLICT', 'Somebody was faster.');
            },
          }),
        }),
      );
      await jobs.start();
      const id = await jobs.send(ctx, 'suite.commit', {});
      expect(await ended(id)).toMatchObject({ status: 'failed', error: { code: 'CONFLICT' } });
      expect(await effectsOf(id)).toEqual([]);
    });

    it('still ends when what follows its failure fails too', async () => {
      jobs.register(
        definition({
          kind: 'suite.doubly-broken',
          run: async () => {
            throw new StromaError('EMPTY_FILE', 'Nothing.');
          },
          onFailed: async () => {
            throw new Error('this too');
          },
        }),
      );
      await jobs.start();
      const id = await jobs.send(ctx, 'suite.doubly-broken', {});
      expect(await ended(id)).toMatchObject({ status: 'failed', error: { code: 'EMPTY_FILE' } });
    });

    it('shows progress and tells whoever listens', async () => {
      const half = Promise.withResolvers<void>();
      const finish = Promise.withResolvers<void>();
      jobs.register(
        definition({
          kind: 'suite.progress',
          async run(_input, _ctx, job) {
            job.progress(0.5, 'Halfway');
            await finish.promise;
            return { result: {} };
          },
        }),
      );
      const statuses: unknown[] = [];
      const stop = await events.subscribe(tenant, 'jobs', ({ data }) => {
        statuses.push([data.status, data.progress]);
        if (data.progress === 50) half.resolve();
      });
      await jobs.start();
      const id = await jobs.send(ctx, 'suite.progress', {});
      await half.promise;
      const job = await jobs.get(ctx, id);
      expect(job).toMatchObject({ status: 'running', progress: 50, phase: 'Halfway' });
      expect(job.seconds_left).toBeGreaterThanOrEqual(0);
      finish.resolve();
      await ended(id);
      await expect.poll(() => statuses.at(-1)).toEqual(['succeeded', 100]);
      stop();
    });

    it('cancels a job that waits, and one that runs', async () => {
      const running = Promise.withResolvers<void>();
      let reason: unknown = null;
      jobs.register(
        definition({
          kind: 'suite.long',
          async run(_input, { signal }, { jobId, attempt }) {
            running.resolve();
            await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
            reason = signal.reason;
            return { result: {}, commit: effect(jobId, attempt) };
          },
        }),
      );
      await jobs.start();
      const first = await jobs.send(ctx, 'suite.long', {});
      const second = await jobs.send(ctx, 'suite.long', {});
      await running.promise;
      expect(await jobs.cancel(ctx, second)).toMatchObject({ status: 'cancelled' });
      expect(await jobs.cancel(ctx, first)).toMatchObject({ status: 'cancelled' });
      await expect.poll(() => reason).toMatchObject({ code: 'CANCELLED' });
      await expect(jobs.cancel(ctx, first)).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await effectsOf(first)).toEqual([]);
      const third = await jobs.send(ctx, 'suite.long', {});
      await expect.poll(async () => (await jobs.get(ctx, third)).status).toBe('running');
      expect(await jobs.get(ctx, second)).toMatchObject({ status: 'cancelled', attempt: 0 });
      await jobs.cancel(ctx, third);
    });

    it('runs a failed or cancelled job again when asked, and no other', async () => {
      let broken = true;
      jobs.register(
        definition({
          kind: 'suite.again',
          run: async () => {
            if (broken) throw new StromaError('EMPTY_FILE', 'Nothing.');
            return { result: { ok: true } };
          },
        }),
      );
      await jobs.start();
      const id = await jobs.send(ctx, 'suite.again', {});
      await ended(id);
      broken = false;
      expect(await jobs.retry(ctx, id)).toMatchObject({ status: 'queued', error: null, finished_at: null });
      expect(await ended(id)).toMatchObject({ status: 'succeeded', attempt: 2, result: { ok: true } });
      await expect(jobs.retry(ctx, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('stops one that runs past its limit, for good', async () => {
      jobs.register(
        definition({
          kind: 'suite.slow',
          timeoutSeconds: 1,
          retries: 3,
          run: (_input, { signal }) =>
            new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        }),
      );
      await jobs.start();
      const id = await jobs.send(ctx, 'suite.slow', {});
      expect(await ended(id)).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'JOB_TIMEOUT' } });
    });

    it('takes the more urgent first, and as many at once as its kind allows', async () => {
      const order: unknown[] = [];
      let atOnce = 0;
      let most = 0;
      jobs.register(
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
      await jobs.open();
      const ids: string[] = [];
      for (const n of [1, 2, 3, 4, 5, 6])
        ids.push(await jobs.send(ctx, 'suite.order', { n }, { priority: n }));
      await jobs.start();
      for (const id of ids) await ended(id);
      expect(order.slice(0, 2).sort()).toEqual([5, 6]);
      expect([...order].sort()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(most).toBeLessThanOrEqual(2);
    });

    it('waits until it may start', async () => {
      jobs.register(definition({ kind: 'suite.later', run: none }));
      await jobs.start();
      const startAfter = new Date(Date.now() + 700);
      const id = await jobs.send(ctx, 'suite.later', {}, { startAfter });
      const job = await ended(id);
      expect(Date.parse(job.started_at ?? '')).toBeGreaterThanOrEqual(startAfter.getTime());
    });

    it('gives running work back to the queue when it stops, and another worker ends it', async () => {
      const running = Promise.withResolvers<void>();
      jobs.register(
        definition({
          kind: 'suite.handed-back',
          run: (_input, { signal }) => {
            running.resolve();
            return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          },
        }),
      );
      await jobs.start();
      const id = await jobs.send(ctx, 'suite.handed-back', {});
      await running.promise;
      await jobs.stop();
      expect(await jobs.get(ctx, id)).toMatchObject({ status: 'queued', error: null });
      jobs = openJobs(database, events, silent);
      jobs.register(
        definition({
          kind: 'suite.handed-back',
          run: async (_input, _ctx, { jobId, attempt }) => ({ result: {}, commit: effect(jobId, attempt) }),
        }),
      );
      await jobs.start();
      expect(await ended(id)).toMatchObject({ status: 'succeeded', attempt: 2 });
      expect(await effectsOf(id)).toEqual([2]);
    });

    it('runs what a schedule puts in the queue, as the system', async () => {
      const ran = Promise.withResolvers<Context>();
      jobs.register(
        definition({
          kind: 'suite.nightly',
          cron: '0 3 * * *',
          async run(_input, own) {
            ran.resolve(own);
            return { result: { done: true } };
          },
        }),
      );
      await jobs.start();
      const { rows } = await database.execute(
        `select cron, timezone from pgboss.schedule where name = 'suite.nightly'`,
      );
      expect(rows).toEqual([{ cron: '0 3 * * *', timezone: 'UTC' }]);
      await database.execute(
        `insert into pgboss.job (name, data, policy)
         select name, '{}', policy from pgboss.queue where name = 'suite.nightly'`,
      );
      const { actor } = await ran.promise;
      expect(actor).toMatchObject({ kind: 'system', tenantId: 'system' });
      expect((await jobs.list(ctx, { limit: 200 })).items.some(({ kind }) => kind === 'suite.nightly')).toBe(
        false,
      );
      await expect
        .poll(async () => (await jobs.list(systemContext(silent), { limit: 1 })).items[0])
        .toMatchObject({ kind: 'suite.nightly', status: 'succeeded', result: { done: true } });
    });

    it('lists the newest first, in pages, of one tenant only', async () => {
      const other = systemContext(silent, 'tnt_lists');
      jobs.register(definition({ kind: 'suite.listed', run: none }));
      await jobs.open();
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) ids.push(await jobs.send(other, 'suite.listed', {}));
      const first = await jobs.list(other, { limit: 3 });
      const second = await jobs.list(other, { limit: 3, cursor: first.next_cursor ?? '' });
      expect([...first.items, ...second.items].map((job) => job.job_id)).toEqual(ids.toReversed());
      expect(second.next_cursor).toBeNull();
      await jobs.cancel(other, ids[2] ?? '');
      const cancelled = await jobs.list(other, { limit: 10, status: 'cancelled' });
      expect(cancelled.items.map((job) => job.job_id)).toEqual([ids[2]]);
      await expect(jobs.get(ctx, ids[0] ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(jobs.cancel(ctx, ids[0] ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(jobs.list(other, { limit: 3, cursor: 'x' })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    });

    it('gives every job an id of its own', async () => {
      jobs.register(definition({ kind: 'suite.many', concurrency: 16, run: none }));
      await jobs.start();
      const ids = await Promise.all(Array.from({ length: 200 }, () => jobs.send(ctx, 'suite.many', {})));
      expect(new Set(ids).size).toBe(200);
      await Promise.all(ids.map((id) => ended(id)));
    });
  });
}
