import type {
  Dataset,
  ErrorAnswer,
  MetricPoint,
  ModelEvaluation,
  ModelFile,
  ModelVersion,
  Predictions,
  RegisteredBase,
  Training,
} from '@stroma/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataServer, Person } from '../../data/data-server.suite.ts';
import { sumRows } from './sum-rows.suite.ts';
import { sweepTests } from './training-sweep.suite.ts';

/** Each of these trainings is a process of its own. */
const deep = process.env.STROMA_TEST_NETWORKS !== undefined;

interface Stage {
  server: DataServer;
  scientist: Person;
}

/** Networks, imported files, transfer learning and ensembles. */
export function ownTrainingTests(stage: () => Stage): void {
  let server: DataServer;
  let scientist: Person;
  let flowers: Dataset;
  let others: Dataset;

  beforeAll(async () => {
    ({ server, scientist } = stage());
    flowers = await scientist.dataset('sums.csv', sumRows(200));
    others = await scientist.dataset('others.csv', sumRows(120, 1000));
  });

  const octets = { 'content-type': 'application/octet-stream' };
  type Started = { job_id: string } & ErrorAnswer;
  const start = (path: string, body: object) => scientist.call<Started>('POST', path, body);
  async function ended(path: string, body: object): Promise<NonNullable<Training['result']>> {
    const started = await start(path, body);
    expect([started.status, started.body.error]).toEqual([202, undefined]);
    const job = await scientist.jobEnd(started.body.job_id);
    expect(job.error).toBeNull();
    const { body: training } = await scientist.call<Training>('GET', `/ml/trainings/${started.body.job_id}`);
    return training.result as NonNullable<Training['result']>;
  }
  const network = (body: object) => ({
    dataset_id: flowers.dataset_id,
    target: 'kind',
    leave_out: ['size'],
    epochs: 30,
    rate: 0.01,
    ...body,
  });
  const evaluationOf = async ({ model_id, number }: { model_id: string; number: number }) =>
    (await scientist.call<ModelEvaluation>('GET', `/ml/models/${model_id}/metrics?version=${number}`)).body;
  const row = { length: 1.5, width: 1.2, depth: 0 };
  const predict = async ({ model_id }: { model_id: string }, more: object = {}) =>
    (
      await scientist.call<Predictions & ErrorAnswer>('POST', '/ml/predict', {
        model_id,
        rows: [row, { length: -1.5, width: -1, depth: 0.5 }],
        ...more,
      })
    ).body;

  let mlp: NonNullable<Training['result']>;

  describe('a network', () => {
    it('is trained by early stopping, judged by rows it never saw, and predicts, explains and leaves as a file', async () => {
      mlp = await ended('/ml/deep-learning/train', network({ network: 'mlp', width: 16, name: 'Net' }));
      const evaluation = await evaluationOf(mlp);
      expect(evaluation).toMatchObject({
        kind: 'network',
        learned_by: 'mlp',
        problem_type: 'binary',
        holdout: { rows: 40 },
        signature: [{ name: 'length' }, { name: 'width' }, { name: 'depth' }],
      });
      expect(evaluation.holdout?.scores[0]?.score).toBeGreaterThan(0.9);
      expect(evaluation.memory_bytes).toBeGreaterThan(1000);
      const { body: version } = await scientist.call<ModelVersion>(
        'GET',
        `/ml/models/${mlp.model_id}/versions/1`,
      );
      expect(version.params).toMatchObject({ network: 'mlp', width: '16', epochs: '30' });
      const { body: points } = await scientist.call<{ items: MetricPoint[] }>(
        'GET',
        `/ml/runs/${mlp.run_id}/metrics?key=training_loss`,
      );
      expect(points.items.map(({ step }) => step)).toEqual(
        evaluation.training_curve?.map(({ step }) => step),
      );
      expect(points.items.length).toBeGreaterThan(3);
      const { body: final } = await scientist.call<{ items: MetricPoint[] }>(
        'GET',
        `/ml/runs/${mlp.run_id}/metrics?key=roc_auc`,
      );
      expect(final.items).toMatchObject([{ step: 0 }]);
      const said = await predict(mlp, { explain: true });
      expect(said.predictions.map(({ prediction }) => prediction)).toEqual(['wide', 'slim']);
      const { explanation } = said.predictions[0] ?? {};
      const total = explanation?.contributions.reduce((sum, own) => sum + own.contribution, explanation.base);
      expect(total).toBeCloseTo(explanation?.value ?? 0, 6);
      const onnx = await scientist.fetch('GET', `/ml/models/${mlp.model_id}/export?format=onnx`);
      expect([onnx.status, (await onnx.arrayBuffer()).byteLength > 500]).toEqual([200, true]);
    });

    it.skipIf(!deep)(
      'takes a row for a sequence or an image where its columns can say one, and says what they cannot',
      async () => {
        const asImage = await ended(
          '/ml/deep-learning/train',
          network({ network: 'convolution_2d', layers: 1, width: 4, epochs: 3, arrangement: { height: 3 } }),
        );
        expect((await predict(asImage)).predictions).toHaveLength(2);
        const wrong = await start(
          '/ml/deep-learning/train',
          network({ network: 'gru', arrangement: { channels: 2 } }),
        );
        const job = await scientist.jobEnd(wrong.body.job_id);
        expect(job.error?.message).toContain('Whole steps of 2 channels');
        const heads = await start(
          '/ml/deep-learning/train',
          network({ network: 'ft_transformer', width: 10, heads: 4 }),
        );
        expect(heads.status).toBe(400);
      },
    );

    it('ends when it is told to', async () => {
      const started = await start(
        '/ml/deep-learning/train',
        network({ epochs: 5000, patience: null, width: 64 }),
      );
      const path = `/ml/trainings/${started.body.job_id}`;
      const curve = async () =>
        (await scientist.call<Training>('GET', path)).body.progress?.network?.curve.length ?? 0;
      await expect.poll(curve, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0);
      expect((await scientist.call('POST', `/data/jobs/${started.body.job_id}/cancel`)).status).toBe(200);
      expect((await scientist.call<Training>('GET', path)).body).toMatchObject({
        status: 'cancelled',
        result: null,
      });
    });
  });

  describe('a file of somebody', () => {
    it('is registered with what it takes, judged, and predicts; what does not fit is refused', async () => {
      const exported = await scientist.fetch('GET', `/ml/models/${mlp.model_id}/export?format=onnx`);
      const bytes = await exported.arrayBuffer();
      const brought = await scientist.fetch('POST', '/ml/models/import/file', new Uint8Array(bytes), octets);
      const file = (await brought.json()) as ModelFile;
      expect([brought.status, file.columns?.map(({ name }) => name)]).toEqual([
        201,
        ['length', 'width', 'depth'],
      ]);
      const wish = {
        file_id: file.file_id,
        target: 'kind',
        classes: ['slim', 'wide'],
        dataset_id: others.dataset_id,
      };
      const imported = await ended('/ml/models/import', { ...wish, name: 'Brought', licence: 'Apache-2.0' });
      const [own, first] = [await predict(imported), await predict(mlp)];
      expect(own.error).toBeUndefined();
      expect(own.predictions.map(({ prediction }) => prediction)).toEqual(['wide', 'slim']);
      for (const [at, { probabilities }] of own.predictions.entries())
        expect(probabilities?.wide).toBeCloseTo(first.predictions[at]?.probabilities?.wide ?? -1, 5);
      const evaluation = await evaluationOf(imported);
      expect(evaluation).toMatchObject({
        kind: 'imported',
        holdout: { rows: 120 },
        imported: { licence: 'Apache-2.0' },
      });

      const text = await scientist.fetch(
        'POST',
        '/ml/models/import/file',
        new TextEncoder().encode('not a model'),
        octets,
      );
      expect(text.status).toBe(422);
      const stranger = await server.colleague('scientist');
      const stolen = await stranger.call<ErrorAnswer>('POST', '/ml/models/import', {
        ...wish,
        name: 'Stolen',
      });
      expect(stolen.status).toBe(404);
      if (!deep) return;
      const job = await start('/ml/models/import', {
        ...wish,
        name: 'Wrong',
        columns: ['length', 'width', 'weight'],
      });
      expect((await scientist.jobEnd(job.body.job_id)).error?.message).toContain('weight');
    });
  });

  describe('transfer learning', () => {
    it('puts a head on the frozen layers of a version, and tells how far the rows are from those it knew', async () => {
      const learned = await ended('/ml/transfer-learning/apply', {
        base: { model_id: mlp.model_id },
        dataset_id: others.dataset_id,
        target: 'size',
        name: 'Head',
      });
      const evaluation = await evaluationOf(learned);
      expect(evaluation).toMatchObject({
        kind: 'transfer',
        problem_type: 'regression',
        base: { model_id: mlp.model_id, number: 1 },
        signature: [{ name: 'length' }, { name: 'width' }, { name: 'depth' }],
      });
      expect(evaluation.domain_shift?.p_value).toBeGreaterThan(0.01);
      const r2 = evaluation.holdout?.scores.find(({ metric }) => metric === 'r2')?.score;
      expect(r2).toBeGreaterThan(0.5);
      const [one, other] = (await predict(learned)).predictions;
      expect(Number(one?.prediction)).toBeGreaterThan(Number(other?.prediction));
    });

    const onFrom = (body: object) => ({
      ...{ base: { model_id: mlp.model_id }, dataset_id: others.dataset_id, target: 'kind' },
      ...body,
    });
    it('learns on the layers of a network by adapters, with its curve, and makes a network as any other', async () => {
      const learned = await ended(
        '/ml/transfer-learning/apply',
        onFrom({ mode: 'adapters', rank: 2, epochs: 20, rate: 0.01, name: 'On' }),
      );
      const evaluation = await evaluationOf(learned);
      expect(evaluation).toMatchObject({
        kind: 'transfer',
        learned_by: 'mlp from Net 1',
        base: {
          ...{ model_id: mlp.model_id, number: 1, layer: null },
          ...{ mode: 'adapters', layers: 1, rank: 2, kept_head: true },
        },
        holdout: { rows: 24 },
        leaks: [],
      });
      expect(evaluation.domain_shift?.p_value).toBeGreaterThan(0.01);
      expect(evaluation.holdout?.scores[0]?.score).toBeGreaterThan(0.9);
      expect(evaluation.training_curve?.length).toBeGreaterThan(1);
      const { body: version } = await scientist.call<ModelVersion>(
        'GET',
        `/ml/models/${learned.model_id}/versions/1`,
      );
      expect(version.params).toMatchObject({ mode: 'adapters', rank: '2', epochs: '20' });
      expect(version.inputs.map((own) => 'dataset_id' in own && own.dataset_id).sort()).toEqual(
        [flowers.dataset_id, others.dataset_id].sort(),
      );
      expect((await predict(learned)).predictions.map(({ prediction }) => prediction)).toEqual([
        'wide',
        'slim',
      ]);
      const onnx = await scientist.fetch('GET', `/ml/models/${learned.model_id}/export?format=onnx`);
      expect([onnx.status, (await onnx.arrayBuffer()).byteLength > 500]).toEqual([200, true]);
    });

    it('says what cannot be learned on, and what is of another mode', async () => {
      const brought = await scientist.call<{ items: { model_id: string; name: string }[] }>(
        'GET',
        '/ml/models',
      );
      const file = brought.body.items.find(({ name }) => name === 'Brought')?.model_id;
      const { body: bases } = await scientist.call<{ versions: RegisteredBase[] }>('GET', '/ml/base-models');
      expect(bases.versions).toMatchObject([
        { name: 'On', family: 'mlp', modes: ['frozen', 'last_layers', 'all', 'adapters'] },
        { name: 'Head', modes: ['frozen'] },
        { name: 'Brought', modes: ['frozen'], licence: 'Apache-2.0' },
        ...(deep ? [{}] : []),
        { name: 'Net', columns: ['length', 'width', 'depth'], data: { name: 'sums', rows: 200 } },
      ]);
      const frozen = await start(
        '/ml/transfer-learning/apply',
        onFrom({ base: { model_id: file }, mode: 'all' }),
      );
      expect([frozen.status, frozen.body.error?.message]).toEqual([
        422,
        expect.stringContaining('stays frozen'),
      ]);
      for (const [field, body] of [
        ['epochs', { epochs: 5 }],
        ['layers', { mode: 'all', layers: 2 }],
        ['rank', { mode: 'last_layers', rank: 2 }],
        ['layer', { mode: 'adapters', layer: 'hidden' }],
        ['target', { mode: 'all', target: 'length' }],
      ] as const) {
        const wrong = await start('/ml/transfer-learning/apply', onFrom(body));
        expect([wrong.status, wrong.body.error?.details]).toEqual([400, expect.objectContaining({ field })]);
      }
      if (!deep) return;
      const again = await ended('/ml/transfer-learning/apply', {
        ...onFrom({ mode: 'last_layers', epochs: 3, seed: 2, dataset_id: flowers.dataset_id }),
        ...{ leave_out: ['size'], name: 'Again' },
      });
      expect((await evaluationOf(again)).leaks).toMatchObject([{ kind: 'base_learned_from_these_rows' }]);
      const missing = await start('/ml/transfer-learning/apply', {
        base: { name: 'nobody' },
        dataset_id: others.dataset_id,
        target: 'size',
      });
      expect((await scientist.jobEnd(missing.body.job_id)).error?.message).toContain(
        'no base model "nobody"',
      );
    });
  });

  describe('files that nothing names', () => sweepTests(() => server));

  describe('an ensemble', () => {
    it('is fitted to rows no member has learned from, and judged by folds of them', async () => {
      const linear = await ended('/ml/train', {
        ...{ dataset_id: flowers.dataset_id, target: 'kind', leave_out: ['size'] },
        ...{ learner: 'linear', name: 'Line' },
      });
      const members = [{ model_id: mlp.model_id }, { model_id: linear.model_id }];
      const seen = await start('/ml/ensemble/create', {
        members,
        method: 'stack',
        dataset_id: flowers.dataset_id,
      });
      expect([seen.status, seen.body.error?.message]).toEqual([
        422,
        expect.stringContaining('have learned from'),
      ]);
      const made = await ended('/ml/ensemble/create', {
        ...{ members, method: 'stack', dataset_id: others.dataset_id, name: 'Both' },
      });
      const evaluation = await evaluationOf(made);
      expect(evaluation).toMatchObject({
        kind: 'ensemble',
        holdout: { rows: 120 },
        members: [{ model_name: 'Net', weight: null }, { model_name: 'Line' }],
      });
      expect(evaluation.holdout?.scores[0]?.score).toBeGreaterThan(0.9);
      expect((await predict(made)).predictions.map(({ prediction }) => prediction)).toEqual(['wide', 'slim']);
      const onnx = await scientist.fetch('GET', `/ml/models/${made.model_id}/export?format=onnx`);
      expect([onnx.status, (await onnx.arrayBuffer()).byteLength > 500]).toEqual([200, true]);
      const { body: version } = await scientist.call<ModelVersion>(
        'GET',
        `/ml/models/${made.model_id}/versions/1`,
      );
      expect(version.inputs.map((own) => 'dataset_id' in own && own.dataset_id).sort()).toEqual(
        [flowers.dataset_id, others.dataset_id].sort(),
      );
      const sizes = await scientist.call<{ items: { model_id: string; name: string }[] }>(
        'GET',
        '/ml/models',
      );
      const head = sizes.body.items.find(({ name }) => name === 'Head')?.model_id;
      const mixed = await start('/ml/ensemble/create', {
        members: [{ model_id: mlp.model_id }, { model_id: head }],
        dataset_id: others.dataset_id,
      });
      expect([mixed.status, mixed.body.error?.message]).toEqual([
        422,
        expect.stringContaining('predict the same'),
      ]);
    });

    it('shows nobody what a member learned from and they may not see', async () => {
      const hide = {
        kind: 'mask',
        readers: { which: 'only', roles: ['technician'] },
        column: 'depth',
        mask: { kind: 'hide' },
      };
      const path = `/data/datasets/${flowers.dataset_id}/access`;
      const set = await server.admin.call('PUT', path, { sensitivity: 'internal', rules: [hide] });
      expect(set.status).toBe(200);
      const technician = await server.colleague('technician');
      const all = await scientist.call<{ items: { model_id: string; name: string }[] }>('GET', '/ml/models');
      const both = all.body.items.find(({ name }) => name === 'Both')?.model_id;
      const asked = await technician.call<ErrorAnswer>('POST', '/ml/predict', {
        model_id: both,
        rows: [row],
      });
      expect(asked).toMatchObject({ status: 403, body: { error: { details: { columns: ['depth'] } } } });
      const { body: bases } = await technician.call<{ versions: RegisteredBase[] }>('GET', '/ml/base-models');
      expect(bases.versions.map(({ name }) => name)).toEqual(['Brought']);
    });
  });
}
