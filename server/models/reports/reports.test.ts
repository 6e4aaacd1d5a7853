import type { Dataset, ModelCard, ModelDrift, ModelFairness, Training } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../../data/data-server.suite.ts';
import { watchedModels } from '../monitoring/monitoring.suite.ts';

let server: DataServer;
let scientist: Person;
let model: string;
let learned: Dataset;
let later: Dataset;

/** Two kinds that length tells apart, worse in the south; `longer` moves length, `muddled` makes it tell nothing. */
const table = (rows: number, { longer = 0, from = 0, muddled = false } = {}): string =>
  [
    'kind,length,width,site',
    ...Array.from({ length: rows }, (_, at) => {
      const row = at + from;
      const isRare = row % 2 === 0;
      const site = ['north', 'south'][Math.floor(row / 2) % 2];
      const turned = muddled ? row % 4 < 2 : site === 'south' && Math.floor(row / 4) % 3 === 0;
      const length = (isRare !== turned ? 5 : 7) + ((row * 7) % 11) / 9 + longer;
      return `${isRare ? 'rare' : 'common'},${length.toFixed(2)},${(3 + ((row * 5) % 7) / 10).toFixed(2)},${site}`;
    }),
  ].join('\n');

const at = (what: string) => `/ml/models/${model}/versions/1/${what}`;

async function reported(person: Person, what: 'fairness' | 'drift', body: object) {
  const asked = await person.call<{ job_id: string }>('POST', at(what), body);
  expect(asked.status).toBe(202);
  return person.jobEnd(asked.body.job_id);
}

beforeAll(async () => {
  server = await startDataServer();
  scientist = await server.colleague('scientist');
  learned = await scientist.dataset('learned.csv', table(160));
  later = await scientist.dataset('later.csv', table(240, { from: 160, longer: 1.5, muddled: true }));
  const started = await scientist.call<{ job_id: string }>('POST', '/ml/train', {
    dataset_id: learned.dataset_id,
    target: 'kind',
    leave_out: ['site'],
    learner: 'linear',
    time_limit_s: 5,
    name: 'Kinds',
  });
  await scientist.jobEnd(started.body.job_id);
  const { body } = await scientist.call<Training>('GET', `/ml/trainings/${started.body.job_id}`);
  model = body.result?.model_id as string;
});
afterAll(() => server.close());

describe('reports on a version', () => {
  it('tell how it serves groups it does not know of, with provenance', async () => {
    const same = await scientist.dataset('same kind.csv', table(240, { from: 160 }));
    const none = await scientist.call('GET', at('fairness'));
    expect(none.status).toBe(404);
    await reported(scientist, 'fairness', {
      dataset_id: same.dataset_id,
      protected: ['site'],
      positive: 'rare',
    });
    const { body } = await scientist.call<ModelFairness>('GET', at('fairness'));
    expect(body).toMatchObject({
      number: 1,
      dataset_id: same.dataset_id,
      report: { kind: 'class', rows: 240 },
    });
    if (body.report.kind !== 'class') throw new Error('expected classes');
    expect(body.report.positive_label).toBe('rare');
    const [by] = body.report.by;
    expect(by?.groups.map(({ group, rows }) => [group.site, rows]).sort()).toEqual([
      ['north', 120],
      ['south', 120],
    ]);
    const odds = by?.criteria.find(({ name }) => name === 'equalized_odds');
    expect(odds).toMatchObject({ verdict: 'beyond' });
    const graph = await scientist.call<{ entities: { id: string }[] }>(
      'GET',
      `/provenance/${body.provenance_id}`,
    );
    expect(JSON.stringify(graph.body)).toContain(body.report_id);
  });

  it('tell how a dataset differs from what it learned from, and of what its predictions became', async () => {
    await reported(scientist, 'drift', { dataset_id: later.dataset_id });
    const { body } = await scientist.call<ModelDrift>('GET', at('drift'));
    expect(body.report.columns.map(({ column, severity }) => [column, severity])).toEqual([
      ['length', 'severe'],
      ['width', 'none'],
    ]);
    expect(body.report.predictions[0]?.severity).toBe('severe');
    expect(body.report.labels?.severity).toBe('none');
    expect(body.report.score).toMatchObject({ metric: 'roc_auc', worse: true });
    expect(body.report.score?.now.value).toBeLessThan(0.7);
  });

  it('are what a promotion can be held behind; a logged metric of their name is none', async () => {
    const checks = [
      { metric: 'report/fairness/equalized_odds', at_most: 0.1 },
      { metric: 'report/drift/severity', at_most: 1 },
      { metric: 'report/other', at_most: 1 },
    ];
    const head = await server.colleague('lab_director');
    const policy = (own: object[]) =>
      head.call('PUT', `/ml/models/${model}/policy`, {
        staging: { checks: own, approval: false, signature: false },
        production: { checks: [], approval: true, signature: false },
        guarded_aliases: [],
      });
    expect((await policy(checks)).status).toBe(200);
    const refused = await scientist.call<{ error: { message: string } }>('POST', at('promotions'), {
      stage: 'staging',
    });
    expect(refused.status).toBe(422);
    expect(refused.body.error.message).toMatch(
      /report\/fairness\/equalized_odds: expected at most 0.1, given 0\.\d+; report\/drift\/severity: expected at most 1, given 3; report\/other: expected at most 1, given nothing/,
    );
    const { body: card } = await scientist.call<ModelCard>('GET', at('card'));
    expect(card.reports.map(({ kind }) => kind)).toEqual(['fairness', 'drift']);
    expect(card.reports[1]?.figures).toMatchObject({ 'report/drift/severity': 3, 'report/drift/worse': 1 });
    expect(card.not_stated).not.toContain('how it serves groups of people');
    await reported(scientist, 'drift', { dataset_id: learned.dataset_id });
    await policy([{ metric: 'report/drift/severity', at_most: 0 }]);
    const passed = await scientist.call('POST', at('promotions'), { stage: 'staging' });
    expect(passed.status).toBe(201);
  });

  it('are refused of rows it learned from, of columns that are not there, and to who is not shown the data', async () => {
    const ask = (body: object) =>
      scientist.call<{ error: { message: string } }>('POST', at('fairness'), body);
    const own = await ask({ dataset_id: learned.dataset_id, protected: ['site'] });
    expect([own.status, own.body.error.message]).toEqual([
      422,
      expect.stringContaining('learned from these rows'),
    ]);
    const typo = await ask({ dataset_id: later.dataset_id, protected: ['sites'] });
    expect([typo.status, typo.body.error.message]).toEqual([
      400,
      expect.stringContaining('Did you mean "site"'),
    ]);
    const other = await ask({ dataset_id: later.dataset_id, protected: ['site'], positive: 'other' });
    expect([other.status, other.body.error.message]).toEqual([
      400,
      expect.stringContaining('one of common, rare; "other" was given'),
    ]);
    const guest = await server.colleague('guest');
    expect((await guest.call('GET', at('fairness'))).status).toBe(403);
    // Whoever may not see lengths learns nothing of them by a report either.
    const mask = {
      readers: { which: 'only', roles: ['technician'] },
      column: 'length',
      mask: { kind: 'hide' },
    };
    await server.admin.call('PUT', `/data/datasets/${learned.dataset_id}/access`, {
      sensitivity: 'internal',
      rules: [{ kind: 'mask', ...mask }],
    });
    const technician = await server.colleague('technician');
    for (const what of ['fairness', 'drift'])
      expect((await technician.call('GET', at(what))).status).toBe(403);
    expect((await scientist.call('GET', at('drift'))).status).toBe(200);
  });
});

watchedModels(() => ({ server, scientist, learned, model }));
