import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CloudEvent } from '@stroma/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../db/database.ts';
import { silent, type TestStore } from '../db/test-database.suite.ts';
import { openJobs } from '../jobs/open-jobs.ts';
import { systemContext } from '../system-actor.ts';
import type { Events } from './event-types.ts';
import { deleteEventsBefore } from './events.store.ts';
import { openEvents } from './open-events.ts';

const beginning = 'evt_00000000-0000-7000-8000-000000000000';

/** What holds for events, whichever store they stand on. */
export function describeEvents(name: string, makeStore: () => Promise<TestStore>): void {
  describe(`events: ${name}`, () => {
    let store: TestStore;
    let database: Database;
    let events: Events;
    let tenants = 0;
    const newContext = () => {
      tenants += 1;
      return systemContext(silent, `tnt_${tenants}`);
    };
    type Ctx = ReturnType<typeof newContext>;

    beforeAll(async () => {
      store = await makeStore();
      database = await store.open();
      events = openEvents(database, silent);
      await events.start();
    });
    afterAll(async () => {
      await events.stop();
      await database.close();
      await store.remove();
    });

    const publish = (ctx: Ctx, subject: string) =>
      database.transaction((tx) =>
        events.publish(tx, ctx, 'dataset.updated', subject, { dataset_id: subject }),
      );
    const listen = async (ctx: Ctx, afterEventId?: string) => {
      const heard: CloudEvent[] = [];
      const stop = await events.subscribe(ctx.actor.tenantId, 'all', (event) => heard.push(event), {
        afterEventId,
      });
      return { heard, stop, subjects: () => heard.map(({ subject }) => subject) };
    };

    it('delivers a CloudEvent 1.0 after the commit, to its own tenant and topic', async () => {
      const [ctx, other] = [newContext(), newContext()];
      const mine = await listen(ctx);
      const theirs = await listen(other);
      const jobsOnly: CloudEvent[] = [];
      await events.subscribe(ctx.actor.tenantId, 'jobs', (event) => jobsOnly.push(event));
      await database.transaction(async (tx) => {
        await events.publish(tx, ctx, 'dataset.updated', 'ds_1', { dataset_id: 'ds_1' });
        expect(mine.heard).toEqual([]);
      });
      await expect.poll(mine.subjects).toEqual(['ds_1']);
      expect(mine.heard[0]).toMatchObject({
        specversion: '1.0',
        id: expect.stringMatching(/^evt_/),
        source: '/api/v1',
        type: 'dataset.updated',
        datacontenttype: 'application/json',
        tenantid: ctx.actor.tenantId,
        data: { dataset_id: 'ds_1' },
      });
      expect(Date.parse(mine.heard[0]?.time ?? '')).toBeGreaterThan(0);
      expect(theirs.heard).toEqual([]);
      expect(jobsOnly).toEqual([]);
    });

    it('says nothing of what was rolled back', async () => {
      const ctx = newContext();
      const { subjects } = await listen(ctx);
      await database
        .transaction(async (tx) => {
          await events.publish(tx, ctx, 'dataset.updated', 'undone', { dataset_id: 'x' });
          throw new Error('undo');
        })
        .catch(() => undefined);
      await publish(ctx, 'done');
      await expect.poll(subjects).toEqual(['done']);
    });

    it('refuses data that is not of its type', async () => {
      const ctx = newContext();
      const wrong = { dataset_id: 7 } as unknown as { dataset_id: string };
      await expect(
        database.transaction((tx) => events.publish(tx, ctx, 'dataset.updated', 's', wrong)),
      ).rejects.toThrow();
    });

    it('keeps the order in which one follows another, also when many are written at once', async () => {
      const ctx = newContext();
      const { subjects } = await listen(ctx);
      const chains = await Promise.all(
        ['a', 'b', 'c', 'd'].map(async (chain) => {
          for (let n = 0; n < 10; n += 1) await publish(ctx, `${chain}${n}`);
          return chain;
        }),
      );
      await expect.poll(() => subjects().length).toBe(40);
      expect(new Set(subjects()).size).toBe(40);
      for (const chain of chains) {
        const own = subjects().filter((subject) => subject?.startsWith(chain));
        expect(own).toEqual(Array.from({ length: 10 }, (_, n) => `${chain}${n}`));
      }
      const again = await listen(ctx, beginning);
      expect(again.subjects()).toEqual(subjects());
    });

    it('resumes behind any event: what was heard before and what comes after are all, once, in order', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.nat(), async (total, at) => {
          const ctx = newContext();
          const whole = await listen(ctx);
          const half = Math.ceil(total / 2);
          for (let n = 0; n < half; n += 1) await publish(ctx, `s${n}`);
          await expect.poll(() => whole.heard.length).toBe(half);
          const last = whole.heard[at % half];
          const [resumed] = await Promise.all([
            listen(ctx, last?.id),
            ...Array.from({ length: total - half }, (_, n) => publish(ctx, `s${half + n}`)),
          ]);
          await expect.poll(() => whole.heard.length).toBe(total);
          const expected = whole.subjects().slice((at % half) + 1);
          await expect.poll(resumed.subjects).toEqual(expected);
        }),
        { numRuns: 15 },
      );
    });

    it('resumes across more than a page', async () => {
      const ctx = newContext();
      await database.transaction(async (tx) => {
        for (let n = 0; n < 1201; n += 1)
          await events.publish(tx, ctx, 'dataset.updated', `p${n}`, { dataset_id: 'x' });
      });
      await publish(ctx, 'end');
      const live = await listen(ctx, beginning);
      await expect.poll(() => live.heard.length, { timeout: 10_000 }).toBe(1202);
      expect(live.subjects().slice(0, 1201)).toEqual(Array.from({ length: 1201 }, (_, n) => `p${n}`));
    });

    it('resumes by time behind an event that is forgotten, and refuses an id that is none', async () => {
      const ctx = newContext();
      const before = await listen(ctx);
      await publish(ctx, 'old');
      await expect.poll(before.subjects).toEqual(['old']);
      const old = before.heard[0];
      await deleteEventsBefore(database.sql, new Date(Date.parse(old?.time ?? '') + 1));
      await publish(ctx, 'new');
      const resumed = await listen(ctx, old?.id);
      await expect.poll(resumed.subjects).toEqual(['new']);
      await expect(listen(ctx, 'evt_nonsense')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('announces to who listens now and stores nothing', async () => {
      const ctx = newContext();
      const stored: boolean[] = [];
      await events.subscribe(ctx.actor.tenantId, 'jobs', (_, isStored) => stored.push(isStored));
      events.announce(ctx.actor.tenantId, 'job.changed', 'job', {
        job_id: 'j',
        status: 'running',
        progress: 5,
      });
      await expect.poll(() => stored).toEqual([false]);
      expect((await listen(ctx, beginning)).heard).toEqual([]);
    });

    it('drops a listener that is full, tells it, and serves the others on', async () => {
      const ctx = newContext();
      const others = await listen(ctx);
      let taken = 0;
      const overflow = Promise.withResolvers<void>();
      const full = () => {
        taken += 1;
        return taken < 3;
      };
      await events.subscribe(ctx.actor.tenantId, 'all', full, { onOverflow: overflow.resolve });
      for (let n = 0; n < 6; n += 1) await publish(ctx, `o${n}`);
      await overflow.promise;
      await expect.poll(() => others.heard.length).toBe(6);
      expect(taken).toBe(3);
    });

    it('hears nothing more after it has left', async () => {
      const ctx = newContext();
      const [left, stays] = [await listen(ctx), await listen(ctx)];
      left.stop();
      await publish(ctx, 'late');
      await expect.poll(stays.subjects).toEqual(['late']);
      expect(left.heard).toEqual([]);
    });

    it('publishes exactly one completion for each job, though its process is killed at any moment', {
      timeout: 100_000,
    }, async () => {
      const ctx = systemContext(silent, 'tnt_killed');
      const live: CloudEvent[] = [];
      const embedded = database.kind === 'embedded';
      if (embedded) {
        await events.stop();
        await database.close();
      } else await events.subscribe('tnt_killed', 'data', (event) => live.push(event));
      const sent: string[] = [];
      for (const after of [1, 9, 31]) sent.push(...(await sendUntilKilled(store, after)));
      if (embedded) {
        database = await store.open();
        events = openEvents(database, silent);
        await events.start();
      }
      const jobs = openJobs(database, events, silent);
      jobs.register({
        kind: 'suite.process',
        title: () => 'Processing',
        timeoutSeconds: 60,
        retries: 0,
        concurrency: 8,
        async run(_input, own, { jobId }) {
          const data = { job_id: jobId, dataset_id: 'ds', version_id: 'ver', rows: 1, rejected_rows: 0 };
          return {
            result: {},
            commit: (tx) => events.publish(tx, own, 'data.processing.complete', jobId, data),
          };
        },
      });
      await jobs.start();
      // On PostgreSQL what a killed worker held comes back when its heartbeat lapses; that has its own test.
      const open = embedded ? `'queued', 'running'` : `'queued'`;
      await expect
        .poll(
          async () =>
            (
              await database.execute(
                `select id from jobs where kind = 'suite.process' and status in (${open})`,
              )
            ).rows,
          { timeout: 60_000 },
        )
        .toEqual([]);
      const { heard: everything } = await listen(ctx, beginning);
      // Work that comes back from a killed worker while this listens announces its state too; that is not stored.
      const completions = () => everything.filter(({ type }) => type === 'data.processing.complete');
      const succeededJobs = async () => {
        const { rows } = await database.execute(
          `select id from jobs where kind = 'suite.process' and status = 'succeeded' order by id`,
        );
        return rows.map(({ id }) => String(id));
      };
      await expect
        .poll(
          async () => ({
            jobs: await succeededJobs(),
            heard: completions()
              .map(({ subject }) => subject)
              .toSorted(),
          }),
          {
            timeout: 10_000,
          },
        )
        .toSatisfy(({ jobs, heard }) => JSON.stringify(jobs) === JSON.stringify(heard));
      const succeeded = new Set(await succeededJobs());
      if (embedded) expect(sent.filter((id) => !succeeded.has(id))).toEqual([]);
      else await expect.poll(() => live.map(({ id }) => id)).toEqual(completions().map(({ id }) => id));
      await jobs.stop();
    });
  });
}

/** Lets a process send and work until it has sent so many, then kills it. Returns what it said it had sent. */
async function sendUntilKilled(store: TestStore, count: number): Promise<string[]> {
  const file = fileURLToPath(new URL('./working-process.suite.ts', import.meta.url));
  const child = spawn(process.execPath, [file, JSON.stringify(store.config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const sent: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    sent.push(line);
    if (sent.length >= count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return sent;
}
