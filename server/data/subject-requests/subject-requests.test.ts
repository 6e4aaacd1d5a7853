import type {
  AuditEvent,
  Consent,
  PersonFindings,
  PersonSearch,
  SubjectPackage,
  SubjectRequest,
} from '@stroma/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';
import { monthsAfter } from './due-dates.ts';

let server: DataServer;
let officer: Person;
const visits = `patient_id,first_name,last_name,email,visit,note
P-1001,Ada,Lovelace,ada@lovelace.example,2026-01-02,well
P-1002,Grace,Hopper,grace@hopper.example,2026-01-03,called by Ada Lovelace about her brother
P-1003,Alan,Turing,alan@turing.example,2026-01-04,well
P-1001,Ada,Lovelace,ADA@lovelace.example ,2026-02-02,better
`;

beforeAll(async () => {
  server = await startDataServer();
  officer = await server.colleague('compliance_officer');
});
afterAll(() => server.close());

async function found(body: object): Promise<PersonFindings> {
  const begun = await officer.call<{ job_id: string; search_id: string }>('POST', '/privacy/searches', body);
  expect(begun.status).toBe(202);
  const job = await officer.jobEnd(begun.body.job_id);
  expect(job.error).toBeNull();
  const { body: search } = await officer.call<PersonSearch>(
    'GET',
    `/privacy/searches/${begun.body.search_id}`,
  );
  return search.findings as PersonFindings;
}

async function receive(kind: string, more: object = {}): Promise<SubjectRequest> {
  const answer = await officer.call<SubjectRequest>('POST', '/privacy/requests', {
    kind,
    subject: 'Ada Lovelace',
    contact: 'ada@lovelace.example',
    identifiers: ['ada@lovelace.example', 'P-1001', 'Ada Lovelace'],
    ...more,
  });
  expect(answer.status).toBe(201);
  return answer.body;
}

const step = (request: SubjectRequest, body: object) =>
  officer.call<SubjectRequest & { error: { code: string } }>(
    'POST',
    `/privacy/requests/${request.request_id}/steps`,
    body,
  );

describe('looking for a person', () => {
  it('counts their rows by dataset, version and column, and shows nobody else’s', async () => {
    const dataset = await server.admin.dataset('visits.csv', visits);
    const asked = { identifiers: ['ada@lovelace.example', 'p 1001'.replace(' ', '-')] };
    const exact = await found({ ...asked, columns: 'all', match: 'exact' });
    expect(exact.datasets[0]?.versions[0]?.rows).toBe(1);
    const { datasets, searched } = await found({ ...asked, columns: 'all', match: 'normalised' });
    expect(datasets).toHaveLength(1);
    expect(datasets[0]).toMatchObject({ dataset_id: dataset.dataset_id, deleted: false });
    expect(datasets[0]?.versions[0]).toMatchObject({ current: true, rows: 2, total_rows: 4 });
    const columns = datasets[0]?.versions[0]?.columns ?? [];
    expect(columns).toEqual([
      { name: 'patient_id', rows: 2 },
      { name: 'email', rows: 2 },
    ]);
    expect(searched.versions).toBeGreaterThan(0);
    expect(JSON.stringify(datasets)).not.toContain('hopper');
  });

  it('puts names together that stand in parts, and finds words within a note only when asked to', async () => {
    const named = await found({ identifiers: ['ada  LOVELACE'], columns: 'personal', match: 'normalised' });
    expect(named.datasets[0]?.versions[0]?.rows).toBe(2);
    const within = await found({ identifiers: ['Ada Lovelace'], columns: 'all', match: 'within' });
    expect(within.datasets[0]?.versions[0]).toMatchObject({ rows: 2, mentions: 1 });
    expect((await found({ identifiers: ['Ada Love'], columns: 'all', match: 'within' })).datasets).toEqual(
      [],
    );
  });

  it('finds a number also where an empty cell made the column one of decimals', async () => {
    await server.admin.dataset('numbers.csv', 'patient,dose\n4711,1.5\n,2.5\n4712.5,3.5\n');
    const numbers = await found({ identifiers: ['4711'], columns: 'all' });
    expect(numbers.datasets.map(({ name, versions }) => [name, versions[0]?.rows])).toEqual([['numbers', 1]]);
  });

  it('finds accounts, consents and files that became no dataset, and keeps nothing of what was asked for', async () => {
    await officer.call('POST', '/privacy/consents', {
      subject: 'ada@lovelace.example',
      purposes: ['research'],
      wording: 'What the person was shown.',
      wording_version: '3',
    });
    const failed = await server.admin.ingest('broken.json', '{"who": "ada@lovelace.example", ');
    expect(failed.status).toBe('failed');
    const all = await found({ identifiers: ['ADA@lovelace.example'] });
    expect(all.consents).toEqual({ all: 1, in_force: 1 });
    expect(all.raw_files).toHaveLength(1);
    const me = await found({ identifiers: ['admin@stroma.local'] });
    expect(me.accounts).toHaveLength(1);
    expect(me.accounts[0]?.sections.some(({ name }) => name === 'sessions')).toBe(true);
    const { rows } = await server.platform.db.execute('select * from person_searches');
    expect(rows.every(({ sealed }) => sealed === null)).toBe(true);
    expect(JSON.stringify(rows)).not.toMatch(/lovelace/i);
    const jobs = await server.platform.db.execute("select * from jobs where kind = 'data.find-person'");
    expect(JSON.stringify(jobs.rows)).not.toMatch(/lovelace/i);
  });

  it('is of one’s own organisation, for who answers such requests', async () => {
    const scientist = await server.colleague('scientist');
    expect((await scientist.call('POST', '/privacy/searches', { identifiers: ['Ada'] })).status).toBe(403);
    const stranger = await server.stranger();
    const begun = await stranger.call<{ job_id: string; search_id: string }>('POST', '/privacy/searches', {
      identifiers: ['P-1001'],
      columns: 'all',
    });
    await stranger.jobEnd(begun.body.job_id);
    const path = `/privacy/searches/${begun.body.search_id}`;
    const { body } = await stranger.call<PersonSearch>('GET', path);
    expect(body.findings).toMatchObject({ datasets: [], raw_files: [], accounts: [] });
    expect((await officer.call('GET', path)).status).toBe(404);
  });
});

describe('the register of requests', () => {
  it('gives a month from the day it was received, and knows who is late', async () => {
    const request = await receive('access', { received_at: '2026-01-31T10:00:00.000Z' });
    expect(request).toMatchObject({
      article: 'Art. 15',
      due_at: '2026-02-28T10:00:00.000Z',
      overdue: true,
      status: 'open',
      handler: null,
    });
    const late = await officer.call<{ items: SubjectRequest[] }>('GET', '/privacy/requests?overdue=true');
    expect(late.body.items.map(({ request_id }) => request_id)).toEqual([request.request_id]);
    const extended = await step(request, { step: 'extend', months: 2, reason: 'many requests at once' });
    expect(extended.body.error.code).toBe('UNPROCESSABLE');
    expect((await receive('portability')).overdue).toBe(false);
  });

  it('of an erasure is not closed as done before anything was erased, or looked for in vain', async () => {
    const request = await receive('erasure', { identifiers: ['Nobody Knownhere-4711'] });
    await step(request, { step: 'verify_identity', how: 'passport seen at the desk' });
    const closing = { step: 'close', outcome: 'done', text: 'told by letter' };
    expect((await step(request, closing)).body.error.code).toBe('CONFLICT');
    const { body } = await officer.call<{ job_id: string }>(
      'POST',
      `/privacy/requests/${request.request_id}/search`,
      {},
    );
    await officer.jobEnd(body.job_id);
    expect((await step(request, closing)).body).toMatchObject({ status: 'done', subject: null });
  });

  it('is extended once, with a reason, closed with an outcome, and each step is on record', async () => {
    const request = await receive('rectification');
    expect((await step(request, { step: 'close', outcome: 'done' })).status).toBe(422);
    const verified = await step(request, { step: 'verify_identity', how: 'passport seen at the desk' });
    expect(verified.body).toMatchObject({
      status: 'in_progress',
      identity: { how: 'passport seen at the desk' },
    });
    const extended = await step(request, { step: 'extend', months: 1, reason: 'records of three sites' });
    expect(extended.body.extended?.until).toBe(monthsAfter(new Date(request.received_at), 2).toISOString());
    expect((await step(request, { step: 'extend', months: 1, reason: 'once more, please' })).status).toBe(
      422,
    );
    await step(request, { step: 'note', text: 'asked the laboratory in Jena' });
    expect((await step(request, { step: 'close', outcome: 'refused', text: '' })).status).toBe(422);
    const closed = await step(request, { step: 'close', outcome: 'done', text: 'put right on 3 March' });
    expect(closed.body).toMatchObject({ status: 'done', notes: [{ text: 'asked the laboratory in Jena' }] });
    expect((await step(request, { step: 'take' })).status).toBe(409);
    const { body } = await officer.call<{ items: AuditEvent[] }>(
      'GET',
      `/audit/events?object_id=${request.request_id}`,
    );
    expect(body.items.map(({ action }) => action).reverse()).toEqual([
      'subject-request.received',
      'subject-request.changed',
      'subject-request.changed',
      'subject-request.changed',
      'subject-request.closed',
    ]);
    const stored = await server.platform.db.execute('select * from subject_requests');
    expect(JSON.stringify([stored.rows, body])).not.toMatch(/lovelace|passport|Jena/i);
    const csv = await (await officer.fetch('GET', '/privacy/requests/export')).text();
    expect(csv).toContain(`${request.request_id},rectification,Art. 16`);
    expect(csv).not.toMatch(/lovelace/i);
  });

  it('gives the person everything, once they are known to be it', async () => {
    const request = await receive('access');
    const path = `/privacy/requests/${request.request_id}`;
    expect((await officer.call('GET', `${path}/package`)).status).toBe(409);
    await step(request, { step: 'verify_identity', how: 'passport seen at the desk' });
    expect((await officer.call('GET', `${path}/package`)).status).toBe(409);
    const begun = await officer.call<{ job_id: string }>('POST', `${path}/search`, { match: 'normalised' });
    await officer.jobEnd(begun.body.job_id);
    const { body } = await officer.call<SubjectPackage>('GET', `${path}/package`);
    const rows = body.sections.find(({ about }) => about.startsWith('Rows of the dataset visits'))?.rows;
    expect(rows?.map(({ visit }) => visit)).toEqual(['2026-01-02', '2026-02-02']);
    expect(body.sections.find(({ name }) => name === 'consents')?.rows[0]).toMatchObject({
      purpose: 'research',
      wording_version: '3',
    });
    expect(JSON.stringify(body)).not.toMatch(/hopper/i);
    const page = await (await officer.fetch('GET', `${path}/package?format=html`)).text();
    expect(page).toContain('What is held on Ada Lovelace');
  });

  it('shows nothing of another organisation’s', async () => {
    const request = await receive('access');
    const stranger = await server.stranger();
    for (const path of ['', '/package', '/erasure-plan'])
      expect((await stranger.call('GET', `/privacy/requests/${request.request_id}${path}`)).status).toBe(404);
    expect((await stranger.call<{ items: unknown[] }>('GET', '/privacy/requests')).body.items).toEqual([]);
  });
});

describe('consents', () => {
  it('are exported with the version of their wording, and who agreed', async () => {
    const csv = await (await officer.fetch('GET', '/privacy/consents/export')).text();
    expect(csv.split('\r\n')[1]).toMatch(/,ada@lovelace.example,research,3,What the person was shown\.,/);
    const { body } = await officer.call<{ items: Consent[] }>('GET', '/privacy/consents');
    expect(body.items[0]?.wording_version).toBe('3');
  });
});

describe('a period of months', () => {
  it('ends on the same day, or on the last of a shorter month, and never in another month', () => {
    const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 3 }), (from, months) => {
        const end = monthsAfter(from, months);
        const count = end.getUTCFullYear() * 12 + end.getUTCMonth();
        expect(count).toBe(from.getUTCFullYear() * 12 + from.getUTCMonth() + months);
        expect(end.getUTCDate()).toBeLessThanOrEqual(from.getUTCDate());
        const next = new Date(end.getTime() + 86_400_000);
        if (end.getUTCDate() < from.getUTCDate()) expect(next.getUTCMonth()).not.toBe(end.getUTCMonth());
      }),
    );
  });
});
