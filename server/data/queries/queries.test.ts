import type { Answer, Dataset, ErrorAnswer, ProvenanceGraph } from '@stroma/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { type DataServer, type Person, type Reply, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
let admin: Person;
let study: Dataset;
let subjects: Dataset;
beforeAll(async () => {
  server = await startDataServer({ STROMA_SQL_TIMEOUT_MS: '5000', STROMA_SQL_MAX_ROWS: '1000' });
  admin = server.admin;
  const rows = Array.from({ length: 60 }, (_, n) => `${n % 10},S${n % 6},${200 + n}`);
  study = await admin.dataset('study.csv', `day,subject,reaction\n${rows.join('\n')}\n`);
  const people = Array.from({ length: 6 }, (_, n) => `S${n},${n % 2 ? 'female' : 'male'}`);
  subjects = await admin.dataset('subjects.csv', `subject,sex\n${people.join('\n')}\n`);
});
afterAll(() => server.close());

const errorOf = (reply: Reply<unknown>) => (reply.body as ErrorAnswer).error;
const sleepstudy = sharedData('stats/lme4_sleepstudy.csv');

/** 60 to the power of 7 rows. */
const endless =
  'select count(*) from dataset a, dataset b, dataset c, dataset d, dataset e, dataset f, dataset g where a.day + g.day < b.day';

describe('SQL', () => {
  it('runs over a dataset by its own name and as "dataset"', async () => {
    const ids = [study.dataset_id];
    const own = await admin.sql('select count(*) as n, avg(reaction) as m from study', ids);
    expect(own).toMatchObject({
      status: 200,
      body: {
        kind: 'sql',
        answered_by: 'person',
        columns: [
          { name: 'n', type: 'integer' },
          { name: 'm', type: 'number' },
        ],
        rows: [[60, 229.5]],
        truncated: false,
        cached: false,
        stale: false,
      },
    });
    const alias = await admin.sql('select max(day) from dataset', ids);
    expect(alias.body.rows).toEqual([[9]]);
  });

  it('joins datasets by their names; "dataset" then means nothing', async () => {
    const ids = [study.dataset_id, subjects.dataset_id];
    const sql = 'select sex, count(*) from study join subjects using (subject) group by sex order by sex';
    const joined = await admin.sql(sql, ids);
    expect(joined.body.rows).toEqual([
      ['female', 30],
      ['male', 30],
    ]);
    expect(errorOf(await admin.sql('select * from dataset', ids)).code).toBe('SQL_INVALID');
  });

  it('is answered from the cache when the same is asked of the same versions', async () => {
    const sql = 'select sum(reaction) from dataset';
    const first = await admin.sql(sql, [study.dataset_id]);
    const second = await admin.sql(sql, [study.dataset_id]);
    expect([first.body.cached, second.body.cached]).toEqual([false, true]);
    expect(second.body.rows).toEqual(first.body.rows);
    const renewed = await admin.ingest('study.csv', 'day,subject,reaction\n0,S0,1\n', {
      dataset_id: study.dataset_id,
    });
    expect(renewed.status).toBe('succeeded');
    const third = await admin.sql(sql, [study.dataset_id]);
    expect(third.body).toMatchObject({ cached: false, rows: [[1]] });
    const back = await admin.ingest('study.csv', await rawOf(study), { dataset_id: study.dataset_id });
    expect(back.result).toMatchObject({ already_known: true });
    expect((await admin.sql(sql, [study.dataset_id])).body).toMatchObject({
      cached: true,
      rows: first.body.rows,
    });
  });

  it('sends no more rows than asked for, and says so', async () => {
    const few = await admin.sql('select * from dataset', [study.dataset_id], { max_rows: 7 });
    expect(few.body.rows).toHaveLength(7);
    expect(few.body.truncated).toBe(true);
    const most = await admin.sql('select range from range(5000)', [study.dataset_id], { max_rows: 100_000 });
    expect(most.body.rows).toHaveLength(1000);
  });

  it.each([
    ['select nothing from dataset', 'SQL_INVALID', 422],
    ['selec 1', 'SQL_INVALID', 422],
    ['drop table study', 'SQL_NOT_ALLOWED', 422],
    ["copy dataset to '/tmp/x'", 'SQL_NOT_ALLOWED', 422],
    ["select * from read_csv('/etc/passwd')", 'SQL_NOT_ALLOWED', 422],
    ['select 1; select 2', 'SQL_NOT_ALLOWED', 422],
    ["select error('no')", 'QUERY_FAILED', 422],
  ])('%j is refused with %s', async (sql, code, status) => {
    const reply = await admin.sql(sql, [study.dataset_id]);
    expect(reply.status).toBe(status);
    expect(errorOf(reply).code).toBe(code);
    expect(JSON.stringify(reply.body)).not.toMatch(/\/tmp\/|\/lake\/|sandbox-\d/);
  });

  it('is stopped at its time limit, and the server answers others meanwhile', async () => {
    const slow = admin.sql(`${endless} -- one`, [study.dataset_id]);
    const quick = await admin.sql('select 42', [study.dataset_id]);
    expect(quick.body.rows).toEqual([[42]]);
    expect(errorOf(await slow).code).toBe('QUERY_TIMEOUT');
  });

  it('is validated without being run', async () => {
    const validate = (sql: string, dataset_ids = [study.dataset_id]) =>
      admin.call('POST', '/query/validate', { sql, dataset_ids });
    expect((await validate("select error('would fail when run')")).body).toEqual({ valid: true, errors: [] });
    expect((await validate('select\n  nowhere from dataset')).body).toMatchObject({
      valid: false,
      errors: [{ code: 'SQL_INVALID', line: 2 }],
    });
    expect((await validate('select 1', [])).body).toEqual({ valid: true, errors: [] });
  });

  it('that is not valid is never run, whatever it is', async () => {
    const piece = fc.constantFrom(
      'select',
      '1',
      '*',
      'from',
      'dataset',
      'study',
      'day',
      'where',
      '(',
      ')',
      ',',
      ';',
      'union all',
      'insert into',
      'delete',
      "'x'",
      'create table t as',
      'attach',
      'copy',
      'to',
      "read_text('/etc/passwd')",
      'pragma',
      '--',
      'with',
      'limit',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
        const sql = pieces.join(' ');
        const ids = [study.dataset_id];
        const validated = await admin.call<{ valid: boolean }>('POST', '/query/validate', {
          sql,
          dataset_ids: ids,
        });
        const reply = await admin.sql(sql, ids);
        if (reply.status === 200) expect(validated.body.valid).toBe(true);
        else
          expect(['SQL_INVALID', 'SQL_NOT_ALLOWED', 'QUERY_FAILED', 'QUERY_TIMEOUT']).toContain(
            errorOf(reply).code,
          );
        if (!validated.body.valid) expect(reply.status).toBe(422);
      }),
      { numRuns: 60 },
    );
  });

  it('stops when the client goes', async () => {
    const leave = new AbortController();
    const gone = fetch(`${server.url}/api/v1/query/sql`, {
      method: 'POST',
      signal: leave.signal,
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        sql: `${endless} -- two`,
        dataset_ids: [study.dataset_id],
      }),
    });
    setTimeout(() => leave.abort(), 100);
    await expect(gone).rejects.toThrow();
    // Both processes are free again at once, long before the limit of the query that was left.
    const both = await Promise.all(
      ['select 43', 'select 44'].map((sql) => admin.sql(sql, [study.dataset_id])),
    );
    expect(both.map((reply) => reply.body.rows[0]?.[0])).toEqual([43, 44]);
  });
});

describe('questions', () => {
  it('are answered with SQL, rows, a chart and words', async () => {
    const { status, body } = await admin.ask('average reaction by day', [study.dataset_id]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: 'natural', answered_by: 'grammar', note: null, unanswerable: null });
    expect(body.sql).toMatch(/avg\(reaction\)/i);
    expect(body.rows).toHaveLength(10);
    expect(body.rows[0]).toEqual([0, 225]);
    expect(body.chart?.spec).not.toBeNull();
    expect(body.explanation).toMatch(/60/);
    expect(body.interpretation?.words.map((word) => word.text)).toContain('reaction');
    expect(body.confidence).toBeGreaterThan(0.5);
  });

  it.skipIf(sleepstudy === null)('about the sleep study give the means R gives', async () => {
    const dataset = await admin.datasetFrom(sleepstudy as string);
    const { body } = await admin.ask('average reaction by days', [dataset.dataset_id]);
    // R 4.2: aggregate(Reaction ~ Days, lme4::sleepstudy, mean)
    const means = [
      256.6518, 264.4958, 265.3619, 282.992, 288.6494, 308.5185, 312.1783, 318.7506, 336.6295, 350.8512,
    ];
    expect(body.rows.map(([day]) => day)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const [index, mean] of means.entries()) expect(body.rows[index]?.[1]).toBeCloseTo(mean, 3);
  });

  it('over two tables join them', async () => {
    const { body } = await admin.ask('average reaction by sex', [study.dataset_id, subjects.dataset_id]);
    expect(body.rows).toEqual(
      expect.arrayContaining([
        ['male', 229],
        ['female', 230],
      ]),
    );
  });

  it('that are not understood are answered 200, with the words and questions that can be answered', async () => {
    const { status, body } = await admin.ask('what is the frobnication of the zorblax', [study.dataset_id]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      sql: null,
      rows: [],
      columns: [],
      chart: null,
      confidence: 0,
      provenance_id: null,
    });
    expect(body.unanswerable?.not_understood.join(' ')).toMatch(/frobnication|zorblax/);
    expect(body.unanswerable?.suggestions.length).toBeGreaterThan(0);
  });

  it('can be corrected word by word', async () => {
    const first = await admin.ask('average reaction by day', [study.dataset_id]);
    const word = first.body.interpretation?.words.find((each) => each.column === 'day');
    const corrections = [{ start: word?.start ?? 0, end: word?.end ?? 0, column: 'subject' }];
    const { body } = await admin.ask('average reaction by day', [study.dataset_id], { corrections });
    expect(body.rows).toHaveLength(6);
  });

  it('are suggested, and each suggestion can be answered', async () => {
    const ids = `${study.dataset_id},${subjects.dataset_id}`;
    const { body } = await admin.call<{ items: string[] }>(
      'GET',
      `/query/suggestions?dataset_ids=${ids}&limit=4`,
    );
    expect(body.items.length).toBeGreaterThan(0);
    for (const question of body.items) {
      const reply = await admin.ask(question, [study.dataset_id, subjects.dataset_id]);
      expect([question, reply.body.sql === null]).toEqual([question, false]);
    }
  });
});

describe('what was asked', () => {
  it('is remembered, newest first, for the person who asked, page by page', async () => {
    const dataset = await admin.dataset('asked.csv', 'x\n1\n2\n');
    const ids = [dataset.dataset_id];
    await admin.sql('select 1 as one', ids);
    await admin.ask('how many rows', ids);
    await admin.ask('frobnicate the zorblax', ids);
    type Item = {
      kind: string;
      sql: string | null;
      question: string | null;
      answered: boolean;
      row_count: number;
    };
    const page = async (cursor = '') =>
      (
        await admin.call<{ items: Item[]; next_cursor: string | null }>(
          'GET',
          `/query/history?dataset_id=${dataset.dataset_id}&limit=2${cursor && `&cursor=${cursor}`}`,
        )
      ).body;
    const first = await page();
    expect(first.items).toMatchObject([
      { kind: 'natural', question: 'frobnicate the zorblax', answered: false, sql: null, row_count: null },
      { kind: 'natural', question: 'how many rows', answered: true, row_count: 1 },
    ]);
    const second = await page(first.next_cursor ?? '');
    expect(second).toMatchObject({ items: [{ kind: 'sql', sql: 'select 1 as one' }], next_cursor: null });
    const stranger = await server.stranger();
    expect((await stranger.call('GET', '/query/history')).body).toMatchObject({ items: [] });
  });

  it('leads from the answer to the version and the raw file it came from', async () => {
    const { body } = await admin.ask('highest reaction', [study.dataset_id]);
    await admin.call('GET', '/query/history');
    const graph = await admin.call<ProvenanceGraph>('GET', `/provenance/${body.provenance_id}`);
    const kinds = graph.body.nodes.map((node) => node.kind);
    for (const kind of ['answer', 'question', 'dataset_version', 'ingest', 'raw_file'])
      expect(kinds).toContain(kind);
    const question = graph.body.nodes.find((node) => node.kind === 'question');
    expect(question?.parameters).toMatchObject({ question: 'highest reaction', sql: body.sql });
  });

  it('keeps no answer for an Idempotency-Key beyond what is cached anyway', async () => {
    const body = { sql: 'select random() as r', dataset_ids: [study.dataset_id] };
    const key = { 'idempotency-key': 'once' };
    const first = await admin.call<Answer>('POST', '/query/sql', body, key);
    const second = await admin.call<Answer>('POST', '/query/sql', body, key);
    expect(second.body.rows).toEqual(first.body.rows);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
  });
});

async function rawOf(dataset: Dataset): Promise<string> {
  const version = dataset.version.version_id;
  return (
    await admin.fetch('GET', `/data/datasets/${dataset.dataset_id}/download?format=raw&version_id=${version}`)
  ).text();
}
