import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Dataset } from '@stroma/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { type Person, password, signIn, startDataServer } from './data-server.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-killed-'));
const main = resolve(import.meta.dirname, '../main.ts');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The server in a process of its own, as a person starts it. */
async function start(): Promise<{ process: ChildProcess; person: Person }> {
  const address = join(folder, 'server.json');
  rmSync(address, { force: true });
  const child = spawn(process.execPath, [main], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      STROMA_DATA: folder,
      STROMA_DEMO: '0',
      STROMA_ADMIN_PASSWORD: password,
      STROMA_LOG_LEVEL: 'silent',
    },
  });
  while (!existsSync(address)) {
    if (child.exitCode !== null) throw new Error('the server did not start');
    await new Promise((done) => setTimeout(done, 50));
  }
  const { url } = JSON.parse(readFileSync(address, 'utf8')) as { url: string };
  return { process: child, person: await signIn(url, 'admin@stroma.local') };
}

const file = (name: number) =>
  `n${name},t\n${Array.from({ length: 20_000 }, (_, n) => `${n},text ${n % 100}`).join('\n')}\n`;

describe('a server killed at any moment', () => {
  it('loses no upload it has acknowledged and completes each job exactly once', {
    timeout: 120_000,
  }, async () => {
    const jobs: string[] = [];
    for (const [round, killAfterMs] of [5, 250, 600].entries()) {
      const running = await start();
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
