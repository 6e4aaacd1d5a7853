import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AnonymisationResult,
  Answer,
  AuditEvent,
  Dataset,
  Erasure,
  ErasureCertificate,
  ErasurePlan,
  Invitation,
  LegalHold,
  ProvenanceGraph,
  SubjectRequest,
} from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { openDuckDb, quoteLiteral } from '@stroma/lake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, password, startDataServer } from '../data-server.suite.ts';

const visits = (extra = '') => `patient_id,first_name,last_name,email,glucose,note
P-1001,Ada,Lovelace,ada@lovelace.example,5.1,well
P-1002,Grace,Hopper,grace@hopper.example,6.2,called by Ada Lovelace about her brother
P-1003,Alan,Turing,alan@turing.example,7.3,well
P-1001,Ada,Lovelace,ADA@lovelace.example,5.4,better
P-1004,Rosalind,Franklin,rosalind@franklin.example,4.9,well
${extra}`;
const identifiers = ['ada@lovelace.example', 'P-1001', 'Ada Lovelace'];
const her = /lovelace|P-1001\b/i;

interface Refusal {
  error: { code: string; message: string };
}

class Officer {
  readonly person: Person;
  constructor(person: Person) {
    this.person = person;
  }

  async request(more: object = {}): Promise<SubjectRequest> {
    const { body } = await this.person.call<SubjectRequest>('POST', '/privacy/requests', {
      kind: 'erasure',
      subject: 'Ada Lovelace',
      identifiers,
      ...more,
    });
    const how = { step: 'verify_identity', how: 'passport seen at the desk' };
    await this.person.call('POST', `/privacy/requests/${body.request_id}/steps`, how);
    return body;
  }

  async search({ request_id: id }: SubjectRequest, how: object = {}): Promise<void> {
    const begun = await this.person.call<{ job_id: string }>('POST', `/privacy/requests/${id}/search`, how);
    expect((await this.person.jobEnd(begun.body.job_id)).error).toBeNull();
  }

  async plan({ request_id: id }: SubjectRequest): Promise<ErasurePlan> {
    const { body, status } = await this.person.call<ErasurePlan>(
      'GET',
      `/privacy/requests/${id}/erasure-plan`,
    );
    expect(status).toBe(200);
    return body;
  }

  erase({ request_id: id }: SubjectRequest, plan: ErasurePlan, decisions: object = {}, given = password) {
    return this.person.call<{ job_id: string; erasure_id: string } & Refusal>(
      'POST',
      `/privacy/requests/${id}/erasure`,
      { plan_sha256: plan.plan_sha256, decisions, password: given },
    );
  }

  async erased(request: SubjectRequest, decisions: object = {}): Promise<ErasureCertificate> {
    const begun = await this.erase(request, await this.plan(request), decisions);
    expect([begun.status, begun.body.error]).toEqual([202, undefined]);
    const job = await this.person.jobEnd(begun.body.job_id);
    expect(job.error).toBeNull();
    const path = `/privacy/erasures/${begun.body.erasure_id}/certificate`;
    return (await this.person.call<ErasureCertificate>('GET', path)).body;
  }
}

/** Every file under the data folder but those of the relational store, as text; Parquet as its rows. */
async function filesQuoting(folder: string, pattern: RegExp): Promise<string[]> {
  const quoting: string[] = [];
  using db = await openDuckDb({ memoryMb: 200, threads: 1, tempFolder: null });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /\/(store|db|pglite)\//.test(path.slice(folder.length))) continue;
    if (!existsSync(path)) continue;
    const bytes = readFileSync(path);
    const isTable = bytes.subarray(0, 4).toString() === 'PAR1';
    const text = isTable
      ? JSON.stringify(await db.rows(`SELECT t::VARCHAR FROM read_parquet(${quoteLiteral(path)}) t`))
      : bytes.toString('latin1');
    if (pattern.test(text)) quoting.push(path.slice(folder.length));
  }
  return quoting;
}

/** Tables of which a row quotes her. */
async function tablesQuoting({ platform }: DataServer, pattern: RegExp): Promise<string[]> {
  const { rows } = await platform.db.execute(
    `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where relkind = 'r' and nspname in ('public', 'pgboss')`,
  );
  const quoting: string[] = [];
  for (const { relname } of rows) {
    const found = await platform.db
      .execute(
        `select t::text as t from (select * from ${relname === 'job' ? 'pgboss.job' : `"${relname}"`}) t`,
      )
      .catch(() => ({ rows: [] }));
    if (found.rows.some(({ t }) => pattern.test(String(t)))) quoting.push(String(relname));
  }
  return quoting.sort();
}

describe('erasing a person', () => {
  let server: DataServer;
  let officer: Officer;
  let first: Dataset;
  let request: SubjectRequest;
  let anonymised: AnonymisationResult;
  let answer: Answer;
  let certificate: ErasureCertificate;

  beforeAll(async () => {
    server = await startDataServer({ STROMA_ENCRYPT_OBJECTS: '0' });
    officer = new Officer(server.admin);
    const { admin } = server;
    first = await admin.dataset('visits.csv', visits());
    const again = await admin.ingest(
      'visits.csv',
      visits('P-1005,Lise,Meitner,lise@meitner.example,5.0,well\n'),
      {
        dataset_id: first.dataset_id,
      },
    );
    expect(again.status).toBe('succeeded');
    await admin.dataset('ada_lovelace.csv', 'day,steps\n2026-01-01,100\n2026-01-02,200\n');
    await admin.dataset('others.csv', 'patient_id,steps\nP-1002,100\nP-1003,200\n');
    await admin.ingest('ada.json', '{"who": "ada@lovelace.example", ');
    const sql = "SELECT count(*) FROM dataset WHERE email ILIKE 'ada@lovelace.example'";
    answer = (await admin.sql(sql, [first.dataset_id])).body;
    await admin.ask('average glucose by last name', [first.dataset_id]);
    await admin.call('POST', '/privacy/consents', {
      subject: 'ada@lovelace.example',
      purposes: ['research'],
      wording: 'What the person was shown.',
    });
    await admin.call<Invitation>('POST', '/access/invitations', {
      email: 'ada@lovelace.example',
      role: 'viewer',
    });
    const sent = await admin.call<{ job_id: string }>('POST', '/security/anonymize', {
      dataset_id: first.dataset_id,
      columns: [
        { column: 'patient_id', action: { kind: 'pseudonymise' } },
        { column: 'glucose', action: { kind: 'keep' } },
      ],
      model: null,
      target: { kind: 'dataset', name: 'Glucose' },
      key: 'dataset',
    });
    const job = await admin.jobEnd(sent.body.job_id);
    expect(job.error).toBeNull();
    anonymised = job.result as unknown as AnonymisationResult;
    request = await officer.request();
  }, 120_000);
  afterAll(() => server.close());

  it('needs to know who asks, to have looked for them, and says beforehand what will become of what', async () => {
    const path = `/privacy/requests/${request.request_id}/erasure-plan`;
    expect((await server.admin.call('GET', path)).status).toBe(409);
    await officer.search(request);
    const plan = await officer.plan(request);
    expect(plan.blocked).toBeNull();
    const of = (id: string) => plan.datasets.find(({ dataset_id }) => dataset_id === id);
    expect(of(first.dataset_id)).toMatchObject({
      treatment: 'rewrite',
      rows: 2,
      mentions: 1,
      total_rows: 6,
      may_choose: true,
    });
    expect(of(first.dataset_id)?.versions.map(({ number }) => number)).toEqual([1, 2]);
    expect(plan.datasets).toHaveLength(1);
    expect(plan.derived.find(({ id }) => id === anonymised.version_id)).toMatchObject({
      treatment: 'rewrite',
    });
    expect(plan.derived.filter(({ kind }) => kind === 'query').length).toBe(2);
    expect(plan).toMatchObject({ raw_files: 1, invitations: 1, consents: 1, mail: 1, unclear: [] });
    const tables = plan.store.filter(({ treatment }) => treatment === 'redact').map(({ table }) => table);
    for (const table of ['queries', 'datasets', 'uploads', 'provenance_derivations', 'jobs'])
      expect(tables).toContain(table);
    expect(plan.store.find(({ table }) => table === 'audit_events')).toMatchObject({
      treatment: 'keep',
      ground: 'audit_record',
    });
  });

  it('begins with the value in files and records of many kinds', async () => {
    const files = await filesQuoting(server.folder, her);
    for (const kind of [/raw\+/, /data\.parquet$/, /values\.json$/, /profile\.json$/, /outbox/])
      expect(files.some((path) => kind.test(path))).toBe(true);
    const tables = await tablesQuoting(server, her);
    for (const table of ['audit_events', 'identity_challenges', 'jobs', 'queries', 'uploads'])
      expect(tables).toContain(table);
  });

  it('is refused to who does not prove who they are, saw another plan, or may not', async () => {
    const plan = await officer.plan(request);
    const wrong = await officer.erase(request, plan, {}, 'not the password');
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'WRONG_CREDENTIALS']);
    const other = await officer.erase(request, { ...plan, plan_sha256: '0'.repeat(64) });
    expect(other.status).toBe(409);
    const scientist = new Officer(await server.colleague('scientist'));
    expect((await scientist.erase(request, plan)).status).toBe(403);
    const { body } = await server.admin.call<{ items: AuditEvent[] }>(
      'GET',
      '/audit/events?action=erasure.refused',
    );
    expect(body.items.map(({ details }) => details?.code)).toEqual(['CONFLICT', 'WRONG_CREDENTIALS']);
  });

  it('is refused by a legal hold on everything, and passes by a dataset on hold', async () => {
    const everything = { scope: 'everything', reason: 'proceedings before the court' };
    const { body: hold } = await server.admin.call<LegalHold>('POST', '/retention/holds', everything);
    const blocked = await officer.plan(request);
    expect(blocked.blocked).toMatch(/Art. 17\(3\)\(e\)/);
    expect((await officer.erase(request, blocked)).status).toBe(409);
    await server.admin.call('POST', `/retention/holds/${hold.hold_id}/lift`, { reason: 'proceedings ended' });
    const one = { scope: 'dataset', subject_id: first.dataset_id, reason: 'proceedings before the court' };
    const { body: narrow } = await server.admin.call<LegalHold>('POST', '/retention/holds', one);
    const kept = (await officer.plan(request)).datasets[0];
    expect(kept).toMatchObject({ treatment: 'keep', ground: 'legal_hold', may_choose: false });
    await server.admin.call('POST', `/retention/holds/${narrow.hold_id}/lift`, {
      reason: 'proceedings ended',
    });
    expect((await officer.plan(request)).blocked).toBeNull();
  });

  it('removes their rows from every version, and says in a certificate what went and what stayed', async () => {
    await server.admin.sql('SELECT * FROM dataset', [first.dataset_id]);
    certificate = await officer.erased(request);
    const { certificate: said } = certificate;
    expect(certificate.signature_valid).toBe(true);
    expect(said.verification).toMatchObject({ rows_found: 0, complete: true, remains: [] });
    expect(said.versions.filter(({ dataset_id }) => dataset_id === first.dataset_id)).toMatchObject([
      { number: 1, rows_erased: 2 },
      { number: 2, rows_erased: 2 },
    ]);
    expect(said.objects.length).toBeGreaterThan(10);
    expect(said).toMatchObject({ consents: 1, invitations: 1, mail: 1, accounts: 0 });
    expect(said.kept.map(({ what, ground }) => `${what} ${ground}`)).toContain(
      'records: audit_events audit_record',
    );
    expect(said.audit_event_ids.length).toBeGreaterThan(2);
    expect(JSON.stringify(certificate)).not.toMatch(her);
    const { body: events } = await server.admin.call<{ items: AuditEvent[] }>(
      'GET',
      '/audit/events?action=person.erased',
    );
    expect(events.items[0]).toMatchObject({
      outcome: 'success',
      details: { certificate_sha256: certificate.sha256 },
    });
  });

  it('leaves the others’ rows as they were, in a new version that says where it came from', async () => {
    const { body: now } = await server.admin.call<Dataset>('GET', `/data/datasets/${first.dataset_id}`);
    expect(now).toMatchObject({ rows: 4, version_count: 1, table_name: first.table_name });
    const rows = await server.admin.sql('SELECT patient_id, glucose, note FROM dataset ORDER BY 1', [
      first.dataset_id,
    ]);
    expect(rows.body.rows).toEqual([
      ['P-1002', 6.2, 'called by [erased] about her brother'],
      ['P-1003', 7.3, 'well'],
      ['P-1004', 4.9, 'well'],
      ['P-1005', 5, 'well'],
    ]);
    const { body } = await server.admin.call<ProvenanceGraph>('GET', `/provenance/${now.version.version_id}`);
    expect(body.nodes.some(({ kind }) => kind === 'erasure')).toBe(true);
    expect(body.nodes.filter(({ type }) => type === 'activity').every((node) => node.signature_valid)).toBe(
      true,
    );
    const derivation = await server.admin.call<ProvenanceGraph>('GET', `/provenance/${answer.query_id}`);
    expect(derivation.body.nodes.filter(({ type }) => type === 'activity')).toMatchObject([
      {
        parameters: { sql: "SELECT count(*) FROM dataset WHERE email ILIKE '[erased]'" },
        signature_valid: true,
      },
      { signature_valid: true },
    ]);
  });

  it('follows pseudonyms into what was anonymised', async () => {
    const { body } = await server.admin.call<Dataset>('GET', `/data/datasets/${anonymised.dataset_id}`);
    const { body: counted } = await server.admin.sql('SELECT count(*) FROM dataset', [anonymised.dataset_id]);
    expect([body.rows, counted.rows]).toEqual([4, [[4]]]);
    expect(body.version.version_id).not.toBe(anonymised.version_id);
  });

  it('leaves the value in no object, no file, no cache and no record but those that are kept', async () => {
    await server.admin.sql('SELECT * FROM dataset', [first.dataset_id]);
    expect(await filesQuoting(server.folder, her)).toEqual([]);
    expect(await tablesQuoting(server, her)).toEqual(['audit_events']);
    await officer.search(request);
    const { body } = await server.admin.call<SubjectRequest>(
      'GET',
      `/privacy/requests/${request.request_id}`,
    );
    expect(body.identifiers).toEqual(identifiers);
    const closing = { step: 'close', outcome: 'done', text: 'told by letter' };
    const closed = await server.admin.call<SubjectRequest>(
      'POST',
      `/privacy/requests/${request.request_id}/steps`,
      closing,
    );
    expect(closed.body).toMatchObject({ status: 'done', subject: null, identifiers: [] });
  });

  it('is certified in a form that is checked again and printed', async () => {
    const { document, signature, key_id } = certificate;
    const check = (text: string) =>
      server.admin.call('POST', '/privacy/certificates/verify', { document: text, signature, key_id });
    expect((await check(document)).body).toEqual({
      valid: true,
      sha256: certificate.sha256,
      erasure_id: certificate.certificate.erasure_id,
    });
    expect((await check(document.replace('"rows_erased":2', '"rows_erased":9'))).body).toMatchObject({
      valid: false,
      erasure_id: null,
    });
    const pdf = await server.admin.fetch(
      'GET',
      `/privacy/erasures/${certificate.certificate.erasure_id}/certificate/pdf`,
    );
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    const stranger = await server.stranger();
    const path = `/privacy/erasures/${certificate.certificate.erasure_id}`;
    for (const each of [path, `${path}/certificate`, `${path}/certificate/pdf`])
      expect((await stranger.call('GET', each)).status).toBe(404);
    expect((await server.admin.call<Erasure>('GET', path)).body).toMatchObject({
      status: 'done',
      error: null,
    });
  });
});

describe('an erasure that is ended half-way', () => {
  let server: DataServer;
  let officer: Officer;

  beforeAll(async () => {
    server = await startDataServer({ STROMA_ENCRYPT_OBJECTS: '1' });
    officer = new Officer(server.admin);
  });
  afterAll(() => server.close());

  it('goes on where it was, does nothing twice, and leaves no key of what it destroyed', async () => {
    const { admin, platform } = server;
    const mixed = await admin.dataset('visits.csv', visits());
    const only = await admin.dataset(
      'diary.csv',
      'email,mood\nada@lovelace.example,1\nada@lovelace.example,2\n',
    );
    const gone = await admin.dataset(
      'old.csv',
      'email,mood\nada@lovelace.example,3\nalan@turing.example,2\n',
    );
    await admin.call('DELETE', `/data/datasets/${gone.dataset_id}`);
    const doctors = await admin.dataset('doctors.csv', 'patient,doctor\n1,Ada Lovelace\n2,Alan Turing\n');
    const account = (await admin.call<{ user: { user_id: string } }>('GET', '/auth/session')).body.user
      .user_id;
    const { rows: people } = await platform.db.execute(
      `insert into users (id, tenant_id, email, name, role) select 'usr_00000000-0000-7000-8000-000000000001',
        tenant_id, 'ada@lovelace.example', 'Ada Lovelace', 'viewer' from users where id = $1 returning id`,
      [account],
    );
    const userId = String(people[0]?.id);
    const request = await officer.request();
    await officer.search(request);
    const plan = await officer.plan(request);
    const treatments = Object.fromEntries(plan.datasets.map((each) => [each.dataset_id, each.treatment]));
    expect(treatments).toEqual({
      [mixed.dataset_id]: 'rewrite',
      [only.dataset_id]: 'purge',
      [gone.dataset_id]: 'purge',
      [doctors.dataset_id]: 'rewrite',
    });
    expect(plan.accounts).toMatchObject([{ user_id: userId, held: false }]);

    const remove = platform.objects.delete;
    let deaths = 0;
    platform.objects.delete = async (key) => {
      if (deaths < 2) {
        deaths += 1;
        throw new StromaError('STORAGE_UNAVAILABLE', 'The disk was pulled out.');
      }
      return remove.call(platform.objects, key);
    };
    const certificate = await officer.erased(request, {
      erase_accounts: [userId],
      words_only_datasets: [doctors.dataset_id],
    });
    expect(deaths).toBe(2);
    const { versions, objects, verification, accounts } = certificate.certificate;
    expect(verification.remains).toEqual([]);
    expect(versions.map(({ dataset_id }) => dataset_id).sort()).toEqual(Object.keys(treatments).sort());
    expect(accounts).toBe(1);
    expect(new Set(objects.map(({ key }) => key)).size).toBe(objects.length);
    expect(objects.every(({ key_destroyed }) => key_destroyed)).toBe(true);
    for (const { key } of objects) expect(await platform.keys.hasAny(`objects/${key}`)).toBe(false);

    const stays = await admin.sql('SELECT * FROM dataset ORDER BY 1', [doctors.dataset_id]);
    expect(stays.body.rows).toEqual([
      [1, '[erased]'],
      [2, 'Alan Turing'],
    ]);
    expect((await admin.call('GET', `/data/datasets/${only.dataset_id}`)).status).toBe(404);
    expect((await admin.call('POST', `/data/datasets/${gone.dataset_id}/restore`)).status).toBe(404);
    expect((await admin.call('GET', `/access/members/${userId}`)).status).toBe(404);
    expect(await filesQuoting(server.folder, her)).toEqual([]);
    expect(await tablesQuoting(server, her)).toEqual([]);
    const again = await officer.erase(request, await officer.plan(request));
    expect([again.status, again.body.error.message]).toEqual([409, 'The person was erased already.']);
  }, 120_000);

  it('keeps what was signed unless who executes decides otherwise', async () => {
    const { admin } = server;
    const signed = await admin.dataset(
      'signed.csv',
      'email,dose\nmary@anning.example,1\njohn@snow.example,2\n',
    );
    const object = { kind: 'dataset_version', id: signed.version.version_id };
    const subject = await admin.call<{ content_sha256: string }>(
      'GET',
      `/signatures/subject?${new URLSearchParams(object)}`,
    );
    const made = await admin.call('POST', '/signatures', {
      object,
      content_sha256: subject.body.content_sha256,
      meaning: 'approved',
      password,
    });
    expect(made.status).toBe(201);
    const request = await officer.request({ subject: 'Mary Anning', identifiers: ['mary@anning.example'] });
    await officer.search(request);
    const plan = await officer.plan(request);
    expect(plan.datasets).toMatchObject([{ treatment: 'keep', ground: 'signed_record', may_choose: true }]);
    const { certificate } = await officer.erased(request);
    expect(certificate.versions).toEqual([]);
    expect(certificate.kept).toContainEqual(
      expect.objectContaining({ what: 'datasets', ground: 'signed_record' }),
    );
    expect(certificate.verification.complete).toBe(true);

    const second = await officer.request({ subject: 'Mary Anning', identifiers: ['mary@anning.example'] });
    await officer.search(second);
    const erased = await officer.erased(second, { erase_signed_datasets: [signed.dataset_id] });
    expect(erased.certificate.versions).toMatchObject([
      { version_id: signed.version.version_id, rows_erased: 1 },
    ]);
    const { body } = await admin.call<{ items: { state: string }[] }>(
      'GET',
      `/signatures?object_id=${signed.version.version_id}`,
    );
    expect(body.items.map(({ state }) => state)).toEqual(['object_gone']);
  }, 120_000);
});
