import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  type Answer,
  answer,
  type Dataset,
  type DatasetProfile,
  dataset,
  datasetProfile,
  type Job,
  job,
  type OnlineFeatures,
} from '@stroma/contracts';
import { createClient } from '@stroma/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, type Ended, endOf, Place } from './cli-process.suite.ts';
import type { TrainingDocument } from './commands/train.ts';

interface Failed {
  error: { code: string; message: string };
}
interface Ingested {
  dataset_id: string;
  version: string;
  name: string;
  rows: number;
  rejected_rows: number;
  decisions: { delimiter: { value: string; given: boolean } };
}

const email = 'cli@example.org';
const password = 'a password of the tests';
const people = `name,age,city\n${Array.from({ length: 20 }, (_, index) => `n${index},${20 + index},${index % 2 ? 'Rome' : 'Oslo'}`).join('\n')}\n`;

describe('stroma with a server', () => {
  let place: Place;
  let url = '';
  let serving: Promise<Ended>;
  let stop: () => void;

  beforeAll(async () => {
    place = new Place();
    place.write('city people.csv', people);
    const env = {
      PORT: '0',
      STROMA_DEMO: '0',
      STROMA_LOG_LEVEL: 'error',
      STROMA_ADMIN_EMAIL: email,
      STROMA_ADMIN_PASSWORD: password,
    };
    const child = place.start(['serve'], { env });
    serving = endOf(child);
    stop = () => child.kill('SIGTERM');
    url = await addressOf(child);
  }, 180_000);
  afterAll(async () => {
    stop();
    await serving;
    place.remove();
  });

  it('asks to sign in before anything else', async () => {
    const { status, document } = await place.json<Failed>(['datasets']);
    expect(status).toBe(1);
    expect(document.error).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining(`stroma login ${url}`),
    });
    const wrong = await place.json<Failed>(['login', url, '--email', email, '--password-stdin'], {
      input: 'not the one',
    });
    expect(wrong.document.error.code).toBe('WRONG_CREDENTIALS');
  });

  it('signs in, and keeps the token where nobody else can read it', async () => {
    const { status, document } = await place.json<object>(['login', '--email', email, '--password-stdin'], {
      input: `${password}\n`,
    });
    expect({ status, document }).toMatchObject({
      status: 0,
      document: { server: url, email, role: 'super_admin' },
    });
    const path = join(place.config, 'stroma', 'credentials.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  it('makes a file a dataset, once however often it is sent', async () => {
    const first = await place.json<Ingested>(['ingest', 'city people.csv']);
    expect(first.status).toBe(0);
    expect(first.document).toMatchObject({ name: 'city people', rows: 20, rejected_rows: 0 });
    const again = await place.json<Ingested>(['ingest', 'city people.csv']);
    expect(again.document).toMatchObject({
      dataset_id: first.document.dataset_id,
      version: first.document.version,
    });
    const local = await place.json<Ingested>(['ingest', 'city people.csv', '--local']);
    expect(local.document.version).toBe(first.document.version);
  });

  it('sends the settings of a file with it', async () => {
    place.write('odd.txt', 'a|b\n1|2\n3|4\n');
    const { document } = await place.json<Ingested>([
      'ingest',
      'odd.txt',
      '--delimiter',
      '|',
      '--type',
      'b=text',
    ]);
    expect(document).toMatchObject({ rows: 2, columns: [{ type: 'integer' }, { type: 'text' }] });
    expect(document.decisions.delimiter).toMatchObject({ value: '|', given: true });
  });

  it('lists datasets and jobs', async () => {
    const env = { STROMA_URL: url };
    const { document } = await place.json<{ items: Dataset[] }>(['datasets', '--search', 'people']);
    expect(document.items.map((each) => dataset.parse(each).table_name)).toEqual(['city_people']);
    const jobs = await place.here<{ items: Job[] }>(['jobs', '--status', 'succeeded'], env);
    const [newest] = jobs.document.items;
    expect(job.parse(newest).status).toBe('succeeded');
    const one = await place.here<Job>(['jobs', newest?.job_id ?? ''], env);
    expect(one.document.job_id).toBe(newest?.job_id);
  });

  it('asks and queries datasets by name, and files', async () => {
    const asked = await place.json<Answer>(['ask', 'city_people', 'average age by city']);
    expect(asked.status).toBe(0);
    expect(answer.parse(asked.document).rows).toEqual(
      expect.arrayContaining([
        ['Oslo', 29],
        ['Rome', 30],
      ]),
    );
    const env = { STROMA_URL: url };
    const count = ['sql', join(place.folder, 'city people.csv'), 'SELECT count(*) FROM dataset'];
    const queried = await place.here<Answer>(count, env);
    expect(queried.document.rows).toEqual([[20]]);
    const unknown = await place.here<{ unanswerable: { not_understood: string[] } }>(
      ['ask', 'city people', 'average zorblax'],
      env,
    );
    expect(unknown.status).toBe(3);
    expect(Object.keys(unknown.document)).toEqual(['sql', 'unanswerable']);
    const profiled = await place.here<DatasetProfile>(['profile', 'CITY_PEOPLE'], env);
    expect(datasetProfile.parse(profiled.document).rows).toBe(20);
    const missing = await place.here<Failed>(['profile', 'nothing_of_that_name'], env);
    expect(missing).toMatchObject({ status: 1, document: { error: { code: 'NOT_FOUND' } } });
  });

  it('obeys STROMA_URL and STROMA_TOKEN, and says when nobody answers there', async () => {
    const { servers } = JSON.parse(
      readFileSync(join(place.config, 'stroma', 'credentials.json'), 'utf8'),
    ) as {
      servers: Record<string, { token: string }>;
    };
    const elsewhere = { XDG_CONFIG_HOME: join(place.folder, 'other') };
    const named = await place.json<{ items: Dataset[] }>(['datasets'], {
      env: { ...elsewhere, STROMA_URL: `${url}/`, STROMA_TOKEN: servers[url]?.token ?? '' },
    });
    expect(named.document.items).toHaveLength(2);
    const closed = await freePort();
    const dead = await place.json<Failed>(['ingest', 'city people.csv'], {
      env: { ...elsewhere, STROMA_URL: `http://127.0.0.1:${closed}`, STROMA_TOKEN: 'x' },
    });
    expect(dead).toMatchObject({ status: 1, document: { error: { code: 'UNREACHABLE' } } });
  });

  it('trains on a dataset, and asks the model of the server', async () => {
    const rows = Array.from({ length: 60 }, (_, row) => [
      row % 2 ? 'big' : 'small',
      (row % 2) * 5 + (row % 7) / 2,
    ]);
    place.write('kinds.csv', `kind,size\n${rows.map((row) => row.join(',')).join('\n')}\n`);
    await place.json(['ingest', 'kinds.csv']);
    const train = ['train', 'kinds', '--target', 'kind', '--time', '1.5', '--preset', 'fast'];
    const { status, document } = await place.json<TrainingDocument>(train);
    expect([status, document.version, document.server]).toEqual([0, 1, url]);
    expect(document).toMatchObject({ problem_type: 'binary', model_file: null, holdout: { rows: 12 } });
    place.write('new.csv', 'size,kind\n7.5,\n1,\n');
    const predicted = await place.json<{ predictions: { prediction: string }[] }>([
      'predict',
      'kind of kinds@1',
      'new.csv',
    ]);
    expect(predicted.document.predictions.map(({ prediction }) => prediction)).toEqual(['big', 'small']);
    const explained = await place.here<{ label: string; contributions: { column: string }[] }>(
      ['explain', document.model_id, join(place.folder, 'new.csv'), '--row', '2'],
      { STROMA_URL: url },
    );
    expect(explained.document).toMatchObject({ label: 'small', contributions: [{ column: 'size' }] });
    const file = join(place.folder, 'kinds.stroma-model');
    const words = ['export', 'kind of kinds@1', '--format', 'stroma', '--out', file];
    const brought = await place.here<{ file: string }>(words, { STROMA_URL: url });
    expect(brought).toMatchObject({ status: 0, document: { file, model_id: document.model_id } });
    const here = await place.here<typeof predicted.document>([
      ...['predict', file, join(place.folder, 'new.csv'), '--local'],
    ]);
    expect(here.document.predictions).toEqual(predicted.document.predictions);
    const typo = await place.here<Failed>(['train', 'kinds', '--target', 'kinds'], { STROMA_URL: url });
    expect(typo.document.error.message).toContain('Did you mean "kind"?');
  });

  it('lists, stores and looks up features, and joins them to the rows of a file', async () => {
    const env = { STROMA_URL: url };
    const here = <T>(...words: string[]) => place.here<T>(['features', ...words], env);
    expect((await here<{ items: unknown[] }>()).document.items).toEqual([]);
    place.write(
      'labs.csv',
      'person,taken_at,glucose\n1,2024-01-01,5.1\n1,2024-01-03,9.9\n2,2024-01-02,4.4\n',
    );
    const labs = await place.here<Ingested>(['ingest', join(place.folder, 'labs.csv')], env);
    const { servers } = JSON.parse(
      readFileSync(join(place.config, 'stroma', 'credentials.json'), 'utf8'),
    ) as { servers: Record<string, { token: string }> };
    const client = createClient({ baseUrl: url, token: servers[url]?.token ?? '' });
    const { view_id } = await client.features.create({
      body: {
        name: 'glucose',
        entity: { name: 'person', keys: ['person'] },
        dataset_ids: [labs.document.dataset_id],
        sql: 'SELECT person, taken_at, glucose, glucose * 18 AS milligrams FROM labs',
        event_time: 'taken_at',
      },
    });
    expect((await here('show', view_id)).document).toMatchObject({ name: 'glucose', freshness: 'never' });
    expect((await here('materialise', 'glucose')).document).toMatchObject({ status: 'succeeded', rows: 3 });
    const found = await here<OnlineFeatures>('online', 'glucose.glucose', '--entity', 'person=1');
    expect(found.document.items).toMatchObject([
      { entity: { person: '1' }, values: [{ feature: 'glucose', value: 9.9, state: 'fresh' }] },
    ]);
    const visits = place.write('visits.csv', 'who,seen_at\n1,2024-01-02\n1,2024-01-04\n2,2024-01-01\n');
    const out = join(place.folder, 'training.csv');
    const words = ['--time', 'seen_at', '--key', 'person=who', '--out', out];
    const joined = await here('join', visits, 'glucose@1.glucose', ...words);
    expect(joined.document).toMatchObject({ rows: 3, file: out });
    expect(readFileSync(out, 'utf8').trim().split(/\r?\n/)).toEqual([
      'who,seen_at,glucose',
      '1,2024-01-02,5.1',
      '1,2024-01-04,9.9',
      '2,2024-01-01,',
    ]);
    const typo = await here<Failed>('show', 'glucos');
    expect(typo.document.error.message).toContain('Did you mean "glucose"?');
    expect((await here('online', 'glucose')).status).toBe(2);
    expect((await here('join', 'a')).status).toBe(2);
    expect((await here('forget')).status).toBe(2);
  });

  it('signs out, and then works in process again', async () => {
    expect((await place.run(['logout'])).status).toBe(0);
    expect((await place.json<Failed>(['datasets'])).document.error.code).toBe('UNAUTHENTICATED');
    const { document } = await place.json<Answer>(['sql', 'city people.csv', 'SELECT 1']);
    expect(document.provenance_id).toBeNull();
  });

  it('stops the server cleanly when it is told to', async () => {
    stop();
    expect(await serving).toMatchObject({ status: 0, signal: null });
    expect(existsSync(join(place.folder, 'data', 'server.json'))).toBe(false);
  });
});

/** A port of this machine that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
