import { StromaError } from '@stroma/kernel';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor, Context } from '../context.ts';
import { silent, type TestStore } from '../db/test-database.suite.ts';
import { openEvents } from '../events/open-events.ts';
import { systemContext } from '../system-actor.ts';
import { describeQueue } from './job-queue.suite.ts';
import { definition, effect, effectsOf, type JobStage, none, tenant } from './job-stage.suite.ts';
import { openJobs } from './open-jobs.ts';

/** What holds for background work, whichever store it stands on. */
export function describeJobs(name: string, makeStore: () => Promise<TestStore>): void {
  describe(`jobs: ${name}`, () => {
    let store: TestStore;
    const stage = {
      ctx: systemContext(silent, tenant),
      ended: (id, inJobs = stage.jobs) =>
        expect
          .poll(async () => (await inJobs.get(stage.ctx, id)).status, { timeout: 20_000, interval: 5 })
          .toMatch(/succeeded|failed|cancelled/)
          .then(() => inJobs.get(stage.ctx, id)),
    } as JobStage;

    beforeAll(async () => {
      store = await makeStore();
      stage.database = await store.open();
      await stage.database.execute(
        'create table effects (job text not null, attempt integer not null); grant all on effects to public',
      );
      stage.events = openEvents(stage.database, silent);
      await stage.events.start();
    });
    afterAll(async () => {
      await stage.events.stop();
      await stage.database.close();
      await store.remove();
    });
    beforeEach(() => {
      stage.jobs = openJobs(stage.database, stage.events, silent);
    });
    afterEach(() => stage.jobs.stop());

    describeAttempts(stage);
    describeQueue(stage);
  });
}

/** How a job ends, and what of it stays. */
function describeAttempts(stage: JobStage): void {
  it('runs what is sent, with its input and its sender, and keeps the result', async () => {
    const seen = Promise.withResolvers<{ input: object; actor: Actor }>();
    stage.jobs.register(
      definition<{ n: number }>({
        kind: 'suite.double',
        title: ({ n }) => `Doubling ${n}`,
        async run(input, { actor }) {
          seen.resolve({ input, actor });
          return { result: { twice: input.n * 2 } };
        },
      }),
    );
    await stage.jobs.start();
    const person: Context = {
      ...stage.ctx,
      actor: { ...stage.ctx.actor, id: 'usr_1', name: 'Ada', kind: 'person', role: 'analyst' },
    };
    const id = await stage.jobs.send(person, 'suite.double', { n: 21 });
    expect(await stage.ended(id)).toMatchObject({
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
    stage.jobs.register(definition({ kind: 'suite.tx', run: none }));
    await stage.jobs.start();
    let undone = '';
    await stage.database
      .transaction(async (tx) => {
        undone = await stage.jobs.send(stage.ctx, 'suite.tx', {}, { tx });
        throw new Error('undo');
      })
      .catch(() => undefined);
    const done = await stage.database.transaction((tx) => stage.jobs.send(stage.ctx, 'suite.tx', {}, { tx }));
    expect((await stage.ended(done)).status).toBe('succeeded');
    await expect(stage.jobs.get(stage.ctx, undone)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tries again after a failure that may pass, and its effects happen once', async () => {
    stage.jobs.register(
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
    await stage.jobs.start();
    const id = await stage.jobs.send(stage.ctx, 'suite.flaky', {});
    expect(await stage.ended(id)).toMatchObject({ status: 'succeeded', attempt: 2, error: null });
    expect(await effectsOf(stage, id)).toEqual([2]);
  });

  it('fails for good when its tries are used up, and tells no secret of what went wrong', async () => {
    let told: unknown = null;
    stage.jobs.register(
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
    await stage.jobs.start();
    const id = await stage.jobs.send(stage.ctx, 'suite.broken', {});
    const job = await stage.ended(id);
    expect(job).toMatchObject({ status: 'failed', attempt: 2, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(job)).not.toContain('hunter2');
    expect(told).toMatchObject({ code: 'INTERNAL' });
    expect(await effectsOf(stage, id)).toEqual([2]);
  });

  it('does not try again what would fail again', async () => {
    stage.jobs.register(
      definition({
        kind: 'suite.wrong',
        retries: 5,
        run: async () => {
          throw new StromaError('EMPTY_FILE', 'The file holds no data.', { bytes: 0 });
        },
      }),
    );
    await stage.jobs.start();
    const id = await stage.jobs.send(stage.ctx, 'suite.wrong', {});
    expect(await stage.ended(id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'EMPTY_FILE', message: 'The file holds no data.', details: { bytes: 0 } },
    });
  });

  it('succeeds only together with what it commits', async () => {
    stage.jobs.register(
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
    await stage.jobs.start();
    const id = await stage.jobs.send(stage.ctx, 'suite.commit', {});
    expect(await stage.ended(id)).toMatchObject({ status: 'failed', error: { code: 'CONFLICT' } });
    expect(await effectsOf(stage, id)).toEqual([]);
  });

  it('still ends when what follows its failure fails too', async () => {
    stage.jobs.register(
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
    await stage.jobs.start();
    const id = await stage.jobs.send(stage.ctx, 'suite.doubly-broken', {});
    expect(await stage.ended(id)).toMatchObject({ status: 'failed', error: { code: 'EMPTY_FILE' } });
  });

  it('shows progress and tells whoever listens', async () => {
    const half = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    stage.jobs.register(
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
    const stop = await stage.events.subscribe(tenant, 'jobs', ({ data }) => {
      statuses.push([data.status, data.progress]);
      if (data.progress === 50) half.resolve();
    });
    await stage.jobs.start();
    const id = await stage.jobs.send(stage.ctx, 'suite.progress', {});
    await half.promise;
    const job = await stage.jobs.get(stage.ctx, id);
    expect(job).toMatchObject({ status: 'running', progress: 50, phase: 'Halfway' });
    expect(job.seconds_left).toBeGreaterThanOrEqual(0);
    finish.resolve();
    await stage.ended(id);
    await expect.poll(() => statuses.at(-1)).toEqual(['succeeded', 100]);
    stop();
  });

  it('cancels a job that waits, and one that runs', async () => {
    const running = Promise.withResolvers<void>();
    let reason: unknown = null;
    stage.jobs.register(
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
    await stage.jobs.start();
    const first = await stage.jobs.send(stage.ctx, 'suite.long', {});
    const second = await stage.jobs.send(stage.ctx, 'suite.long', {});
    await running.promise;
    expect(await stage.jobs.cancel(stage.ctx, second)).toMatchObject({ status: 'cancelled' });
    expect(await stage.jobs.cancel(stage.ctx, first)).toMatchObject({ status: 'cancelled' });
    await expect.poll(() => reason).toMatchObject({ code: 'CANCELLED' });
    await expect(stage.jobs.cancel(stage.ctx, first)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await effectsOf(stage, first)).toEqual([]);
    const third = await stage.jobs.send(stage.ctx, 'suite.long', {});
    await expect.poll(async () => (await stage.jobs.get(stage.ctx, third)).status).toBe('running');
    expect(await stage.jobs.get(stage.ctx, second)).toMatchObject({ status: 'cancelled', attempt: 0 });
    await stage.jobs.cancel(stage.ctx, third);
  });

  it('runs a failed or cancelled job again when asked, and no other', async () => {
    let broken = true;
    stage.jobs.register(
      definition({
        kind: 'suite.again',
        run: async () => {
          if (broken) throw new StromaError('EMPTY_FILE', 'Nothing.');
          return { result: { ok: true } };
        },
      }),
    );
    await stage.jobs.start();
    const id = await stage.jobs.send(stage.ctx, 'suite.again', {});
    await stage.ended(id);
    broken = false;
    expect(await stage.jobs.retry(stage.ctx, id)).toMatchObject({
      status: 'queued',
      error: null,
      finished_at: null,
    });
    expect(await stage.ended(id)).toMatchObject({ status: 'succeeded', attempt: 2, result: { ok: true } });
    await expect(stage.jobs.retry(stage.ctx, id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('stops one that runs past its limit, for good', async () => {
    stage.jobs.register(
      definition({
        kind: 'suite.slow',
        timeoutSeconds: 1,
        retries: 3,
        run: (_input, { signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      }),
    );
    await stage.jobs.start();
    const id = await stage.jobs.send(stage.ctx, 'suite.slow', {});
    expect(await stage.ended(id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'JOB_TIMEOUT' },
    });
  });
}
