import { hash, verify } from 'node:crypto';
import type {
  AuditEvent,
  AuditState,
  ComplianceControl,
  ComplianceReport,
  ComplianceStandard,
  ComplianceSummary,
  Job,
  Signature,
  SignatureSubject,
} from '@stroma/contracts';
import { complianceStandards } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import { type AccessServer, openAccessServer, type Person } from '../permissions/access-server.suite.ts';

let server: AccessServer;
let officer: Person;

beforeAll(async () => {
  server = await openAccessServer();
  officer = await server.member('compliance_officer', 'Olga Officer');
});
afterAll(() => server.close());

async function make(
  person: Person,
  standard: ComplianceStandard,
  body: object = {},
): Promise<ComplianceReport> {
  const order = await person.call<{ job_id: string; report_id: string }>(
    'POST',
    '/security/compliance-report',
    { standard, ...body },
  );
  expect(order.status).toBe(202);
  await expect
    .poll(
      async () => {
        const { body: job } = await person.call<Job>('GET', `/data/jobs/${order.body.job_id}`);
        if (job.status === 'failed') throw new Error(JSON.stringify(job.error));
        return job.status;
      },
      { timeout: 20_000 },
    )
    .toBe('succeeded');
  const { status, body: report } = await person.call<ComplianceReport>(
    'GET',
    `/security/compliance-reports/${order.body.report_id}`,
  );
  expect(status).toBe(200);
  return report;
}

const controlOf = (report: ComplianceReport, clause: string): ComplianceControl => {
  const found = report.controls.find((each) => each.clause === clause);
  if (found === undefined) throw new Error(`no control ${clause}`);
  return found;
};
const evidenceOf = (report: ComplianceReport, check: string) =>
  report.controls.flatMap(({ evidence }) => evidence).find((each) => each.check === check);
const figure = (report: ComplianceReport, check: string, name: string) =>
  evidenceOf(report, check)?.figures.find((each) => each.name === name)?.value;

describe('a compliance report', () => {
  it('is made for every standard, and nothing without a measurement is claimed', async () => {
    for (const standard of complianceStandards) {
      const report = await make(officer, standard);
      expect(report.controls.length).toBeGreaterThan(15);
      for (const { status, evidence, organisation } of report.controls) {
        if (evidence.length === 0) {
          expect(status).toBe('organisational');
          expect(organisation?.length).toBeGreaterThan(10);
        } else expect(status).not.toBe('organisational');
        if (status === 'met') expect(evidence.every((each) => each.status === 'met')).toBe(true);
        for (const each of evidence) expect(each.figures.length).toBeGreaterThan(0);
      }
      const counted = Object.values(report.counts).reduce((sum, count) => sum + count, 0);
      expect(counted).toBe(report.controls.length);
    }
  });

  it('is written in German where it is asked for, every sentence of it', async () => {
    for (const standard of complianceStandards) {
      const english = await make(officer, standard);
      const report = await make(officer, standard, { language: 'de' });
      expect([english.language, report.language]).toEqual(['en', 'de']);
      expect(report.notice).not.toBe(english.notice);
      expect(report.controls.map(({ clause }) => clause)).toEqual(
        english.controls.map(({ clause }) => clause),
      );
      for (const [index, control] of report.controls.entries()) {
        const same = english.controls[index];
        expect(control.title).not.toBe(same?.title);
        expect([control.clause, control.organisation === null]).toEqual([
          control.clause,
          same?.organisation === null,
        ]);
        if (control.organisation !== null) expect(control.organisation).not.toBe(same?.organisation);
        for (const [n, { finding }] of control.evidence.entries())
          expect(finding).not.toBe(same?.evidence[n]?.finding);
      }
    }
  });

  it('is not met while a request of a person is past its date', async () => {
    const request = (part: string) => server.app.platform.db.execute(part);
    await request(`insert into subject_requests (id, tenant_id, kind, status, sealed, received_at, due_at, recorded_by,
        recorded_by_name, recorded_at)
      values ('srq_late', '${server.tenantId}', 'access', 'open', '', now() - interval '40 days',
        now() - interval '9 days', 'usr_x', 'X', now())`);
    const late = await make(officer, 'gdpr');
    expect(controlOf(late, 'GDPR Art. 15').status).toBe('not_met');
    expect(figure(late, 'requests_answered', 'overdue')).toBe(1);
    await request(`update subject_requests set status = 'done', closed_at = now() where id = 'srq_late'`);
    const answered = await make(officer, 'gdpr');
    expect(controlOf(answered, 'GDPR Art. 15').status).toBe('met');
    expect(figure(answered, 'requests_answered', 'closed')).toBe(1);
  });

  it('measures the live system: figures follow what changes', async () => {
    const before = await make(officer, 'soc2');
    expect(figure(before, 'row_security', 'walled')).toBe(figure(before, 'row_security', 'tables'));
    expect(figure(before, 'audit_guarded', 'tables_guarded')).toBe(5);
    expect(figure(before, 'access_reviewed', 'age_days')).toBe(null);
    expect(controlOf(before, 'TSC CC6.3').status).toBe('partly');
    expect(figure(before, 'second_factor_cover', 'with_second_factor')).toBe(0);

    const reviewed = await officer.call<{ members: number }>('POST', '/security/access-reviews', {
      note: 'Looked through every member with the head of the laboratory.',
    });
    expect([reviewed.status, reviewed.body.members]).toEqual([201, 2]);
    await server.signIn(officer.email, 'a wrong password for this');
    const after = await make(officer, 'soc2');
    expect(evidenceOf(after, 'access_reviewed')?.status).toBe('met');
    expect(controlOf(after, 'TSC CC6.3').status).toBe('met');
    const failed = Number(figure(after, 'sign_ins_guarded', 'failed_sign_ins'));
    expect(failed).toBe(Number(figure(before, 'sign_ins_guarded', 'failed_sign_ins')) + 1);
    const [named] = evidenceOf(after, 'access_reviewed')?.event_ids ?? [];
    const event = await officer.call<AuditEvent>('GET', `/audit/events/${named}`);
    expect(event.body.action).toBe('access.reviewed');
  });

  it('counts a period alone', async () => {
    const period = { from: '2001-01-01T00:00:00.000Z', to: '2001-02-01T00:00:00.000Z' };
    const report = await make(officer, 'part11', { period });
    expect(report.period).toEqual(period);
    expect(figure(report, 'activity_recorded', 'events')).toBe(0);
    expect(evidenceOf(report, 'audit_intact')?.status).toBe('met');
    const backwards = await officer.call('POST', '/security/compliance-report', {
      standard: 'part11',
      period: { from: period.to, to: period.from },
    });
    expect(backwards.body.error.code).toBe('INVALID_INPUT');
  });

  it('is signed: anybody can check it with the public key of the record', async () => {
    const { signature_valid, sha256, key_id, signature, ...signed } = await make(officer, 'hipaa');
    expect(signature_valid).toBe(true);
    expect(hash('sha256', canonicalJson(signed))).toBe(sha256);
    const { body: state } = await officer.call<AuditState>('GET', '/audit/state');
    const key = state.public_keys.find((each) => each.key_id === key_id)?.public_key ?? '';
    const text = Buffer.from(`stroma audit 1\ncompliance report ${sha256}`);
    expect(verify(null, text, key, Buffer.from(signature, 'base64'))).toBe(true);
  });

  it('says when the record itself was tampered with, and then the clause is not met', async () => {
    const other = await openAccessServer();
    try {
      const report = await make(other.admin, 'part11');
      expect(controlOf(report, '21 CFR 11.10(e)').status).not.toBe('not_met');
      await other.app.platform.db.execute(
        `alter table audit_events disable trigger user;
         update audit_events set actor_name = 'Mallory' where action = 'session.started';`,
      );
      const tampered = await make(other.admin, 'part11');
      expect(controlOf(tampered, '21 CFR 11.10(e)').status).toBe('not_met');
      expect(Number(figure(tampered, 'audit_intact', 'findings'))).toBeGreaterThan(0);
      expect(figure(tampered, 'audit_guarded', 'tables_guarded')).toBe(4);
    } finally {
      await other.close();
    }
  });

  it('holds the record against what was kept outside: an end cut off whole is told', async () => {
    const other = await openAccessServer();
    try {
      expect((await other.admin.call('POST', '/audit/checkpoints')).status).toBe(201);
      await other.app.platform.db.execute(
        `alter table audit_events disable trigger all; alter table audit_links disable trigger all;
         alter table audit_seals disable trigger all;
         delete from audit_events; delete from audit_links; delete from audit_seals;`,
      );
      const cut = await make(other.admin, 'part11');
      expect(controlOf(cut, '21 CFR 11.10(e)').status).toBe('not_met');
    } finally {
      await other.close();
    }
  });

  it('is listed, printed as PDF and on record', async () => {
    await make(officer, 'soc2');
    await make(officer, 'soc2');
    const { body } = await officer.call<{ items: ComplianceSummary[]; next_cursor: string | null }>(
      'GET',
      '/security/compliance-reports?standard=soc2&limit=1',
    );
    expect(body.items.map(({ standard }) => standard)).toEqual(['soc2']);
    expect(body.next_cursor).toBe(body.items[0]?.report_id);
    const answer = await fetch(
      `${server.url}/api/v1/security/compliance-reports/${body.items[0]?.report_id}/pdf`,
      { headers: { authorization: `Bearer ${officer.token}` } },
    );
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    const pdf = Buffer.from(await answer.arrayBuffer());
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(20_000);
    const made = await officer.call<{ items: AuditEvent[] }>('GET', '/audit/events?action=report.made');
    expect(made.body.items.some(({ object }) => object?.id === body.items[0]?.report_id)).toBe(true);
  });

  it('is signed by people like any other record, and the PDF shows it', async () => {
    const { report_id: id } = await make(officer, 'part11');
    const path = `/signatures/subject?kind=compliance_report&id=${id}`;
    const subject = await officer.call<SignatureSubject>('GET', path);
    expect(subject.body.object.label).toContain('21 CFR Part 11');
    const signed = await officer.call<Signature>('POST', '/signatures', {
      object: { kind: 'compliance_report', id },
      content_sha256: subject.body.content_sha256,
      meaning: 'approved',
      comment: 'for the inspection',
      time_zone: 'Europe/Berlin',
      password: 'a long enough password for all',
    });
    expect([signed.status, signed.body.state]).toEqual([201, 'valid']);
    expect((await officer.call<SignatureSubject>('GET', path)).body.signatures).toHaveLength(1);
    const pdf = await fetch(`${server.url}/api/v1/security/compliance-reports/${id}/pdf`, {
      headers: { authorization: `Bearer ${officer.token}` },
    });
    expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    const scientist = await server.member('scientist');
    expect((await scientist.call('GET', path)).status).toBe(404);
  });

  it('is made by who may, and is nobody’s of another organisation', async () => {
    const scientist = await server.member('scientist');
    const refused = await scientist.call('POST', '/security/compliance-report', { standard: 'gdpr' });
    expect(refused.body.error.code).toBe('FORBIDDEN');
    const quality = await server.member('quality_assurance');
    expect((await quality.call('GET', '/security/compliance-reports')).status).toBe(200);
    expect((await quality.call('POST', '/security/compliance-report', { standard: 'gdpr' })).status).toBe(
      403,
    );
    const { body } = await officer.call<{ items: ComplianceSummary[] }>(
      'GET',
      '/security/compliance-reports',
    );
    const { admin } = await server.otherTenant();
    const id = body.items[0]?.report_id;
    expect((await admin.call('GET', `/security/compliance-reports/${id}`)).status).toBe(404);
    expect((await admin.call('GET', `/security/compliance-reports/${id}/pdf`)).status).toBe(404);
    const theirs = await admin.call<{ items: unknown[] }>('GET', '/security/compliance-reports');
    expect(theirs.body.items).toEqual([]);
  });
});
