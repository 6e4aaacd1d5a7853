import type {
  AnonymisationResult,
  Answer,
  AuditEvent,
  Dataset,
  Erasure,
  ErasureCertificate,
  Invitation,
  LegalHold,
  ProvenanceGraph,
  SubjectRequest,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, startDataServer } from '../data-server.suite.ts';
import { filesQuoting, her, identifiers, Officer, tablesQuoting, visits } from './erasures.suite.ts';

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
    for (const table of ['audit_events', 'identity_challenges', 'jobs', 'uploads'])
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

  it('stays the plan that was read when it is made sure who asks', async () => {
    const wish = { kind: 'erasure', subject: 'Nobody', identifiers: ['Nobody Knownhere-77'] };
    const { body } = await server.admin.call<SubjectRequest>('POST', '/privacy/requests', wish);
    await officer.search(body);
    const before = await officer.plan(body);
    expect(before.blocked).toMatch(/Art. 12\(6\)/);
    expect((await officer.erase(body, before)).status).toBe(409);
    const how = { step: 'verify_identity', how: 'passport seen at the desk' };
    await server.admin.call('POST', `/privacy/requests/${body.request_id}/steps`, how);
    const after = await officer.plan(body);
    expect([after.blocked, after.plan_sha256]).toEqual([null, before.plan_sha256]);
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
