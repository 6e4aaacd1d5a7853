import type {
  CriticalPolicy,
  ModelCard,
  ModelEvaluation,
  ModelRecord,
  ModelVersion,
  Promotion,
  RiskRecord,
  Training,
} from '@stroma/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataServer, Person } from '../../data/data-server.suite.ts';
import { biasReportTests } from './bias-reports.suite.ts';
import {
  type Governed,
  GovernedCalls,
  type Refusal,
  rule,
  sign,
  statements,
  kindsTable as table,
} from './governance.suite.ts';
import { reviewTests } from './prediction-reviews.suite.ts';
import { estimatesOf } from './report-estimates.ts';

let server: DataServer;
let scientist: Person;
let colleague: Person;
let manager: Person;
let director: Person;
let tested: string;
let model: string;

const governed = (): Governed => ({ server, scientist, colleague, manager, director, tested, model });
const calls = new GovernedCalls(governed);

const record = (person: Person, body: object = statements()) =>
  person.call<ModelRecord & Refusal>('POST', calls.at('risk-records'), body);

/** On a server that runs already, whose organisation has no rules yet; leaves it without any. */
export function governanceTests(shared: () => DataServer): void {
  beforeAll(async () => {
    server = shared();
    [scientist, colleague, manager, director] = await Promise.all([
      server.colleague('scientist'),
      server.colleague('scientist'),
      server.colleague('lab_manager'),
      server.colleague('lab_director'),
    ]);
    const learned = (await scientist.dataset('learned.csv', table(120))).dataset_id;
    tested = (await scientist.dataset('tested.csv', table(320, 120))).dataset_id;
    const started = await scientist.call<{ job_id: string }>('POST', '/ml/train', {
      dataset_id: learned,
      target: 'kind',
      leave_out: ['site', 'sex'],
      learner: 'linear',
      time_limit_s: 5,
      name: 'Kinds',
    });
    await scientist.jobEnd(started.body.job_id);
    const { body } = await scientist.call<Training>('GET', `/ml/trainings/${started.body.job_id}`);
    model = body.result?.model_id as string;
  });

  describe('uses that an organisation marks as critical', () => {
    it('are said by who governs models, and what was said before stays on record', async () => {
      expect((await scientist.call<CriticalPolicy>('GET', '/ml/governance/policy')).body).toMatchObject({
        number: 0,
        rules: [],
      });
      for (const person of [scientist, manager]) expect((await calls.policy(person, [])).status).toBe(403);
      const empty = await calls.policy(director, [rule('Everything', {})]);
      expect([empty.status, empty.body.error.message]).toEqual([400, expect.stringContaining('condition')]);
      const set = await calls.policy(director, [
        rule('Triage', { stages: ['production'] }, { sign_offs: 2 }),
      ]);
      expect(set.body).toMatchObject({ number: 1, rules: [{ name: 'Triage', signature: true }] });
      const stranger = await server.stranger();
      expect((await stranger.call<CriticalPolicy>('GET', '/ml/governance/policy')).body.number).toBe(0);
      expect((await calls.policy(stranger, [rule('Theirs', { stages: ['staging'] })])).body.number).toBe(1);
      const own = await calls.governance();
      expect(own).toMatchObject({ now: null, staging: null, production: { sign_offs: 2, signature: true } });
    });

    it('come to production when enough other persons have signed them off, and not by who trained or asked', async () => {
      const { version_id: id } = (await scientist.call<ModelVersion>('GET', calls.at('').slice(0, -1))).body;
      const asked = await manager.call<Promotion>('POST', calls.at('promotions'), { stage: 'production' });
      expect(asked.body).toMatchObject({ state: 'waiting', critical: { sign_offs: 2 }, sign_offs: [] });
      const decide = (person: Person) =>
        person.call<Promotion & Refusal>('POST', `/ml/promotions/${asked.body.promotion_id}/decision`, {
          decision: 'approve',
        });
      expect((await decide(manager)).body.error.details).toMatchObject({ rule: 'four_eyes' });
      // Whoever trained it may not, not even once they may promote.
      const [trainer] = (await calls.governance()).trained_by;
      await server.admin.call('PATCH', `/access/members/${trainer?.user_id}`, { role: 'lab_manager' });
      const trained = await decide(scientist);
      expect([trained.status, trained.body.error.message]).toEqual([
        403,
        expect.stringContaining('You trained'),
      ]);
      const unsigned = await decide(director);
      expect([unsigned.status, unsigned.body.error.message]).toEqual([422, expect.stringContaining('sign')]);
      await sign(director, { kind: 'model_version', id });
      const first = await decide(director);
      expect(first.body).toMatchObject({ state: 'waiting', sign_offs: [{ comment: '' }] });
      expect((await decide(director)).status).toBe(409);
      await sign(server.admin, { kind: 'model_version', id });
      const second = await decide(server.admin);
      expect(second.body).toMatchObject({ state: 'done', to_stage: 'production' });
      expect(second.body.sign_offs.map(({ signature_id }) => signature_id)).toEqual([
        expect.stringMatching(/^sgn_/),
        expect.stringMatching(/^sgn_/),
      ]);
      const trail = await server.admin.call<{ items: { action: string }[] }>(
        'GET',
        '/audit/events?action=model-version.signed-off',
      );
      expect(trail.body.items).toHaveLength(2);
    });
  });

  reviewTests(governed);

  describe('a risk record', () => {
    it('is filled from what is on record, figure by figure, and says what is missing', async () => {
      const report = await calls.fairness();
      const { status, body } = await record(scientist);
      expect(status).toBe(201);
      const document = body.document as RiskRecord;
      expect(document).toMatchObject({
        number: 1,
        risk_class: 'high',
        basis: [{ article: '6(2), Annex III', because: 'essential_services' }],
        hazards: [{ level: 'medium', residual_level: 'low' }],
      });
      const { body: evaluation } = await scientist.call<ModelEvaluation>(
        'GET',
        `/ml/models/${model}/metrics?version=1`,
      );
      const told = (name: string) =>
        document.facts
          .filter((fact) => fact.name === name)
          .map(({ about, value, low, high }) => [about, value, low, high]);
      expect(told('score')).toEqual(
        evaluation.holdout?.scores.map(({ metric, score, ci }) => [
          metric,
          score,
          ci?.[0] ?? null,
          ci?.[1] ?? null,
        ]),
      );
      expect(told('held_out_rows')[0]?.[1]).toBe(evaluation.holdout?.rows);
      expect(told('data')[0]).toEqual([
        expect.stringContaining('learned'),
        evaluation.dataset?.content_sha256,
        null,
        null,
      ]);
      const groups = report.report.by.flatMap((by): Parameters<typeof estimatesOf>[0][] => by.groups);
      expect(told('group_selection_rate').map(([, ...figures]) => figures)).toEqual(
        groups.flatMap((group) =>
          estimatesOf(group)
            .filter(({ name }) => name === 'selection_rate')
            .map(({ estimate: { value, low, high } }) => [value, low, high]),
        ),
      );
      for (const { source } of document.facts) expect(source.kind).not.toBe('');
      const missing = document.missing.map(({ missing: what, about }) => `${what} ${about ?? ''}`.trim());
      expect(missing).toEqual(
        expect.arrayContaining(['drift_report', 'answer oversight', 'predictions_kept']),
      );
      expect(missing).not.toContain('answer intended_purpose');
      const { body: card } = await scientist.call<ModelCard>('GET', calls.at('card'));
      expect(card.risk).toMatchObject({
        record_id: body.record_id,
        risk_class: 'high',
        intended_purpose: 'Tells rare kinds from common ones.',
        limits: null,
      });
      expect(card.not_stated).toContain('what its limits are');
      const graph = await scientist.call('GET', `/provenance/${body.provenance_id}`);
      expect(JSON.stringify(graph.body)).toContain(report.report_id);
    });

    it('stays as it was made, and the next names it', async () => {
      const before = (await record(scientist)).body;
      const after = (await record(scientist, statements({ answers: {} }))).body;
      expect((after.document as RiskRecord).previous_sha256).toBe(before.sha256);
      const again = await manager.call<ModelRecord>('GET', `/ml/model-records/${before.record_id}`);
      expect(again.body).toEqual(before);
      expect(again.body.seal_valid).toBe(true);
      await server.platform.db.execute(
        `update ml_model_records set document = replace(document, '"risk_class":"high"', '"risk_class":"minimal"') where id = $1`,
        [before.record_id],
      );
      const altered = await manager.call<ModelRecord>('GET', `/ml/model-records/${before.record_id}`);
      expect(altered.body.seal_valid).toBe(false);
    });

    it('is stood for by somebody else with a signature; only then a lower class ends a rule', async () => {
      await calls.policy(director, [rule('High risk', { risk_classes: ['high'] }, { sign_offs: 3 })]);
      const approve = (person: Person, { record_id }: ModelRecord) =>
        person.call<ModelRecord & Refusal>('POST', `/ml/model-records/${record_id}/approval`);
      const minimal = statements({ classification: { ...statements().classification, annex_iii: [] } });
      const { body: lower } = await record(manager, minimal);
      expect((lower.document as RiskRecord).risk_class).toBe('minimal');
      expect(await calls.governance()).toMatchObject({ risk_class: 'minimal', production: { sign_offs: 3 } });
      const own = await approve(manager, lower);
      expect([own.status, own.body.error.details]).toEqual([
        403,
        expect.objectContaining({ rule: 'four_eyes' }),
      ]);
      expect((await approve(director, lower)).status).toBe(422);
      await sign(director, { kind: 'model_record', id: lower.record_id });
      expect((await approve(director, lower)).body.approved_by).not.toBeNull();
      expect((await approve(server.admin, lower)).status).toBe(422);
      expect(await calls.governance()).toMatchObject({ counted_classes: ['minimal'], production: null });
      await record(scientist);
      expect(await calls.governance()).toMatchObject({ risk_class: 'high', production: { sign_offs: 3 } });
      await calls.policy(director, []);
    });

    it('is read as Markdown and PDF with its signatures, in both languages', async () => {
      const { body } = await record(
        scientist,
        statements({ answers: { intended_purpose: '# no heading | <b>no tag</b>' } }),
      );
      await sign(scientist, { kind: 'model_record', id: body.record_id }, 'authored');
      const english = await scientist.fetch('GET', `/ml/model-records/${body.record_id}/markdown`);
      const text = await english.text();
      expect(text).toContain('# Risk record');
      expect(text).toMatch(/Authored by Someone .* \(valid when printed\)/);
      expect(text).toContain('\\# no heading \\| \\<b\\>no tag\\</b\\>');
      expect(text).toContain('## Missing');
      expect(text).toContain(body.sha256);
      for (const { value } of (body.document as RiskRecord).facts)
        if (typeof value === 'number') expect(text).toContain(` ${value} `);
      const german = await scientist.fetch('GET', `/ml/model-records/${body.record_id}/markdown?language=de`);
      expect(await german.text()).toContain('## Es fehlt');
      const pdf = await scientist.fetch('GET', `/ml/model-records/${body.record_id}/pdf?language=de`);
      expect(pdf.headers.get('content-type')).toBe('application/pdf');
      expect(
        Buffer.from(await pdf.arrayBuffer())
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-');
    });
  });

  biasReportTests(governed);
}
