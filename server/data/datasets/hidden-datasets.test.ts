import type {
  Answer,
  Dataset,
  DatasetProfile,
  DatasetRule,
  Job,
  ProvenanceGraph,
  Signature,
  SignatureSubject,
  UploadRecord,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, password, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
let admin: Person;
let director: Person;
let scientist: Person;

beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
  director = await server.colleague('lab_director');
  scientist = await server.colleague('scientist');
});
afterAll(() => server.close());

const numbers = Array.from({ length: 60 }, (_, at) => `${100 + at}-45-${6000 + at}`);
let made = 0;
function patients(): Promise<Dataset> {
  made += 1;
  const rows = numbers.map((number, at) => `${number},${at % 2 === 0 ? 'north' : 'south'},${at + made / 10}`);
  return admin.dataset(`people-${made}.csv`, `ssn,site,weight\n${rows.join('\n')}\n`);
}
const set = async (dataset: Dataset, rules: DatasetRule[], sensitivity = 'internal') => {
  const path = `/data/datasets/${dataset.dataset_id}/access`;
  expect((await admin.call('PUT', path, { sensitivity, rules })).status).toBe(200);
};
const hideNumbers: DatasetRule = {
  kind: 'mask',
  readers: { which: 'all_but', roles: ['admin'] },
  column: 'ssn',
  mask: { kind: 'hide' },
};
const northOnly: DatasetRule = {
  kind: 'rows',
  readers: { which: 'all_but', roles: ['admin'] },
  condition: { column: 'site', operator: 'among', values: ['north'], attribute: null },
};

/** Joins of a dataset, once the comparison with the others has ended. */
async function joinsOf(person: Person, { dataset_id: id }: Dataset) {
  await expect
    .poll(async () => {
      const { body } = await admin.call<{ items: Job[] }>('GET', '/data/jobs?limit=20');
      return body.items.some(
        ({ kind, status, result }) =>
          kind === 'data.find-joins' && status === 'succeeded' && result?.dataset_id === id,
      );
    })
    .toBe(true);
  return (await person.call<DatasetProfile>('GET', `/data/profiles/${id}`)).body.candidate_joins;
}

describe('values one does not see', () => {
  it.each([
    ['a masked column', hideNumbers],
    ['a hidden row', northOnly],
  ])('cannot be guessed at by how much a table of guesses overlaps with %s', async (_, rule) => {
    const dataset = await patients();
    await set(dataset, [rule]);
    const guesses = numbers.filter((__, at) => at % 2 === 1).map((number, at) => `${number},${at},${made}`);
    const guess = await scientist.dataset(`guess-${made}.csv`, `ssn,at,of\n${guesses.join('\n')}\n`);
    const others = (joins: DatasetProfile['candidate_joins']) =>
      joins.filter(({ other_dataset_id }) => other_dataset_id === dataset.dataset_id);
    expect(others(await joinsOf(admin, guess)).length).toBeGreaterThan(0);
    expect(others(await joinsOf(scientist, guess))).toEqual([]);
  });

  it('are not given once more for an Idempotency-Key after they were hidden', async () => {
    const dataset = await patients();
    const body = { sql: 'SELECT ssn FROM dataset ORDER BY 1 LIMIT 1', dataset_ids: [dataset.dataset_id] };
    const ask = () => scientist.call<Answer>('POST', '/query/sql', body, { 'idempotency-key': 'again' });
    expect((await ask()).body.rows).toEqual([[numbers[0]]]);
    await set(dataset, [hideNumbers]);
    expect((await ask()).body.rows).toEqual([[null]]);
    await set(dataset, [], 'phi');
    expect((await ask()).status).toBe(404);
  });

  it('are not shown by trying rules to who sees a part, though they may set rules', async () => {
    const dataset = await patients();
    await set(dataset, [hideNumbers]);
    const path = `/data/datasets/${dataset.dataset_id}/access/try`;
    const body = { sensitivity: 'internal', rules: [], role: 'admin', site: null };
    expect((await director.call('POST', path, body)).status).toBe(403);
    expect((await admin.call('POST', path, body)).status).toBe(200);
  });

  it('are not quoted by how their file was read', async () => {
    const dataset = await patients();
    await set(dataset, [hideNumbers]);
    const path = `/provenance/${dataset.version.version_id}`;
    const readings = async (person: Person) =>
      (await person.call<ProvenanceGraph>('GET', path)).body.nodes
        .filter(({ kind }) => kind === 'ingest')
        .map(({ parameters }) => Object.keys(parameters).length);
    expect(await readings(admin)).toEqual([2]);
    expect(await readings(scientist)).toEqual([0]);
  });
});

describe('a dataset above one’s clearance', () => {
  it('is told by no job, no upload, no provenance', async () => {
    const dataset = await patients();
    const { dataset_id: id, version } = dataset;
    const answer = (await admin.sql('SELECT max(weight) FROM dataset', [id])).body;
    const uploads = (await admin.call<{ items: UploadRecord[] }>('GET', '/data/uploads')).body.items;
    const upload = uploads.find(({ file_name }) => file_name === dataset.file_name) as UploadRecord;
    const ways = [
      `/data/jobs/${upload.job_id}`,
      `/data/uploads/${upload.upload_id}`,
      `/data/uploads/${upload.upload_id}/file`,
      `/provenance/${version.version_id}`,
      `/provenance/${version.version_id}?format=ro-crate`,
      `/provenance/${version.provenance_id}`,
      `/provenance/${answer.query_id}`,
    ];
    for (const way of ways) expect((await scientist.fetch('GET', way)).status, way).toBe(200);
    await set(dataset, [], 'phi');
    for (const way of ways) {
      expect((await scientist.fetch('GET', way)).status, way).toBe(404);
      expect((await director.fetch('GET', way)).status, way).toBe(200);
    }
    for (const list of ['/data/jobs?limit=200', '/data/uploads?limit=200']) {
      const told = await (await scientist.fetch('GET', list)).text();
      expect(told, list).not.toContain(id);
      expect(told, list).not.toContain(dataset.name);
    }
  });

  it('is told by no signature under it, and spoils no list of others', async () => {
    const [dataset, open] = [await patients(), await patients()];
    const object = (of: Dataset) => ({ kind: 'dataset_version', id: of.version.version_id });
    const sign = async (of: Dataset) => {
      const query = new URLSearchParams(object(of));
      const { body } = await admin.call<SignatureSubject>('GET', `/signatures/subject?${query}`);
      return admin.call<Signature>('POST', '/signatures', {
        object: object(of),
        content_sha256: body.content_sha256,
        meaning: 'approved',
        time_zone: 'UTC',
        password,
      });
    };
    const under = (await sign(dataset)).body.signature_id;
    const shown = (await sign(open)).body.signature_id;
    const listed = async (person: Person) =>
      (await person.call<{ items: Signature[] }>('GET', '/signatures')).body.items.map(
        (each) => each.signature_id,
      );
    expect(await listed(scientist)).toEqual([shown, under]);
    await set(dataset, [], 'phi');
    expect(await listed(scientist)).toEqual([shown]);
    expect((await scientist.fetch('GET', `/signatures/${under}`)).status).toBe(404);
    expect(await listed(director)).toEqual([shown, under]);
    await set(dataset, []);
    const purposes = { projects: [], site: null, purposes: ['research'], opens_at: null, closes_at: null };
    const narrowed = await admin.call('PUT', `/access/resources/${dataset.dataset_id}`, purposes);
    expect(narrowed.status, JSON.stringify(narrowed.body)).toBe(200);
    expect(await listed(scientist)).toEqual([shown]);
  });

  it('is told by no live event', async () => {
    const dataset = await patients();
    const heard = async (person: Person) => {
      const stop = new AbortController();
      const stream = await fetch(`${person.url}/api/v1/streams/data`, {
        headers: { authorization: `Bearer ${person.token}` },
        signal: stop.signal,
      });
      const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      const until = async (what: string) => {
        while (!text.includes(what)) text += (await reader?.read())?.value ?? '';
        stop.abort();
        return text;
      };
      return { until };
    };
    await set(dataset, [], 'phi');
    const [ears, cleared] = [await heard(scientist), await heard(director)];
    await admin.call('PATCH', `/data/datasets/${dataset.dataset_id}`, { description: 'told to few' });
    const last = await patients();
    expect(await ears.until(last.dataset_id)).not.toContain(dataset.dataset_id);
    expect(await cleared.until(last.dataset_id)).toContain(dataset.dataset_id);
  });
});
