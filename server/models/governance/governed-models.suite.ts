import type {
  BiasReport,
  CriticalPolicy,
  ModelCard,
  ModelEvaluation,
  ModelFairness,
  ModelRecord,
  ModelVersion,
  PredictionReview,
  Predictions,
  Promotion,
  RiskRecord,
  Training,
  VersionGovernance,
} from '@stroma/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataServer, Person } from '../../data/data-server.suite.ts';
import { sign, statements, kindsTable as table } from './governance.suite.ts';
import { estimatesOf } from './report-estimates.ts';

type Refusal = { error: { code: string; message: string; details: Record<string, unknown> } };

let server: DataServer;
let scientist: Person;
let colleague: Person;
let manager: Person;
let director: Person;
let learned: string;
let tested: string;
let model: string;

const at = (what: string) => `/ml/models/${model}/versions/1/${what}`;
const rule = (name: string, when: object, more: object = {}) => ({ name, when, ...more });
const policy = (person: Person, rules: object[]) =>
  person.call<CriticalPolicy & Refusal>('PUT', '/ml/governance/policy', { rules });
const governance = async () => (await scientist.call<VersionGovernance>('GET', at('governance'))).body;

const fairness = async (body: object = {}): Promise<ModelFairness> => {
  const asked = await scientist.call<{ job_id: string }>('POST', at('fairness'), {
    dataset_id: tested,
    protected: ['site', 'sex'],
    positive: 'rare',
    ...body,
  });
  expect((await scientist.jobEnd(asked.body.job_id)).status).toBe('succeeded');
  return (await scientist.call<ModelFairness>('GET', at('fairness'))).body;
};

const record = (person: Person, body: object = statements()) =>
  person.call<ModelRecord & Refusal>('POST', at('risk-records'), body);

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
    learned = (await scientist.dataset('learned.csv', table(120))).dataset_id;
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
      for (const person of [scientist, manager]) expect((await policy(person, [])).status).toBe(403);
      const empty = await policy(director, [rule('Everything', {})]);
      expect([empty.status, empty.body.error.message]).toEqual([400, expect.stringContaining('condition')]);
      const set = await policy(director, [rule('Triage', { stages: ['production'] }, { sign_offs: 2 })]);
      expect(set.body).toMatchObject({ number: 1, rules: [{ name: 'Triage', signature: true }] });
      const stranger = await server.stranger();
      expect((await stranger.call<CriticalPolicy>('GET', '/ml/governance/policy')).body.number).toBe(0);
      expect((await policy(stranger, [rule('Theirs', { stages: ['staging'] })])).body.number).toBe(1);
      const own = await governance();
      expect(own).toMatchObject({ now: null, staging: null, production: { sign_offs: 2, signature: true } });
    });

    it('come to production when enough other persons have signed them off, and not by who trained or asked', async () => {
      const { version_id: id } = (await scientist.call<ModelVersion>('GET', at('').slice(0, -1))).body;
      const asked = await manager.call<Promotion>('POST', at('promotions'), { stage: 'production' });
      expect(asked.body).toMatchObject({ state: 'waiting', critical: { sign_offs: 2 }, sign_offs: [] });
      const decide = (person: Person) =>
        person.call<Promotion & Refusal>('POST', `/ml/promotions/${asked.body.promotion_id}/decision`, {
          decision: 'approve',
        });
      expect((await decide(manager)).body.error.details).toMatchObject({ rule: 'four_eyes' });
      // Whoever trained it may not, not even once they may promote.
      const [trainer] = (await governance()).trained_by;
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

  describe('predictions made for a critical use', () => {
    const rows = [
      { length: 5.2, width: 3.1 },
      { length: 7.4, width: 3.4 },
    ];
    const predict = (person: Person) =>
      person.call<Predictions>('POST', '/ml/predict', { model_id: model, version: '1', rows });
    const review = (person: Person, id: string | undefined, body: object) =>
      person.call<PredictionReview & Refusal>('POST', `/ml/prediction-reviews/${id}/decision`, body);

    it('say that a person reviews them, who accepts each or puts something else in its place, on record', async () => {
      await policy(director, [
        rule('Triage', { stages: ['production'] }, { sign_offs: 2, reviews: 'another' }),
      ]);
      const { body } = await predict(colleague);
      expect(body.requires_review).toBe(true);
      const [first, second] = body.predictions.map(({ review_id }) => review_id);
      const waiting = await scientist.call<{ items: PredictionReview[] }>(
        'GET',
        `/ml/models/${model}/reviews?state=waiting`,
      );
      expect(waiting.body.items.map((each) => [each.row, each.prediction, each.confidence])).toEqual(
        rows
          .map((row, place) => [
            row,
            body.predictions[place]?.prediction,
            body.predictions[place]?.confidence,
          ])
          .toReversed(),
      );
      const own = await review(colleague, first, { decision: 'accept' });
      expect([own.status, own.body.error.details]).toEqual([
        403,
        expect.objectContaining({ rule: 'four_eyes' }),
      ]);
      expect((await review(manager, first, { decision: 'override', outcome: 'common' })).status).toBe(400);
      const over = await review(manager, first, {
        decision: 'override',
        outcome: 'common',
        reason: 'Seen under the lens.',
      });
      expect(over.body).toMatchObject({
        state: 'overridden',
        outcome: 'common',
        reason: 'Seen under the lens.',
        prediction: body.predictions[0]?.prediction,
      });
      expect((await review(director, first, { decision: 'accept' })).status).toBe(409);
      expect((await review(manager, second, { decision: 'accept' })).body.state).toBe('accepted');
      expect(await governance()).toMatchObject({
        waiting_reviews: 0,
        reviewed: { accepted: 1, overridden: 1 },
      });
      const stored = await server.platform.db.execute(
        'select said, verdict, sealed is null as clear from ml_prediction_reviews',
      );
      expect(stored.rows).toEqual([
        { said: null, verdict: null, clear: false },
        { said: null, verdict: null, clear: false },
      ]);
      const stranger = await server.stranger();
      expect((await review(stranger, first, { decision: 'accept' })).status).toBe(404);
      const viewer = await server.colleague('viewer');
      expect((await viewer.call('GET', `/ml/models/${model}/reviews`)).status).toBe(403);
    });

    it('are answered as ever where nothing is marked', async () => {
      await policy(director, []);
      const { body } = await predict(colleague);
      expect([body.requires_review, body.predictions[0]?.review_id]).toEqual([false, undefined]);
    });
  });

  describe('a risk record', () => {
    it('is filled from what is on record, figure by figure, and says what is missing', async () => {
      const report = await fairness();
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
      const { body: card } = await scientist.call<ModelCard>('GET', at('card'));
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
      await policy(director, [rule('High risk', { risk_classes: ['high'] }, { sign_offs: 3 })]);
      const approve = (person: Person, { record_id }: ModelRecord) =>
        person.call<ModelRecord & Refusal>('POST', `/ml/model-records/${record_id}/approval`);
      const minimal = statements({ classification: { ...statements().classification, annex_iii: [] } });
      const { body: lower } = await record(manager, minimal);
      expect((lower.document as RiskRecord).risk_class).toBe('minimal');
      expect(await governance()).toMatchObject({ risk_class: 'minimal', production: { sign_offs: 3 } });
      const own = await approve(manager, lower);
      expect([own.status, own.body.error.details]).toEqual([
        403,
        expect.objectContaining({ rule: 'four_eyes' }),
      ]);
      expect((await approve(director, lower)).status).toBe(422);
      await sign(director, { kind: 'model_record', id: lower.record_id });
      expect((await approve(director, lower)).body.approved_by).not.toBeNull();
      expect((await approve(server.admin, lower)).status).toBe(422);
      expect(await governance()).toMatchObject({ counted_classes: ['minimal'], production: null });
      await record(scientist);
      expect(await governance()).toMatchObject({ risk_class: 'high', production: { sign_offs: 3 } });
      await policy(director, []);
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

  describe('a bias report', () => {
    it('has every figure of its fairness report, says what was not tested, and compares before and after', async () => {
      const before = await fairness({ threshold: 0.9 });
      const after = await fairness({ threshold: 0.5 });
      const { status, body } = await scientist.call<ModelRecord>('POST', at('bias-reports'), {
        before_report_id: before.report_id,
        mitigation: 'Another threshold.',
      });
      expect(status).toBe(201);
      const document = body.document as BiasReport;
      expect(document.report).toMatchObject({
        report_id: after.report_id,
        dataset_version_id: after.dataset_version_id,
        verdict: after.report.verdict,
        threshold: 0.5,
      });
      expect(document.by.map(({ criteria }) => criteria)).toEqual(
        after.report.by.map(({ criteria }) => criteria),
      );
      expect(document.by.map(({ columns, crossed }) => [columns, crossed])).toEqual([
        [['site'], false],
        [['sex'], false],
        [['site', 'sex'], true],
      ]);
      expect(document.by.flatMap(({ groups }) => groups.map(({ figures }) => figures))).toEqual(
        after.report.by.flatMap(({ groups }) => groups.map((group) => estimatesOf(group))),
      );
      const parity = (own: ModelFairness) =>
        own.report.by[0]?.criteria.find(({ name }) => name === 'demographic_parity');
      expect(document.mitigation?.changes[0]).toEqual({
        columns: ['site'],
        criterion: 'demographic_parity',
        before: { ...parity(before)?.difference, verdict: parity(before)?.verdict },
        after: { ...parity(after)?.difference, verdict: parity(after)?.verdict },
      });
      expect(document.missing.map(({ missing }) => missing)).toEqual(['conclusion', 'limits']);
      expect(document.untested.every(({ reason }) => reason !== undefined)).toBe(true);
      const text = await (
        await scientist.fetch('GET', `/ml/model-records/${body.record_id}/markdown`)
      ).text();
      expect(text).toContain('Before and after the mitigation');
    });

    it('is refused of other rows or groups, without a report, and to who is not shown the data', async () => {
      const newest = await fairness({ protected: ['site'] });
      const make = (person: Person, body: object) =>
        person.call<ModelRecord & Refusal>('POST', at('bias-reports'), body);
      const { body: made } = await make(scientist, {});
      const other = await fairness();
      const unlike = await make(scientist, { before_report_id: newest.report_id });
      expect([unlike.status, unlike.body.error.message]).toEqual([
        422,
        expect.stringContaining('same version of a dataset'),
      ]);
      expect((await make(scientist, { report_id: 'mrp_00000000-0000-7000-8000-000000000000' })).status).toBe(
        404,
      );
      const stranger = await server.stranger();
      expect((await make(stranger, { report_id: other.report_id })).status).toBe(404);
      expect((await stranger.call('GET', `/ml/model-records/${made.record_id}`)).status).toBe(404);
      await server.admin.call('PUT', `/data/datasets/${tested}/access`, {
        sensitivity: 'internal',
        rules: [
          {
            kind: 'mask',
            readers: { which: 'only', roles: ['technician'] },
            column: 'sex',
            mask: { kind: 'hide' },
          },
        ],
      });
      const technician = await server.colleague('technician');
      for (const what of ['', '/markdown', '/pdf'])
        expect((await technician.call('GET', `/ml/model-records/${made.record_id}${what}`)).status).toBe(403);
      const subject = await technician.call(
        'GET',
        `/signatures/subject?kind=model_record&id=${made.record_id}`,
      );
      expect(subject.status).toBe(404);
      expect((await scientist.call('GET', `/ml/model-records/${made.record_id}`)).status).toBe(200);
    });
  });
}
