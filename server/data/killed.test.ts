import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '@stroma/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { startDataServer, startProcess } from './data-server.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: number) =>
  `n${name},t\n${Array.from({ length: 20_000 }, (_, n) => `${n},text ${n % 100}`).join('\n')}\n`;

describe('a server killed at any moment', () => {
  it('loses no upload it has acknowledged and completes each job exactly once', {
    timeout: 300_000,
  }, async () => {
    const jobs: string[] = [];
    for (const [round, killAfterMs] of [5, 250, 600].entries()) {
      const running = await startProcess(folder);
      for (const id of jobs) await running.person.jobEnd(id);
      const sent = await running.person.send(`killed-${round}.csv`, file(round));
      jobs.push(sent.body.job_id ?? '');
      await new Promise((done) => setTimeout(done, killAfterMs));
      running.process.kill('SIGKILL');
      await once(running.process, 'exit');
    }
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
      const { rows } = await server.platform.db.execute(
        `select subject, count(*)::int as n from events where type = 'data.processing.complete' group by subject`,
      );
      expect(rows).toHaveLength(jobs.length);
      expect(rows.every(({ n }) => n === 1)).toBe(true);
    } finally {
      await server.close();
    }
  });
});
