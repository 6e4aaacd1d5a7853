import { createHash } from 'node:crypto';
import {
  type CloudEvent,
  type Dataset,
  type DatasetProfile,
  type DatasetVersion,
  datasetProfile,
  definitionOfRole,
  type ErrorAnswer,
  type Job,
  type ProvenanceGraph,
} from '@stroma/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, type Reply, startDataServer } from '../data-server.suite.ts';
import { purgeDeleted } from '../retention.jobs.ts';

let server: DataServer;
let admin: Person;
const events: CloudEvent[] = [];

beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
  const { body } = await admin.call<{ user: { tenant_id: string } }>('GET', '/auth/session');
  await server.platform.events.subscribe(body.user.tenant_id, 'data', (event) => events.push(event));
});

afterAll(() => server.close());
const errorOf = (reply: Reply<unknown>) => (reply.body as ErrorAnswer).error;
const get = <T>(path: string) => admin.call<T>('GET', path);
const text = async (path: string) => (await admin.fetch('GET', path)).text();
let made = 0;

/** Bytes nobody sent before; two columns whose names no other file has. */
const unique = (rows: string[] = ['1,2']) => {
  made += 1;
  return `a${made},b${made}\n${rows.join('\n')}\n${made},0\n`;
};

describe('a dataset', () => {
  it('is made of a file once, and again only when its bytes or its settings differ', async () => {
    const content = 'k,v\nx,1\ny,2\n';
    const first = await admin.ingest('same.csv', content);
    const again = await admin.ingest('same.csv', content);
    expect(first.result).toMatchObject({ already_known: false, rows: 2 });
    expect(again.result).toEqual({ ...first.result, already_known: true });
    const id = String(first.result?.dataset_id);
    const before = (await get<Dataset>(`/data/datasets/${id}`)).body;
    expect(before).toMatchObject({ version_count: 1, table_name: 'same' });
    const other = await admin.ingest('same.csv', `${content}z,3\n`);
    expect(other.result?.dataset_id).not.toBe(id);
    const otherDataset = await get<Dataset>(`/data/datasets/${other.result?.dataset_id}`);
    expect(otherDataset.body.table_name).toBe('same_2');
    expect((await get<Dataset>(`/data/datasets/${id}`)).body).toEqual(before);
  });

  it('sent many times at once is one version, and each job has one completion', async () => {
    const content = unique(['7,8']);
    const jobs = await Promise.all(Array.from({ length: 4 }, () => admin.ingest('at-once.csv', content)));
    expect(new Set(jobs.map((job) => job.job_id)).size).toBe(4);
    expect(new Set(jobs.map((job) => job.result?.version_id)).size).toBe(1);
    for (const { job_id } of jobs) await expect.poll(() => completions(job_id)).toBe(1);
  });

  it('takes new versions, and can be read again with other settings and back', async () => {
    const dataset = await admin.dataset('versions.csv', 'zip,n\n01234,1\n04711,2\n');
    const id = dataset.dataset_id;
    const second = await admin.ingest('versions.csv', 'zip,n\n01234,1\n', { dataset_id: id });
    expect(second.result).toMatchObject({ dataset_id: id, rows: 1 });
    const reread = async (overrides: object) => {
      const sent = await admin.call<{ job_id: string }>('POST', `/data/datasets/${id}/reingest`, {
        overrides,
      });
      expect(sent.status).toBe(202);
      return admin.jobEnd(sent.body.job_id);
    };
    const third = await reread({ column_types: { n: 'text' } });
    expect(third.status).toBe('succeeded');
    const now = (await get<Dataset>(`/data/datasets/${id}`)).body;
    expect(now.version).toMatchObject({ number: 3, overrides: { column_types: { n: 'text' } } });
    expect(now.version.columns[1]).toEqual({ name: 'n', type: 'text' });
    const back = await reread({});
    expect(back.result).toMatchObject({ already_known: true, version_id: second.result?.version_id });
    expect((await get<Dataset>(`/data/datasets/${id}`)).body.version.number).toBe(2);
    const page = (
      await get<{ items: DatasetVersion[]; next_cursor: string }>(`/data/datasets/${id}/versions?limit=2`)
    ).body;
    expect(page.items.map((version) => version.number)).toEqual([3, 2]);
    const rest = await get<{ items: DatasetVersion[] }>(
      `/data/datasets/${id}/versions?limit=2&cursor=${page.next_cursor}`,
    );
    expect(rest.body.items.map((version) => version.number)).toEqual([1]);
    const old = await get(`/data/datasets/${id}/preview?version_id=${rest.body.items[0]?.version_id}`);
    expect(old.body).toMatchObject({ total_rows: 2 });
  });

  it('says what was decided about its file and why', async () => {
    const dataset = await admin.dataset('decided.csv', unique(['1;2']).replaceAll(',', ';'));
    const { body } = await get<{ decisions: { delimiter: object } }>(
      `/data/datasets/${dataset.dataset_id}/decisions`,
    );
    expect(body.decisions.delimiter).toMatchObject({
      value: ';',
      given: false,
      reason: expect.stringMatching(/./),
    });
  });

  it('is renamed, deleted, restored and, after 30 days, gone with its files', async () => {
    const dataset = await admin.dataset('gone.csv', unique());
    const path = `/data/datasets/${dataset.dataset_id}`;
    const named = await admin.call<Dataset>('PATCH', path, { name: 'Kept', description: 'For a while' });
    expect(named.body).toMatchObject({ name: 'Kept', description: 'For a while', table_name: 'gone' });
    expect((await admin.call('POST', `${path}/restore`)).status).toBe(409);
    expect((await admin.call('DELETE', path)).status).toBe(204);
    expect((await get(path)).status).toBe(404);
    expect((await admin.sql('select 1', [dataset.dataset_id])).status).toBe(404);
    const successor = await admin.dataset('gone.csv', unique(['3,4']));
    expect(successor.table_name).toBe('gone');
    const restored = await admin.call<Dataset>('POST', `${path}/restore`);
    expect(restored.body).toMatchObject({ name: 'Kept', table_name: 'gone_2' });
    await admin.call('DELETE', path);
    const { platform } = server;
    const stored = async () => {
      let count = 0;
      for await (const _key of platform.objects.list('lake/')) count += 1;
      return count;
    };
    const before = await stored();
    const never = new AbortController().signal;
    expect(await purgeDeleted(platform, new Date(Date.now() - 1000 * 60), never)).toBe(0);
    expect(await purgeDeleted(platform, new Date(Date.now() + 1000), never)).toBe(1);
    expect(await stored()).toBe(before - 5);
    expect((await admin.call('POST', `${path}/restore`)).status).toBe(404);
  });

  it('is found and sorted in pages that overlap in nothing', async () => {
    for (const name of ['page-b', 'page-a', 'page-c']) await admin.dataset(`${name}.csv`, unique());
    const names: string[] = [];
    let cursor = '';
    do {
      const { body } = await get<{ items: Dataset[]; next_cursor: string | null }>(
        `/data/datasets?search=page-&sort=name&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      names.push(...body.items.map((item) => item.name));
      cursor = body.next_cursor ?? '';
    } while (cursor !== '');
    expect(names).toEqual(['page-a', 'page-b', 'page-c']);
    const newest = await get<{ items: Dataset[] }>('/data/datasets?search=page-');
    expect(newest.body.items.map((item) => item.name)).toEqual(['page-c', 'page-a', 'page-b']);
    expect((await get<{ items: Dataset[] }>('/data/datasets?search=%25')).body.items).toEqual([]);
    expect((await get('/data/datasets?cursor=nonsense')).status).toBe(400);
  });
});

describe('rows', () => {
  it('come in the order of the file, or sorted, page by page', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => `${(index * 7) % 30},r${index}`);
    const dataset = await admin.dataset('rows.csv', `n,-n\n${rows.join('\n')}\n`);
    const path = `/data/datasets/${dataset.dataset_id}/preview`;
    const page = await get<{ rows: unknown[][]; total_rows: number }>(`${path}?limit=3&offset=2`);
    expect(page.body).toMatchObject({
      total_rows: 30,
      rows: [
        [14, 'r2'],
        [21, 'r3'],
        [28, 'r4'],
      ],
    });
    const largest = await get<{ rows: unknown[][] }>(`${path}?limit=2&sort=-n`);
    // A column may itself be called "-n": then that is the one meant.
    expect(largest.body.rows.map((row) => row[1])).toEqual(['r0', 'r1']);
    const sorted = await get<{ rows: unknown[][] }>(`${path}?limit=2&sort=n`);
    expect(sorted.body.rows.map((row) => row[0])).toEqual([0, 1]);
    const wrong = await get(`${path}?sort=nowhere`);
    expect(errorOf(wrong)).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'sort' } });
  });
});

describe('the profile', () => {
  const cell = fc.oneof(
    fc.constant(''),
    fc.integer({ min: -50, max: 50 }).map(String),
    fc.constantFrom('x', 'y'),
  );

  it('counts rows, columns, missing values and exact duplicates of whatever was sent', async () => {
    const table = fc.array(fc.tuple(cell, fc.integer({ min: 0, max: 3 }).map(String)), {
      minLength: 3,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const content = `a,b\n${rows.map((row) => row.join(',')).join('\n')}\n`;
        const dataset = await admin.dataset('property.csv', content);
        const { body } = await get<DatasetProfile>(`/data/profiles/${dataset.dataset_id}`);
        datasetProfile.parse(body);
        const { rejected_rows } = dataset;
        expect(body.rows).toBe(rows.length - rejected_rows);
        expect(body.columns.map((column) => column.name)).toEqual(['a', 'b']);
        if (rejected_rows > 0) return;
        const kept = rows.map((row) => row.join(','));
        expect(body.duplicate_rows).toBe(kept.length - new Set(kept).size);
        const missing = rows.filter(([a]) => a === '').length;
        expect(body.columns[0]?.nulls).toBe(missing);
        const isHigh = body.issues.some((issue) => issue.kind === 'high_nulls' && issue.column === 'a');
        expect(isHigh).toBe(missing / rows.length > 0.5);
        expect(body.quality.score).toBe(dataset.quality_score);
      }),
      { numRuns: 6 },
    );
  });

  it('names the columns of other datasets that hold the same values', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `P${index}`);
    const people = await admin.dataset(
      'people.csv',
      `person,age\n${ids.map((id, n) => `${id},${20 + n}`).join('\n')}\n`,
    );
    const visits = await admin.dataset(
      'visits.csv',
      `visit,person\n${[...ids, ...ids].map((id, n) => `V${n},${id}`).join('\n')}\n`,
    );
    const joins = async () =>
      (await get<DatasetProfile>(`/data/profiles/${people.dataset_id}`)).body.candidate_joins.filter(
        (join) => join.other_dataset_id === visits.dataset_id,
      );
    await expect.poll(joins, { timeout: 10_000 }).toEqual([
      {
        column: 'person',
        other_dataset_id: visits.dataset_id,
        other_name: 'visits',
        other_column: 'person',
        overlap: 1,
        kind: 'one_to_many',
      },
    ]);
    await admin.call('DELETE', `/data/datasets/${visits.dataset_id}`);
    expect(await joins()).toEqual([]);
  });
});

describe('provenance', () => {
  it('leads from a version to the raw file, with its settings and who sent it', async () => {
    const content = unique();
    const dataset = await admin.dataset('origin.csv', content);
    const { body } = await get<ProvenanceGraph>(`/provenance/${dataset.version.version_id}`);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(body.nodes).toContainEqual(expect.objectContaining({ kind: 'raw_file', content_sha256: sha256 }));
    expect(body.nodes).toContainEqual(
      expect.objectContaining({ kind: 'dataset_version', content_sha256: dataset.version.content_sha256 }),
    );
    expect(body.nodes).toContainEqual(
      expect.objectContaining({ kind: 'ingest', parameters: expect.objectContaining({ overrides: {} }) }),
    );
    expect(body.nodes).toContainEqual(expect.objectContaining({ type: 'agent', label: 'Administrator' }));
  });
});

describe('jobs', () => {
  it('a cancelled reading makes no dataset and no completion', async () => {
    const rows = Array.from({ length: 300_000 }, (_, n) => `${n},${n % 7},text ${n % 1000}`);
    const sent = await admin.send('cancelled.csv', `a,b,c\n${rows.join('\n')}\n`);
    const id = sent.body.job_id ?? '';
    const reply = await admin.call<Job>('POST', `/data/jobs/${id}/cancel`);
    expect(reply.status).toBe(200);
    expect(await admin.jobEnd(id)).toMatchObject({ status: 'cancelled' });
    const found = await get<{ items: Dataset[] }>('/data/datasets?search=cancelled');
    expect(found.body.items).toEqual([]);
    expect(completions(id)).toBe(0);
    const retried = await admin.call<Job>('POST', `/data/jobs/${id}/retry`);
    expect(retried.status).toBe(202);
    expect(await admin.jobEnd(id)).toMatchObject({ status: 'succeeded', result: { rows: 300_000 } });
    await expect.poll(() => completions(id)).toBe(1);
  });

  it('a failed reading tells its error on the stream', async () => {
    const sent = await admin.send('nothing.csv', '');
    const id = sent.body.job_id ?? '';
    await admin.jobEnd(id);
    await expect
      .poll(() => events.find((event) => event.data.job_id === id))
      .toMatchObject({
        type: 'data.processing.failed',
        data: { code: 'EMPTY_FILE' },
      });
  });
});

describe('the samples', () => {
  it('are three open datasets that say where they come from and under which licence', async () => {
    const load = async () => {
      const { body } = await admin.call<{ job_ids: string[] }>('POST', '/data/samples');
      return Promise.all(body.job_ids.map((id) => admin.jobEnd(id)));
    };
    const first = await load();
    expect(first.map((job) => job.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    const { body } = await get<{ items: Dataset[] }>('/data/datasets?limit=200');
    const samples = body.items.filter((item) => item.sample);
    expect(samples.map((item) => [item.name, item.rows]).sort()).toEqual([
      ['Gapminder', 682],
      ['Palmer penguins', 344],
      ['Seattle weather', 1461],
    ]);
    for (const { description } of samples) expect(description).toMatch(/Source: .+ Licence: .+/);
    expect((await load()).map((job) => job.result?.already_known)).toEqual([true, true, true]);
  });
});

describe('another tenant', () => {
  it('sees, changes and asks nothing of ours', async () => {
    const dataset = await admin.dataset('secret.csv', unique());
    const stranger = await server.stranger();
    const session = await stranger.call<{ permissions: string[] }>('GET', '/auth/session');
    expect(session.body.permissions).toEqual([...definitionOfRole('super_admin').permissions]);
    const id = dataset.dataset_id;
    const version = dataset.version.version_id;
    const calls: [string, string, unknown?][] = [
      ['GET', `/data/datasets/${id}`],
      ['PATCH', `/data/datasets/${id}`, { name: 'mine' }],
      ['DELETE', `/data/datasets/${id}`],
      ['POST', `/data/datasets/${id}/restore`],
      ['GET', `/data/datasets/${id}/versions`],
      ['GET', `/data/datasets/${id}/decisions`],
      ['GET', `/data/datasets/${id}/preview`],
      ['GET', `/data/datasets/${id}/preview?version_id=${version}`],
      ['GET', `/data/datasets/${id}/rejects`],
      ['POST', `/data/datasets/${id}/reingest`, { overrides: {} }],
      ['GET', `/data/datasets/${id}/download?format=raw`],
      ['GET', `/data/profiles/${id}`],
      ['GET', `/provenance/${version}`],
      ['GET', `/provenance/${dataset.version.provenance_id}`],
      ['POST', '/query/sql', { sql: 'select 1', dataset_ids: [id] }],
      ['POST', '/query/natural', { question: 'how many rows', dataset_ids: [id] }],
      ['POST', '/query/validate', { sql: 'select 1', dataset_ids: [id] }],
      ['GET', `/query/suggestions?dataset_ids=${id}`],
    ];
    for (const [method, path, body] of calls) {
      const reply = await stranger.call(method, path, body);
      expect([path, reply.status, errorOf(reply).code]).toEqual([path, 404, 'NOT_FOUND']);
    }
    const sent = await stranger.send('x.csv', unique(), { dataset_id: id });
    expect(sent.status).toBe(404);
    expect((await stranger.call('GET', '/data/datasets')).body).toMatchObject({ items: [] });
    const jobs = await get<{ items: Job[] }>('/data/jobs?limit=1');
    expect((await stranger.call('GET', `/data/jobs/${jobs.body.items[0]?.job_id}`)).status).toBe(404);
    expect((await stranger.call('GET', '/data/jobs')).body).toMatchObject({ items: [] });
    // The same bytes in another tenant are that tenant's own version.
    const own = await stranger.dataset('secret.csv', await text(`/data/datasets/${id}/download?format=raw`));
    expect(own.dataset_id).not.toBe(id);
    expect((await get<Dataset>(`/data/datasets/${id}`)).body).toEqual(dataset);
  });

  it('neither does anyone without an identity', async () => {
    const reply = await fetch(`${server.url}/api/v1/data/datasets`);
    expect(reply.status).toBe(401);
    expect(await reply.json()).toMatchObject({
      error: { code: 'UNAUTHENTICATED', request_id: expect.any(String) },
    });
    const wrong = await get('/data/datasets/ds_none');
    expect(errorOf(wrong)).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'id' } });
  });
});

const completions = (jobId: string) =>
  events.filter((event) => event.type === 'data.processing.complete' && event.data.job_id === jobId).length;
