import { gunzipSync } from 'node:zlib';
import type {
  Dataset,
  ErrorAnswer,
  LoggedPrediction,
  ModelEvaluation,
  ModelExplanation,
  ModelVersion,
  Prediction,
  Predictions,
  ProvenanceGraph,
  Training,
} from '@stroma/contracts';
import { loadAutoml, readModelText } from '@stroma/learn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../../data/data-server.suite.ts';
import { challengeTests } from '../challengers/challenges.suite.ts';
import { watchedTests } from '../governance/watched-versions.suite.ts';
import { retrainedKindTests } from '../monitoring/retrained-kinds.suite.ts';
import { cutOffTests } from './cut-off-training.suite.ts';
import { ownTrainingTests } from './own-trainings.suite.ts';
import { refusedTrainingTests } from './refused-trainings.suite.ts';

let server: DataServer;
let scientist: Person;
let flowers: Dataset;

/** Two kinds that length tells apart, and a column that tells nothing. */
const table = (rows: number): string =>
  [
    'kind,length,width,site',
    ...Array.from({ length: rows }, (_, row) => {
      const isRare = row % 2 === 0;
      return `${isRare ? 'rare' : 'common'},${((isRare ? 5 : 7) + ((row * 7) % 11) / 9).toFixed(2)},${(3 + ((row * 5) % 7) / 10).toFixed(2)},${['north', 'south', 'west'][row % 3]}`;
    }),
  ].join('\n');

beforeAll(async () => {
  server = await startDataServer();
  scientist = await server.colleague('scientist');
  flowers = await scientist.dataset('flowers.csv', table(120));
});
afterAll(() => server.close());

const automl = (person: Person, body: object) =>
  person.call<{ job_id: string } & ErrorAnswer>('POST', '/ml/automl/train', {
    dataset_id: flowers.dataset_id,
    target: 'kind',
    time_limit_s: 20,
    preset: 'fast',
    ...body,
  });
const common = { length: 7.4, width: 3.2, site: 'south' };
let model: NonNullable<Training['result']>;

describe('training on a dataset', () => {
  it('ends with a registered version that says what it learned and how good it is', async () => {
    const started = await automl(scientist, { name: 'Flowers' });
    expect(started.status).toBe(202);
    await scientist.jobEnd(started.body.job_id);
    const { body: training } = await scientist.call<Training>('GET', `/ml/trainings/${started.body.job_id}`);
    expect(training).toMatchObject({ status: 'succeeded', name: 'Flowers', result: { number: 1 } });
    expect(training.progress?.leaderboard.map(({ family }) => family)).toContain('linear');
    model = training.result as NonNullable<Training['result']>;
    const { body: version } = await scientist.call<ModelVersion>(
      'GET',
      `/ml/models/${model.model_id}/versions/1`,
    );
    expect(version.metrics.roc_auc).toBeGreaterThan(0.95);
    expect(version.inputs).toMatchObject([{ dataset_id: flowers.dataset_id }]);
    const { body: graph } = await scientist.call<ProvenanceGraph>('GET', `/provenance/${version.version_id}`);
    expect(graph.nodes.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['training', 'raw_file']));

    const { body: evaluation } = await scientist.call<ModelEvaluation>(
      'GET',
      `/ml/models/${model.model_id}/metrics`,
    );
    expect(evaluation).toMatchObject({
      problem_type: 'binary',
      labels: ['common', 'rare'],
      holdout: { rows: 24, baseline: 0.5 },
      dataset: { name: 'flowers', number: 1, restricted: false },
      signature: [
        { name: 'length', kind: 'number', whole: false },
        { name: 'width', kind: 'number' },
        { name: 'site', kind: 'category', levels: ['north', 'south', 'west'] },
      ],
    });
    expect(evaluation.confusion?.counts.flat().reduce((sum, count) => sum + count)).toBe(24);
    expect(evaluation.roc).toMatchObject([{ label: 'rare' }]);
    expect(evaluation.importance[0]?.column).toBe('length');
  });
});

describe('predicting', () => {
  const predict = (person: Person, rows: object[], more: object = {}) =>
    person.call<Predictions & ErrorAnswer>('POST', '/ml/predict', {
      model_id: model.model_id,
      rows,
      ...more,
    });

  it('says what a row is, how surely and why', async () => {
    const { status, body } = await predict(scientist, [common, { ...common, length: 99, site: 'moon' }], {
      explain: true,
      version: 'latest',
    });
    expect([status, body.error]).toEqual([200, undefined]);
    const [first, second] = body.predictions;
    expect(first).toMatchObject({ prediction: 'common', unseen: [], outside: [] });
    expect(first?.confidence).toBe(first?.probabilities?.common);
    expect(second).toMatchObject({ unseen: [{ column: 'site', value: 'moon' }], outside: ['length'] });
    const { explanation } = first as Prediction;
    expect(explanation).toMatchObject({
      label: 'common',
      contributions: [{ column: 'length', value: 7.4 }, {}, {}],
    });
    const told = explanation?.contributions.reduce(
      (sum, { contribution }) => sum + contribution,
      explanation.base,
    );
    expect(told).toBeCloseTo(explanation?.value ?? 0, 9);
  });

  it('refuses rows that do not fit, each by name', async () => {
    const { status, body } = await predict(scientist, [{ length: 'long', site: null }]);
    expect(status).toBe(400);
    expect(body.error.message).toContain('"length": expected a number; given "long"');
    expect(body.error.message).toContain(
      '"width": expected a number, or null where it is missing; given nothing',
    );
  });

  it('tells what the model goes by', async () => {
    const explain = (body: object) =>
      scientist.call<ModelExplanation>('POST', `/ml/models/${model.model_id}/explain`, body);
    const whole = await explain({ kind: 'global' });
    expect(whole.body).toMatchObject({
      kind: 'global',
      label: 'rare',
      columns: [{ column: 'length' }, {}, {}],
    });
    const dependence = await explain({ kind: 'dependence', column: 'length' });
    const { points } = dependence.body as Extract<ModelExplanation, { kind: 'dependence' }>;
    expect(points[0]?.mean).toBeGreaterThan(points.at(-1)?.mean ?? 1);
    const otherwise = await explain({ kind: 'counterfactual', row: common, fixed: ['width', 'site'] });
    expect(otherwise.body).toMatchObject({
      wanted: { label: 'rare' },
      found: [{ changes: [{ column: 'length', from: 7.4 }], prediction: { prediction: 'rare' } }],
    });
    expect((await explain({ kind: 'dependence', column: 'weight' })).status).toBe(400);
  });

  it('goes out as a file, on record', async () => {
    const file = await scientist.fetch('GET', `/ml/models/${model.model_id}/export`);
    const saved = loadAutoml(readModelText(gunzipSync(Buffer.from(await file.arrayBuffer())).toString()));
    expect(saved.saved.target).toBe('kind');
    const onnx = await scientist.fetch('GET', `/ml/models/${model.model_id}/export?format=onnx`);
    expect([onnx.status, (await onnx.arrayBuffer()).byteLength > 500]).toEqual([200, true]);
    const { body } = await server.admin.call<{ items: { action: string }[] }>(
      'GET',
      `/audit/events?object_id=${model.version_id}`,
    );
    expect(body.items.map(({ action }) => action)).toEqual([
      'model-version.exported',
      'model-version.exported',
      'model-version.registered',
    ]);
  });
});

describe('the log of predictions', () => {
  it('keeps them where somebody said so, for who may promote', async () => {
    const path = `/ml/models/${model.model_id}/prediction-log`;
    expect((await scientist.call('GET', path)).body).toEqual({ enabled: false, share: 1 });
    expect((await scientist.call('PUT', path, { enabled: true, share: 1 })).status).toBe(403);
    const manager = await server.colleague('lab_manager');
    expect((await manager.call('PUT', path, { enabled: true, share: 1 })).status).toBe(200);
    await scientist.call('POST', '/ml/predict', {
      model_id: model.model_id,
      rows: [common, { ...common, length: 5 }],
    });
    const logged = () =>
      manager
        .call<{ items: LoggedPrediction[] }>('GET', `/ml/models/${model.model_id}/predictions`)
        .then(({ body }) =>
          body.items.map(({ row, prediction, number }) => [row.length, prediction, number]),
        );
    await expect.poll(logged, { timeout: 10_000 }).toEqual([
      [5, 'rare', 1],
      [7.4, 'common', 1],
    ]);
    const lying = await server.platform.db.execute(
      'select said, sealed is null as clear from ml_predictions',
    );
    expect(lying.rows).toEqual([
      { said: null, clear: false },
      { said: null, clear: false },
    ]);
  });
});

describe('the Open Inference Protocol', () => {
  it('is spoken with the key of somebody, and its errors', async () => {
    const made = await scientist.call<{ secret: string }>('POST', '/auth/api-keys', {
      name: 'Gateway',
      scopes: ['models:read', 'datasets:read'],
    });
    const call = (path: string, body?: object, token = made.body.secret) =>
      fetch(`${server.url}/v2${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).then(async (answer) => [answer.status, await answer.json()]);
    expect(await call('/health/live')).toEqual([200, { live: true }]);
    expect(await call('/models/Flowers/ready')).toEqual([200, { name: 'Flowers', ready: true }]);
    expect(await call('/models/Flowers/versions/1')).toMatchObject([
      200,
      {
        platform: 'stroma',
        inputs: [{ name: 'length', datatype: 'FP64', shape: [-1] }, {}, { name: 'site', datatype: 'BYTES' }],
        outputs: [{ name: 'prediction' }, { name: 'probabilities', shape: [-1, 2] }],
      },
    ]);
    const inputs = [
      { name: 'length', shape: [2], datatype: 'FP64', data: [5.2, 7.8] },
      { name: 'width', shape: [2, 1], datatype: 'FP32', data: [[3.1], [null]] },
      { name: 'site', shape: [2], datatype: 'BYTES', data: ['north', 'west'] },
    ];
    const outputs = [{ name: 'prediction' }];
    expect(await call('/models/Flowers/infer', { id: '7', inputs, outputs })).toEqual([
      200,
      {
        model_name: 'Flowers',
        model_version: '1',
        id: '7',
        outputs: [{ name: 'prediction', datatype: 'BYTES', shape: [2], data: ['rare', 'common'] }],
      },
    ]);
    expect(await call('/models/Flowers/infer', { inputs: inputs.slice(1) })).toEqual([
      400,
      { error: expect.stringContaining('"length", row 1: expected a number') },
    ]);
    expect(await call('/models/Trees')).toMatchObject([404, { error: expect.any(String) }]);
    expect((await call('/models/Flowers', undefined, 'sk_wrong'))[0]).toBe(401);
  });
});

describe('predicting a dataset', () => {
  it('makes a new one, whose provenance names the model and whose readers are those of both', async () => {
    const garden = await scientist.dataset(
      'garden.csv',
      'length,width,site,pot\n5.1,3.2,north,1\n7.9,3.1,west,2\n',
    );
    const started = await scientist.call<{ job_id: string } & ErrorAnswer>(
      'POST',
      `/ml/models/${model.model_id}/predict-dataset`,
      { dataset_id: garden.dataset_id, name: 'Garden, sorted' },
    );
    expect([started.status, started.body.error]).toEqual([202, undefined]);
    const job = await scientist.jobEnd(started.body.job_id);
    expect(job.error).toBeNull();
    const made = String(job.result?.dataset_id);
    const rows = await scientist.sql('SELECT pot, prediction FROM dataset ORDER BY pot', [made]);
    expect(rows.body.rows).toEqual([
      [1, 'rare'],
      [2, 'common'],
    ]);
    const { body: graph } = await scientist.call<ProvenanceGraph>(
      'GET',
      `/provenance/${job.result?.version_id}`,
    );
    expect(graph.nodes.map(({ id }) => id)).toEqual(
      expect.arrayContaining([model.version_id, garden.version.version_id, flowers.version.version_id]),
    );
    // Nobody is given what they may not read: theirs is made anew.
    await server.admin.call('PUT', `/data/datasets/${made}/access`, { sensitivity: 'phi', rules: [] });
    const again = await scientist.call<{ job_id: string }>(
      'POST',
      `/ml/models/${model.model_id}/predict-dataset`,
      { dataset_id: garden.dataset_id, name: 'Garden, once more' },
    );
    const { error, result } = await scientist.jobEnd(again.body.job_id);
    expect([error, result?.already_known, result?.dataset_id === made]).toEqual([null, false, false]);
  });
});

describe('one learner', () => {
  it('is trained with settings of its own, as a further version; one that is cancelled makes none', async () => {
    const train = (body: object) =>
      scientist.call<{ job_id: string } & ErrorAnswer>('POST', '/ml/train', {
        dataset_id: flowers.dataset_id,
        target: 'kind',
        name: 'Flowers',
        ...body,
      });
    const refused = await train({ learner: 'random_forest', settings: { tres: 5 } });
    expect(refused).toMatchObject({ status: 400, body: { error: { details: { nearest: 'trees' } } } });
    const started = await train({ learner: 'random_forest', settings: { trees: 20 }, leave_out: ['site'] });
    const job = await scientist.jobEnd(started.body.job_id);
    expect([job.error, job.result?.model_id]).toEqual([null, model.model_id]);
    const { body } = await scientist.call<ModelEvaluation>(
      'GET',
      `/ml/models/${model.model_id}/metrics?version=2`,
    );
    expect(body).toMatchObject({
      kind: 'learner',
      learned_by: 'random_forest',
      signature: [{ name: 'length' }, { name: 'width' }],
      leaderboard: [{ model: 'ensemble' }, { family: 'random_forest', settings: { trees: 20 } }],
    });
    const explained = await scientist.call<Predictions>('POST', '/ml/predict', {
      model_id: model.model_id,
      version: '2',
      rows: [common],
      explain: true,
    });
    const [trees] = explained.body.predictions;
    expect(trees?.explanation).toMatchObject({
      method: 'tree_shap',
      contributions: [{ standard_error: 0 }, {}],
    });
    if (trees?.explanation?.scale === 'probability')
      expect(trees.explanation.value).toBeCloseTo(trees.confidence ?? 0, 9);

    const wrong = await scientist.jobEnd((await train({ learner: 'elastic_net' })).body.job_id);
    expect(wrong.error?.message).toContain('"elastic_net" learns numbers');

    const parted = await train({
      learner: 'linear',
      name: 'Flowers of the north',
      split: { by: 'site', column: 'site', site: 'north' },
    });
    const { result, error } = await scientist.jobEnd(parted.body.job_id);
    expect(error).toBeNull();
    const { body: northern } = await scientist.call<ModelEvaluation>(
      'GET',
      `/ml/models/${result?.model_id}/metrics`,
    );
    expect(northern.holdout?.rows).toBe(40);
    expect(northern.signature.map(({ name }) => name)).toEqual(['length', 'width']);
    expect(northern.decisions[0]?.message).toContain('"site" north');
    const nowhere = await train({ learner: 'linear', split: { by: 'grouped', column: 'sites' } });
    expect(nowhere.body.error.details).toMatchObject({ field: 'split', nearest: 'site' });

    const long = await automl(scientist, { name: 'Flowers', time_limit_s: 600, preset: 'thorough' });
    const path = `/ml/trainings/${long.body.job_id}`;
    const fits = async () => (await scientist.call<Training>('GET', path)).body.progress?.fits ?? 0;
    await expect.poll(fits, { timeout: 20_000, interval: 50 }).toBeGreaterThan(0);
    expect((await scientist.call('POST', `/data/jobs/${long.body.job_id}/cancel`)).status).toBe(200);
    expect((await scientist.call<Training>('GET', path)).body).toMatchObject({
      status: 'cancelled',
      result: null,
    });
    expect((await scientist.call('GET', `/ml/models/${model.model_id}/versions/3`)).status).toBe(404);
  });
});

challengeTests(() => ({ server, scientist, modelId: model.model_id }));
watchedTests(() => ({ scientist, modelId: model.model_id }));

describe('a training that was cut off', () => cutOffTests());

describe('trainings of other kinds', () => ownTrainingTests(() => ({ server, scientist })));

describe('a retraining', () => retrainedKindTests(() => ({ server, scientist })));

describe('what cannot be learned', () =>
  refusedTrainingTests(() => ({ server, scientist, flowers, model, table, automl })));
