import { zstdDecompressSync } from 'node:zlib';
import {
  type Answer,
  type Dataset,
  type DatasetAccessDocument,
  type DatasetProfile,
  type DatasetRule,
  type DatasetVersion,
  datasetAccessApi,
  type ErrorAnswer,
} from '@stroma/contracts';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
let admin: Person;
let director: Person;
let scientist: Person;
let viewer: Person;

beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
  [director, scientist, viewer] = [
    await server.colleague('lab_director'),
    await server.colleague('scientist'),
    await server.colleague('viewer'),
  ];
});
afterAll(() => server.close());

const names = ['Zephyrine', 'Quillon', 'Xanthippe', 'Wolfram'];
let made = 0;
/** Twenty patients at two sites; every name and the southern site's values are words found nowhere else. */
function patients(): Promise<Dataset> {
  made += 1;
  const rows = Array.from({ length: 20 }, (_, at) => {
    const south = at % 2 === 1;
    return `${names[at % 4]} ${at} ${made},${south ? 'southernmost' : 'north'},${south ? 987_650 + at : 20 + at},19${50 + at}-05-17`;
  });
  return admin.dataset(`patients-${made}.csv`, `name,site,weight,born\n${rows.join('\n')}\n`);
}

const north: DatasetRule = {
  kind: 'rows',
  readers: { which: 'only', roles: ['scientist'] },
  condition: { column: 'site', operator: 'among', values: ['north'], attribute: null },
};
const mask = (column: string, how: Extract<DatasetRule, { kind: 'mask' }>['mask']): DatasetRule => ({
  kind: 'mask',
  readers: { which: 'all_but', roles: ['admin', 'lab_director'] },
  column,
  mask: how,
});
const set = (dataset: Dataset, rules: DatasetRule[], sensitivity: Dataset['sensitivity'] = 'internal') =>
  admin.call<DatasetAccessDocument & ErrorAnswer>('PUT', `/data/datasets/${dataset.dataset_id}/access`, {
    sensitivity,
    rules,
  });
const hidden = /Zephyrine|Quillon|Xanthippe|Wolfram|southernmost|98765\d|98766\d/;

describe('a restricted dataset', () => {
  let dataset: Dataset;
  const address = (rest: string) => `/data/datasets/${dataset.dataset_id}${rest}`;
  beforeAll(async () => {
    dataset = await patients();
    const { status, body } = await set(dataset, [north, mask('name', { kind: 'pseudonym' })]);
    expect(status).toBe(200);
    datasetAccessApi.set.response.parse(body);
  });

  it('shows its readers their part and nothing of the rest, on every way to it', async () => {
    const id = dataset.dataset_id;
    const ways: [string, string, unknown?][] = [
      ['GET', address('')],
      ['GET', address('/access')],
      ['GET', address('/preview?limit=200')],
      ['GET', address('/preview?sort=-weight')],
      ['GET', address('/versions')],
      ['GET', address('/decisions')],
      ['GET', address('/rejects')],
      ['GET', address('/download?format=csv')],
      ['GET', address('/download?format=raw')],
      ['GET', address('/download?format=rejects')],
      ['GET', `/data/profiles/${id}`],
      ['GET', `/query/suggestions?dataset_ids=${id}`],
      ['POST', address('/reingest'), { overrides: {} }],
      ['POST', '/query/sql', { sql: 'SELECT * FROM dataset', dataset_ids: [id] }],
      ['POST', '/query/sql', { sql: 'SELECT CAST(name AS INTEGER) FROM dataset', dataset_ids: [id] }],
      ['POST', '/query/sql', { sql: 'SUMMARIZE dataset', dataset_ids: [id] }],
      ['POST', '/query/natural', { question: 'average weight by site', dataset_ids: [id] }],
      ['POST', '/query/natural', { question: 'weight of Zephyrin', dataset_ids: [id] }],
      [
        'POST',
        '/query/validate',
        { sql: "SELECT name::DATE FROM dataset WHERE site = 'x'", dataset_ids: [id] },
      ],
    ];
    for (const [method, path, body] of ways) {
      const asked = body === undefined ? [] : [JSON.stringify(body), { 'content-type': 'application/json' }];
      const reply = await scientist.fetch(method, path, ...(asked as [string, Record<string, string>]));
      const text = (await reply.text()).replaceAll('Zephyrin"', '');
      expect(text, `${method} ${path}`).not.toMatch(hidden);
      expect(reply.status, `${method} ${path} ${text}`).toBeLessThan(500);
    }
  });

  it('counts, profiles and answers over the part alone', async () => {
    const id = dataset.dataset_id;
    const { body } = await scientist.sql('SELECT count(*), max(weight) FROM dataset', [id]);
    expect(body.rows).toEqual([[10, 38]]);
    const profile = (await scientist.call<DatasetProfile>('GET', `/data/profiles/${id}`)).body;
    expect(profile.rows).toBe(10);
    expect(profile.columns.find(({ name }) => name === 'weight')).toMatchObject({ min: 20, max: 38 });
    const answer = await scientist.ask('how many patients by site', [id]);
    expect(answer.body.rows).toEqual([['north', 10]]);
    const preview = await scientist.call<{ total_rows: number; rows: unknown[] }>('GET', address('/preview'));
    expect([preview.body.total_rows, preview.body.rows.length]).toEqual([10, 10]);
    const csv = await (await scientist.fetch('GET', address('/download?format=csv'))).text();
    expect(csv.trim().split('\n')).toHaveLength(11);
    const bytes = await (await scientist.fetch('GET', address('/download?format=parquet'))).arrayBuffer();
    const rows = (await parquetReadObjects({
      file: bytes,
      compressors: { ZSTD: (input) => zstdDecompressSync(input) },
    })) as { name: string; site: string }[];
    expect(new Set(rows.map(({ site }) => site))).toEqual(new Set(['north']));
    for (const { name } of rows) expect(name).toMatch(/^[0-9a-f]{16}$/);
  });

  it('counts the part alone in lists too', async () => {
    const id = dataset.dataset_id;
    const rowsFor = async (person: Person) => {
      const list = await person.call<{ items: Dataset[] }>('GET', '/data/datasets?limit=200');
      const versions = await person.call<{ items: DatasetVersion[] }>('GET', address('/versions'));
      return [
        list.body.items.find(({ dataset_id }) => dataset_id === id)?.rows,
        ...versions.body.items.map(({ rows }) => rows),
      ];
    };
    expect(await rowsFor(admin)).toEqual([20, 20]);
    expect(await rowsFor(scientist)).toEqual([10, 10]);
    expect(await rowsFor(admin)).toEqual([20, 20]);
  });

  it('is whole for those no rule is for, whose answers are never given to others', async () => {
    const ids = [dataset.dataset_id];
    const question = 'SELECT count(*), min(name) FROM dataset';
    for (let round = 0; round < 2; round++) {
      expect((await director.sql(question, ids)).body.rows).toEqual([[20, `Quillon 1 ${made}`]]);
      expect((await viewer.sql(question, ids)).body.rows[0]).toEqual([
        20,
        expect.stringMatching(/^[0-9a-f]{16}$/),
      ]);
      expect((await scientist.sql(question, ids)).body.rows[0]?.[0]).toBe(10);
    }
  });

  it('gives one person one pseudonym for each reader, and keeps it when rules change', async () => {
    const ask = async (person: Person) =>
      (await person.sql('SELECT name FROM dataset WHERE weight = 20', [dataset.dataset_id])).body.rows;
    const before = await ask(scientist);
    expect(await ask(viewer)).toEqual(before);
    await set(dataset, [
      north,
      mask('name', { kind: 'pseudonym' }),
      mask('born', { kind: 'period', unit: 'year' }),
    ]);
    expect(await ask(scientist)).toEqual(before);
    const { body } = await viewer.sql('SELECT min(born) FROM dataset', [dataset.dataset_id]);
    expect(body.rows).toEqual([['1950-01-01']]);
  });

  it('tells its readers what they see, and only those who keep the rules what the rules are', async () => {
    const mine = (await scientist.call<DatasetAccessDocument>('GET', address('/access'))).body;
    expect(mine).toMatchObject({ rules: [], may_change: false, yours: { restricted: true } });
    expect(mine.yours.masks.map(({ column }) => column)).toContain('name');
    const kept = (await admin.call<DatasetAccessDocument>('GET', address('/access'))).body;
    expect(kept).toMatchObject({ may_change: true, yours: { restricted: false } });
    expect(kept.rules).toHaveLength(3);
    const refused = await scientist.call<ErrorAnswer>('PUT', address('/access'), {
      sensitivity: 'public',
      rules: [],
    });
    expect(refused.body.error.code).toBe('FORBIDDEN');
  });

  it('can be looked at beforehand as any role would see it', async () => {
    const { body } = await admin.call<{
      visible_rows: number;
      total_rows: number;
      rows: unknown[][];
      readable: boolean;
    }>('POST', address('/access/try'), {
      role: 'viewer',
      sensitivity: 'internal',
      rules: [mask('name', { kind: 'hide' })],
    });
    expect(body).toMatchObject({ readable: true, visible_rows: 20, total_rows: 20 });
    expect(body.rows.every(([name]) => name === null)).toBe(true);
    const above = await admin.call<{ readable: boolean; rows: unknown[] }>('POST', address('/access/try'), {
      role: 'viewer',
      sensitivity: 'phi',
      rules: [],
    });
    expect(above.body).toMatchObject({ readable: false, rows: [] });
  });

  it('hides what only an earlier version holds, for which no rule can be made', async () => {
    const dataset = await admin.dataset('earlier.csv', 'who,number\nZephyrine,98765\nQuillon,98766\n');
    const first = dataset.version.version_id;
    const { result } = await admin.ingest('later.csv', 'who,weight\nZephyrine,70\nQuillon,80\n', {
      dataset_id: dataset.dataset_id,
    });
    expect(result?.dataset_id).toBe(dataset.dataset_id);
    await set(dataset, [mask('who', { kind: 'hide' })]);
    const rowsFor = async (person: Person, way: string) =>
      (await person.fetch('GET', `/data/datasets/${dataset.dataset_id}${way}version_id=${first}`)).text();
    for (const way of ['/preview?', '/download?format=csv&']) {
      expect(await rowsFor(scientist, way), way).not.toMatch(hidden);
      expect(await rowsFor(admin, way), way).toMatch(/Zephyrine.*98765/);
    }
    const profile = await scientist.fetch('GET', `/data/profiles/${dataset.dataset_id}?version_id=${first}`);
    expect(await profile.text()).not.toMatch(hidden);
  });

  it('stays closed when a new version lacks a column that rules speak of', async () => {
    const again = await admin.call<{ job_id: string }>('POST', address('/reingest'), {
      overrides: { header_lines: 0 },
    });
    expect((await admin.jobEnd(again.body.job_id)).status).toBe('succeeded');
    const { status, body } = await scientist.sql('SELECT count(*) FROM dataset', [dataset.dataset_id]);
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('access rules')]);
    expect((await admin.sql('SELECT count(*) FROM dataset', [dataset.dataset_id])).status).toBe(200);
  });
});

describe('sensitivity', () => {
  it('hides what is above somebody’s clearance as if it were not there', async () => {
    const dataset = await patients();
    await set(dataset, [], 'phi');
    const id = dataset.dataset_id;
    for (const person of [scientist, viewer]) {
      const list = (await person.call<{ items: Dataset[] }>('GET', '/data/datasets?limit=200')).body.items;
      expect(list.map((each) => each.dataset_id)).not.toContain(id);
      for (const path of [`/data/datasets/${id}`, `/data/profiles/${id}`, `/data/datasets/${id}/access`])
        expect((await person.call('GET', path)).status).toBe(404);
      expect((await person.sql('SELECT 1 FROM dataset', [id])).status).toBe(404);
    }
    expect((await scientist.call('DELETE', `/data/datasets/${id}`)).status).toBe(404);
    expect((await director.call<Dataset>('GET', `/data/datasets/${id}`)).body.sensitivity).toBe('phi');
    const answer = await director.call<Answer>('POST', '/query/sql', {
      sql: 'SELECT count(*) FROM dataset',
      dataset_ids: [id],
    });
    expect(answer.body.rows).toEqual([[20]]);
  });
});

describe('rules that cannot hold', () => {
  it.each<[string, DatasetRule, string]>([
    ['an unknown column', mask('ward', { kind: 'hide' }), 'ward'],
    ['a period of a number', mask('weight', { kind: 'period', unit: 'year' }), 'date'],
    ['a range of a text', mask('name', { kind: 'range', width: 5 }), 'integer'],
    [
      'a text where the column is a number',
      {
        ...north,
        kind: 'rows',
        condition: { column: 'weight', operator: 'from', values: ['heavy'], attribute: null },
      },
      'heavy',
    ],
    [
      'two lower bounds',
      {
        ...north,
        kind: 'rows',
        condition: { column: 'weight', operator: 'from', values: [1, 2], attribute: null },
      },
      'one value',
    ],
  ])('are refused: %s', async (_what, rule, told) => {
    const dataset = await patients();
    const { status, body } = await set(dataset, [rule]);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(told)]);
  });
});
