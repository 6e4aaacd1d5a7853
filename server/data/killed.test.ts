import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Dataset, ModelEvaluation, Training } from '@stroma/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { type Person, startDataServer, startProcess } from './data-server.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: number) =>
  `n${name},t\n${Array.from({ length: 20_000 }, (_, n) => `${n},text ${n % 100}`).join('\n')}\n`;

const waves = `wave,at\n${Array.from({ length: 200 }, (_, n) => `${Math.sin((n % 63) / 9).toFixed(3)},${((n % 63) / 9).toFixed(2)}`).join('\n')}\n`;

/** Begins to train a network, and waits until there is a state to go on from. */
async function trainAWhile(person: Person): Promise<string> {
  const { dataset_id } = await person.dataset('waves.csv', waves);
  const { body } = await person.call<{ job_id: string }>('POST', '/ml/deep-learning/train', {
    ...{ dataset_id, target: 'wave', network: 'mlp', width: 64, batch: 16 },
    ...{ epochs: 5000, patience: 1000 },
  });
  await expect.poll(() => statesIn(folder), { timeout: 60_000, interval: 50 }).toHaveLength(1);
  return body.job_id;
}

const statesIn = (data: string) => globSync(join(data, '**/data/models+/*/trainings+/job_*'));

describe('a server killed at any moment', () => {
  it('loses no upload it has acknowledged and completes each job exactly once, a training from where it was', {
    timeout: 300_000,
  }, async () => {
    const jobs: string[] = [];
    let training = '';
    for (const [round, killAfterMs] of [5, 250].entries()) {
      const running = await startProcess(folder);
      for (const id of jobs) await running.person.jobEnd(id);
      if (round === 1) training = await trainAWhile(running.person);
      const sent = await running.person.send(`killed-${round}.csv`, file(round));
      jobs.push(sent.body.job_id ?? '');
      await new Promise((done) => setTimeout(done, killAfterMs));
      running.process.kill('SIGKILL');
      await once(running.process, 'exit');
    }
    // A mark in what was kept is in what comes of it: it was gone on from. With a score that none betters it soon ends.
    const [kept = ''] = statesIn(folder);
    const state = deserialize(readFileSync(kept)) as { checks: { loss: number }[]; best: object };
    (state.checks[0] as { loss: number }).loss = 4321;
    state.best = { ...state.best, score: 0, step: 0 };
    writeFileSync(kept, serialize(state));
    const server = await startDataServer({}, folder);
    try {
      for (const [round, id] of jobs.entries()) {
        const job = await server.admin.jobEnd(id);
        expect(job.error).toBeNull();
        expect(job).toMatchObject({ status: 'succeeded', result: { rows: 20_000 } });
        const path = `/data/datasets/${job.result?.dataset_id}`;
        const { body } = await server.admin.call<Dataset>('GET', path);
        expect(body).toMatchObject({ name: `killed-${round}`, rows: 20_000, version_count: 1 });
      }
      expect((await server.admin.jobEnd(training)).error).toBeNull();
      const { body: learned } = await server.admin.call<Training>('GET', `/ml/trainings/${training}`);
      expect(learned).toMatchObject({ status: 'succeeded', result: { number: 1 } });
      const { body: told } = await server.admin.call<ModelEvaluation>(
        'GET',
        `/ml/models/${learned.result?.model_id}/metrics`,
      );
      expect(told.training_curve?.[0]?.loss).toBe(4321);
      expect(told.training_curve?.length).toBeGreaterThanOrEqual(state.checks.length);
      expect(statesIn(folder)).toEqual([]);
      const { rows } = await server.platform.db.execute(
        `select subject, count(*)::int as n from events where type = 'data.processing.complete' group by subject`,
      );
      expect(rows).toHaveLength(jobs.length + 1);
      expect(rows.every(({ n }) => n === 1)).toBe(true);
    } finally {
      await server.close();
    }
  });
});
