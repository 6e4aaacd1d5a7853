import type {
  BiasReport,
  Criticality,
  CriticalPolicy,
  ModelEvaluation,
  ModelFairness,
  ModelRecord,
  ModelVersion,
  PredictionReview,
  Predictions,
  Promotion,
  RiskRecord,
  SignatureSubject,
  Training,
  VersionGovernance,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, password, startDataServer } from '../../data/data-server.suite.ts';
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

/** Rare ones are short; in the south a third of them are turned. */
const table = (rows: number, from = 0): string =>
  [
    'kind,length,width,site,sex',
    ...Array.from({ length: rows }, (_, at) => {
      const row = at + from;
      const isRare = row % 2 === 0;
      const site = ['north', 'south'][Math.floor(row / 2) % 2];
      const turned = site === 'south' && Math.floor(row / 4) % 3 === 0;
      const length = (isRare !== turned ? 5 : 7) + ((row * 7) % 11) / 9;
      const sex = Math.floor(row / 8) % 2 === 0 ? 'f' : 'm';
      return `${isRare ? 'rare' : 'common'},${length.toFixed(2)},${(3 + ((row * 5) % 7) / 10).toFixed(2)},${site},${sex}`;
    }),
  ].join('\n');

const at = (what: string) => `/ml/models/${model}/versions/1/${what}`;
const rule = (name: string, when: object, more: object = {}) => ({ name, when, ...more });
const policy = (person: Person, rules: object[]) =>
  person.call<CriticalPolicy & Refusal>('PUT', '/ml/governance/policy', { rules });
const governance = async () => (await scientist.call<VersionGovernance>('GET', at('governance'))).body;

async function sign(person: Person, object: { kind: string; id: string }, meaning = 'approved') {
  const { kind, id } = object;
  const subject = await person.call<SignatureSubject>('GET', `/signatures/subject?kind=${kind}&id=${id}`);
  return person.call('POST', '/signatures', {
    object,
    content_sha256: subject.body.content_sha256,
    meaning,
    password,
  });
}

beforeAll(async () => {
  server = await startDataServer({ STROMA_LOG_LEVEL: 'error' });
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
afterAll(() => server.close());

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

const statements = (more: object = {}) => ({
  classification: {
    scope: 'in_scope',
    prohibited: [],
    safety_component: false,
    annex_iii: ['essential_services'],
    profiles_persons: false,
    transparency: [],
    reasons: 'It orders who is seen first.',
  },
  answers: { intended_purpose: 'Tells rare kinds from common ones.' },
  hazards: [
    {
      kind: 'error',
      hazard: 'A rare kind is taken for a common one.',
      affected: 'Whoever is looked at later',
      likelihood: 'possible',
      severity: 'serious',
      mitigation: 'A person looks at every one.',
      residual_likelihood: 'unlikely',
      residual_severity: 'minor',
      accepted: true,
    },
  ],
  ...more,
});
const record = (person: Person, body: object = statements()) =>
  person.call<ModelRecord & Refusal>('POST', at('risk-records'), body);

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
    await server.platform.db.execute("update users set role = 'lab_manager' where id = $1", [
      (await governance()).trained_by[0]?.user_id,
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
      `/security/audit?action=model-version.signed-off`,
    );
    expect(trail.body.items).toHaveLength(2);
  });
});
