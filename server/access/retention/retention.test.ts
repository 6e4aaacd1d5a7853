import { text } from 'node:stream/consumers';
import type {
  AuditEvent,
  Dataset,
  ErrorAnswer,
  Job,
  LegalHold,
  RetentionItem,
  RetentionPolicy,
  RetentionRun,
  UploadStatus,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../platform/system-actor.ts';
import { type AccessServer, openAccessServer, type Person } from '../permissions/access-server.suite.ts';

let server: AccessServer;
let admin: Person;
let officer: Person;

beforeAll(async () => {
  server = await openAccessServer({ STROMA_ENCRYPT_OBJECTS: '1' });
  admin = server.admin;
  officer = await server.member('compliance_officer');
});
afterAll(() => server.close());

async function ended(person: Person, jobId: string): Promise<Job> {
  const read = async () => (await person.call<Job>('GET', `/data/jobs/${jobId}`)).body;
  await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toMatch(/succeeded|failed/);
  return read();
}

async function dataset(name: string): Promise<Dataset> {
  const sent = await fetch(`${server.url}/api/v1/data/upload?file_name=${name}.csv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/octet-stream' },
    body: `patient,${name}\nP1,12\nP2,13\n`,
  });
  const { job_id } = (await sent.json()) as UploadStatus;
  const job = await ended(admin, job_id ?? '');
  return (await admin.call<Dataset>('GET', `/data/datasets/${job.result?.dataset_id}`)).body;
}

async function apply(person = officer): Promise<RetentionItem[]> {
  const { body } = await person.call<{ job_id: string }>('POST', '/retention/runs');
  const job = await ended(person, body.job_id);
  if (job.status !== 'succeeded') throw new Error(JSON.stringify(job.error));
  return (job.result as unknown as RetentionRun).items;
}
const preview = async () =>
  (await officer.call<{ items: RetentionItem[] }>('GET', '/retention/preview')).body.items;
const of = (items: RetentionItem[], kind: string) => {
  const found = items.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`nothing about ${kind}`);
  return found;
};
const hold = (body: object) => officer.call<LegalHold & ErrorAnswer>('POST', '/retention/holds', body);
const lift = (id: string) =>
  officer.call<LegalHold & ErrorAnswer>('POST', `/retention/holds/${id}/lift`, {
    reason: 'The proceedings have ended.',
  });
const sql = (statement: string) => server.app.platform.db.execute(statement);

describe('retention', () => {
  it('has a period for each kind, changed by who may, on record, never below the least', async () => {
    const { items } = (await officer.call<{ items: RetentionPolicy[] }>('GET', '/retention/policies')).body;
    const days = Object.fromEntries(items.map((each) => [each.kind, each.days]));
    expect(days).toMatchObject({
      audit: 2557,
      runs: 1826,
      chat: 365,
      queries: 365,
      sessions: 30,
      deleted_datasets: 30,
      deleted_dashboards: 30,
      person_searches: 90,
      threats: 730,
    });
    const set = (person: Person, kind: string, given: number) =>
      person.call<RetentionPolicy & ErrorAnswer>('PUT', `/retention/policies/${kind}`, { days: given });
    expect((await set(officer, 'sessions', 10)).body).toMatchObject({ days: 10, changed_by: officer.id });
    expect((await set(officer, 'audit', 20)).body.error.code).toBe('UNPROCESSABLE');
    const scientist = await server.member('scientist');
    expect((await set(scientist, 'chat', 1)).body.error.code).toBe('FORBIDDEN');
    const changes = await officer.call<{ items: AuditEvent[] }>(
      'GET',
      '/audit/events?action=retention.changed',
    );
    expect(changes.body.items).toHaveLength(1);
  });

  it('disposes of sessions past their time and of no others; a dry run says so before and changes nothing', async () => {
    const old = await server.member('viewer', 'Old Viewer');
    const held = await server.member('viewer', 'Held Viewer');
    await sql(
      `update sessions set ended_at = now() - interval '40 days' where user_id in ('${old.id}', '${held.id}')`,
    );
    const placed = await hold({
      scope: 'person',
      subject_id: held.id,
      reason: 'Litigation 12 C 34/26 about this person',
    });
    expect(placed.status).toBe(201);
    expect(of(await preview(), 'sessions')).toMatchObject({ due: 1, held: 1, done: 0 });
    expect(of(await preview(), 'sessions').due).toBe(1);
    expect(of(await apply(), 'sessions')).toMatchObject({ done: 1, held: 1 });
    const left = await sql(`select user_id from sessions where user_id in ('${old.id}', '${held.id}')`);
    expect(left.rows.map((row) => row.user_id)).toEqual([held.id]);
    expect((await officer.call('GET', '/auth/session')).status).toBe(200);
    expect((await lift(placed.body.hold_id)).body.lifted?.by).toBe(officer.id);
    expect((await lift(placed.body.hold_id)).body.error.code).toBe('CONFLICT');
    expect(of(await apply(), 'sessions')).toMatchObject({ done: 1, held: 0 });
  });

  it('shreds deleted datasets with their files, but none that is on hold', async () => {
    const [gone, kept] = [await dataset('gone'), await dataset('kept')];
    const { objects, keys } = server.app.platform;
    const { rows } = await sql(`select dataset_id, raw_key from dataset_versions`);
    const raw = (id: string) => String(rows.find((row) => row.dataset_id === id)?.raw_key);
    for (const { dataset_id } of [gone, kept])
      expect((await admin.call('DELETE', `/data/datasets/${dataset_id}`)).status).toBeLessThan(300);
    await sql(`update datasets set deleted_at = now() - interval '31 days' where deleted_at is not null`);
    const { body: placed } = await hold({
      scope: 'dataset',
      subject_id: kept.dataset_id,
      reason: 'Inspection announced for December',
    });
    expect(of(await apply(), 'deleted_datasets')).toMatchObject({ due: 1, held: 1, done: 1 });
    expect(await objects.stat(raw(gone.dataset_id))).toBe(null);
    expect(await keys.knows(`objects/${raw(gone.dataset_id)}`)).toBe(false);
    expect((await text(await objects.get(raw(kept.dataset_id)))).startsWith('patient,kept')).toBe(true);
    await lift(placed.hold_id);
    expect(of(await apply(), 'deleted_datasets')).toMatchObject({ due: 1, held: 0, done: 1 });
    expect(await objects.stat(raw(kept.dataset_id))).toBe(null);
  });

  it('disposes of nothing at all while everything is on hold', async () => {
    await sql(
      `insert into queries (id, tenant_id, user_id, kind, sql, dataset_ids, version_ids, answered, answered_by, cached, created_at)
       values ('qry_old', '${server.tenantId}', '${admin.id}', 'sql', 'select 1', '[]', '[]', true, 'person', false, now() - interval '2 years')`,
    );
    const { body } = await hold({ scope: 'everything', reason: 'Order of the court of November' });
    expect(of(await apply(), 'queries')).toMatchObject({ due: 0, held: 1, done: 0 });
    await lift(body.hold_id);
    expect(of(await apply(), 'queries')).toMatchObject({ due: 1, held: 0, done: 1 });
  });

  it('disposes of what was asked with its provenance, but for what something else was made from', async () => {
    const { dataset_id } = await dataset('asked');
    const ask = async (statement: string) =>
      (
        await admin.call<{ query_id: string }>('POST', '/query/sql', {
          sql: statement,
          dataset_ids: [dataset_id],
        })
      ).body.query_id;
    const [alone, used] = [await ask('SELECT 1 AS a FROM dataset'), await ask('SELECT 2 AS b FROM dataset')];
    await admin.call('GET', '/query/history');
    const status = async (id: string) => (await admin.call('GET', `/provenance/${id}`)).status;
    expect([await status(alone), await status(used)]).toEqual([200, 200]);
    await sql(
      `insert into provenance_links (tenant_id, derivation_id, role, entity_id, position)
       select tenant_id, provenance_id, 'input', '${used}', 9 from dataset_versions where dataset_id = '${dataset_id}';
       update queries set created_at = now() - interval '2 years' where id in ('${alone}', '${used}')`,
    );
    expect(of(await apply(), 'queries')).toMatchObject({ done: 2 });
    expect([await status(alone), await status(used)]).toEqual([404, 200]);
  });

  it('disposes of searches for persons and of resolved threats, and leaves what is still being worked on', async () => {
    const request = (id: string, search: string, closed: string) => `
      insert into subject_requests (id, tenant_id, kind, status, sealed, received_at, due_at, recorded_by,
        recorded_by_name, recorded_at, closed_at, search_id)
      values ('${id}', '${server.tenantId}', 'access', 'open', '', now(), now(), 'usr_x', 'X', now(), ${closed}, '${search}');
      insert into person_searches (id, tenant_id, request_id, job_id, identifiers, columns, match, searched_by,
        searched_by_name, began_at, finished_at)
      values ('${search}', '${server.tenantId}', '${id}', 'job_x', 1, 'all', 'exact', 'usr_x', 'X',
        now() - interval '91 days', now() - interval '91 days');`;
    const threat = (id: string, state: string) => `
      insert into threats (id, tenant_id, kind, severity, status, fingerprint, rule, first_at, last_at, occurrences,
        evidence, response, actions)
      values ('${id}', '${server.tenantId}', 'credential_stuffing', 'high', '${state}', '${id}', 'accounts_overall',
        now() - interval '3 years', now() - interval '3 years', 1, '{}', 'alert', '[]');`;
    await sql(
      request('srq_open', 'psr_open', 'null') +
        request('srq_closed', 'psr_closed', 'now()') +
        threat('thr_open', 'open') +
        threat('thr_resolved', 'resolved'),
    );
    const items = await apply();
    expect(of(items, 'person_searches')).toMatchObject({ due: 1, done: 1 });
    expect(of(items, 'threats')).toMatchObject({ due: 1, done: 1 });
    const { rows } = await sql(
      `select id, search_id as left from subject_requests union all select id, '' from threats order by id`,
    );
    expect(rows).toEqual([
      { id: 'srq_closed', left: null },
      { id: 'srq_open', left: 'psr_open' },
      { id: 'thr_open', left: '' },
    ]);
  });

  it('archives the audit record, signed, and never cuts it', async () => {
    await officer.call('PUT', '/retention/policies/audit', { days: 365 });
    const length = async () => Number((await sql(`select count(*) as n from audit_events`)).rows[0]?.n);
    expect(of(await preview(), 'audit')).toMatchObject({ manner: 'archive', due: 0, held: 0 });
    // As if the record were older than its period: shorter than a year cannot be set over HTTP.
    await sql(`update retention_policies set days = 0 where kind = 'audit'`);
    const before = await length();
    const item = of(await apply(), 'audit');
    expect(item.done).toBeGreaterThan(10);
    expect(item.archive).not.toBe(null);
    const { objects } = server.app.platform;
    const archive = JSON.parse(await text(await objects.get(item.archive?.object ?? ''))) as {
      events: unknown[];
      signature: string;
    };
    expect(archive.events).toHaveLength(item.done);
    expect(archive.signature.length).toBeGreaterThan(40);
    expect(await length()).toBeGreaterThanOrEqual(before);
    expect(of(await apply(), 'audit').done).toBeLessThan(item.done);
  });

  it('is applied each night in every organisation, each by itself', async () => {
    const { tenantId, admin: theirs } = await server.otherTenant();
    const { platform } = server.app;
    await platform.jobs.send(systemContext(platform.log), 'retention.nightly', {});
    const runs = async () =>
      (await theirs.call<{ items: RetentionRun[] }>('GET', '/retention/runs')).body.items;
    await expect.poll(async () => (await runs()).length, { timeout: 30_000 }).toBe(1);
    expect((await runs())[0]?.by).toBe('system');
    const { rows } = await sql(`select tenant_id from audit_events where action = 'retention.applied'`);
    expect(rows.filter((row) => row.tenant_id === tenantId)).toHaveLength(1);
  });

  it('keeps an account of each run, and its holds to the organisation', async () => {
    const runs = await officer.call<{ items: RetentionRun[]; next_cursor: string | null }>(
      'GET',
      '/retention/runs?limit=2',
    );
    expect(runs.body.items).toHaveLength(2);
    expect(runs.body.next_cursor).toBe(runs.body.items[1]?.run_id);
    const applied = await officer.call<{ items: AuditEvent[] }>(
      'GET',
      '/audit/events?action=retention.applied',
    );
    expect(applied.body.items[0]?.object?.id).toBe(runs.body.items[0]?.run_id);
    const holds = await officer.call<{ items: LegalHold[] }>('GET', '/retention/holds');
    const { admin: theirs } = await server.otherTenant();
    expect((await theirs.call<{ items: unknown[] }>('GET', '/retention/holds')).body.items).toEqual([]);
    const id = holds.body.items[0]?.hold_id;
    expect(
      (await theirs.call('POST', `/retention/holds/${id}/lift`, { reason: 'it is not even mine' })).status,
    ).toBe(404);
    const foreign = await theirs.call<ErrorAnswer>('POST', '/retention/holds', {
      scope: 'person',
      subject_id: officer.id,
      reason: 'somebody of elsewhere',
    });
    expect(foreign.body.error.code).toBe('NOT_FOUND');
  });
});
