import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset, DatasetProfile } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresqlStore, type TestStore, testDatabaseUrl } from '../platform/db/test-database.suite.ts';
import { type DataServer, Person, startDataServer, startProcess } from './data-server.suite.ts';

describe.skipIf(testDatabaseUrl === '')('two servers and a store (STROMA_TEST_DATABASE_URL)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-two-'));
  let store: TestStore;
  let works: DataServer;
  let answers: ChildProcess;
  /** The same person at the other server. */
  let elsewhere: Person;
  beforeAll(async () => {
    store = await postgresqlStore();
    const settings = {
      DATABASE_URL: store.config.DATABASE_URL ?? '',
      REDIS_URL: process.env.STROMA_TEST_REDIS_URL ?? '',
    };
    works = await startDataServer(settings, folder);
    ({ process: answers, person: elsewhere } = await startProcess(folder, {
      ...settings,
      STROMA_ROLE: 'api',
    }));
  });
  afterAll(async () => {
    answers?.kill();
    if (answers?.exitCode === null) await once(answers, 'exit');
    await works?.close();
    await store?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a file sent to one is read by the other, and both know the dataset', async () => {
    const dataset = await elsewhere.dataset('two.csv', 'k,n\na,1\nb,2\na,3\n');
    const path = `/data/datasets/${dataset.dataset_id}`;
    expect((await works.admin.call<Dataset>('GET', path)).body).toEqual(dataset);
    const { body } = await elsewhere.ask('total n by k', [dataset.dataset_id]);
    expect(body.rows).toEqual(
      expect.arrayContaining([
        ['a', 4],
        ['b', 2],
      ]),
    );
    const again = await works.admin.ingest('two.csv', 'k,n\na,1\nb,2\na,3\n');
    expect(again.result).toMatchObject({ already_known: true, dataset_id: dataset.dataset_id });
  });

  it('what one changes the other no longer gives as it was', async () => {
    const dataset = await elsewhere.dataset('renamed.csv', 'r\n1\n');
    const path = `/data/datasets/${dataset.dataset_id}`;
    const nameAt = async (person: Person) => (await person.call<Dataset>('GET', path)).body.name;
    expect([await nameAt(elsewhere), await nameAt(works.admin)]).toEqual(['renamed', 'renamed']);
    await works.admin.call('PATCH', path, { name: 'other' });
    expect(await nameAt(works.admin)).toBe('other');
    await expect.poll(() => nameAt(elsewhere)).toBe('other');
    await elsewhere.call('DELETE', path);
    await expect.poll(async () => (await works.admin.call('GET', path)).status).toBe(404);
  });

  it('profiles and joins are the same at both', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => `Q${n}`);
    const left = await elsewhere.dataset('left.csv', `q,v\n${ids.map((id, n) => `${id},${n}`).join('\n')}\n`);
    await elsewhere.dataset('right.csv', `q,w\n${ids.map((id, n) => `${id},${n * 2}.5`).join('\n')}\n`);
    const joins = async (person: Person) =>
      (
        await person.call<DatasetProfile>('GET', `/data/profiles/${left.dataset_id}`)
      ).body.candidate_joins.map((join) => join.other_name);
    await expect.poll(() => joins(elsewhere), { timeout: 10_000 }).toContain('right');
    await expect.poll(() => joins(works.admin)).toContain('right');
  });

  it('who signs out at one is signed out at the other within a second', async () => {
    const stranger = await works.stranger();
    const there = new Person(elsewhere.url, stranger.token);
    expect((await there.call('GET', '/auth/session')).status).toBe(200);
    await stranger.call('POST', '/auth/logout');
    expect((await stranger.call('GET', '/auth/session')).status).toBe(401);
    const status = async () => (await there.call('GET', '/auth/session')).status;
    await expect.poll(status, { timeout: 1500 }).toBe(401);
  });
});
