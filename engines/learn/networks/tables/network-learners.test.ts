import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { type AutomlOptions, automl } from '../../automl/automl.ts';
import { loadAutoml } from '../../automl/automl-model.ts';
import { type DenseModel, loadDenseNetworks } from '../../dense/dense-network.ts';
import type { Matrix, Predictor, Target } from '../../estimator.ts';
import { exportOnnx } from '../../onnx/index.ts';
import { feedsOf, outputsOf } from '../../onnx/ort.suite.ts';
import type { FeatureTable } from '../../table/feature-table.ts';
import { denseForm, fromDenseForm } from './dense-form.ts';
import { networkLearners } from './network-learners.ts';
import { fitMlp, fitTabularResNet } from './table-network.ts';

/** Whether a row lies within a ring: no line and few cuts tell it. Some values are missing, and a category shifts it. */
function rings(rows: number, seed: number): FeatureTable {
  const random = seededRandom(seed);
  const [x, y] = [0, 1].map(() => Float64Array.from({ length: rows }, () => random.normal()));
  const site = Int32Array.from({ length: rows }, () => random.whole(2));
  const within = Array.from({ length: rows }, (_, row) => {
    const far = Math.hypot(x?.[row] ?? 0, y?.[row] ?? 0);
    return far > 0.6 + 0.3 * (site[row] as number) && far < 1.5 + 0.3 * (site[row] as number) ? 1 : 0;
  });
  const gappy = x?.map((value) => (random.next() < 0.05 ? Number.NaN : value)) ?? new Float64Array(rows);
  return {
    rows,
    columns: [
      { kind: 'number', name: 'x', values: gappy },
      { kind: 'number', name: 'y', values: y ?? new Float64Array(rows) },
      { kind: 'category', name: 'site', levels: ['a', 'b'], codes: site },
      { kind: 'category', name: 'within', levels: ['no', 'yes'], codes: Int32Array.from(within) },
    ],
  };
}

const table = rings(160, 3);
const countedClock = (stepMs: number): (() => number) => {
  let now = 0;
  return () => {
    now += stepMs;
    return now;
  };
};
const quick = (given: Partial<AutomlOptions> = {}): AutomlOptions => ({
  table,
  target: 'within',
  time_limit_seconds: 60,
  preset: 'fast',
  seed: 2,
  clock: countedClock(1),
  learners: networkLearners,
  only: { family: 'mlp', settings: { width: 16, bags: 2, rate: 0.01 } },
  ...given,
});

const matrix: Matrix = {
  rows: 90,
  names: ['a', 'b', 'c'],
  categories: [0, 0, 3],
  columns: [0, 1, 2].map((column) =>
    Float64Array.from({ length: 90 }, (_, row) =>
      column === 2 ? row % 3 : row % 7 === column ? Number.NaN : Math.sin(row * (column + 1)) * 40,
    ),
  ),
};
const codes: Target = {
  kind: 'class',
  classes: 3,
  codes: Int32Array.from({ length: 90 }, (_, row) => row % 3),
};
const values: Target = {
  kind: 'number',
  values: Float64Array.from({ length: 90 }, (_, row) => 7 + Math.cos(row)),
};

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0);

describe('the dense form of a network', () => {
  it.each([
    ['mlp', fitMlp, codes, 'robust'],
    ['mlp', fitMlp, values, 'quantiles'],
    ['tabular_resnet', fitTabularResNet, codes, 'quantiles'],
    ['tabular_resnet', fitTabularResNet, values, 'robust'],
  ] as const)(
    'of %s says what the network says, and is that network again',
    async (kind, fit, target, numbers) => {
      await using network = await fit(matrix, target, { seed: 1, epochs: 4, numbers });
      const { names, categories } = network;
      const model: DenseModel = {
        ...({ kind: 'dense-networks', version: 1, names, categories } as const),
        networks: [denseForm(network.save())],
      };
      const dense: Predictor = loadDenseNetworks(model);
      const again = fromDenseForm(structuredClone(model));
      const { weights, settings } = network.save();
      expect(again).toMatchObject({ kind, settings });
      expect(Object.keys(again.weights).sort()).toEqual(Object.keys(weights).sort());
      for (const [name, own] of Object.entries(weights))
        expect(farthest(again.weights[name] as Float32Array, own)).toBeLessThan(1e-5);
      expect(() => fromDenseForm({ ...model, networks: [...model.networks, ...model.networks] })).toThrow(
        /mean of 2/,
      );
      const strange = {
        ...matrix,
        columns: matrix.columns.map((own, at) =>
          at < 2 ? own.map((value) => 1e5 * value) : own.map(() => 9),
        ),
      };
      for (const rows of [matrix, strange])
        expect(farthest(dense.predict(rows), await network.predict(rows))).toBeLessThan(2e-5);
    },
  );
});

describe('networks in AutoML', () => {
  it('learn what they are asked to, predict at once when loaded, and are written to ONNX', async () => {
    const result = await automl(quick());
    expect(result.leaderboard.map(({ family }) => family)).toContain('mlp');
    expect(result.holdout?.scores[0]?.score).toBeGreaterThan(0.7);
    const model = loadAutoml(structuredClone(result.model));
    const others = rings(40, 9);
    const { outputs } = model.predict(others);
    const read = await outputsOf(exportOnnx(model), feedsOf(others));
    expect(farthest(outputs, read.probabilities as ArrayLike<number>)).toBeLessThan(1e-9);
  });

  it('are tried beside the others, a part of their epochs first', async () => {
    const families: string[] = [];
    const budgets: number[] = [];
    const enough = new AbortController();
    const { only: _, ...all } = quick({
      table: rings(50, 3),
      signal: enough.signal,
      onState({ fits }) {
        const { configuration, budget = 1 } = fits.at(-1) as (typeof fits)[number];
        families.push(configuration.family);
        if (configuration.family !== 'mlp' && configuration.family !== 'tabular_resnet') return;
        budgets.push(budget);
        if (budget === 1) enough.abort();
      },
    });
    await expect(automl(all)).rejects.toMatchObject({ name: 'AbortError' });
    expect(budgets).toEqual([0.25, 0.25, 0.25, 0.25, 1]);
    expect(families).toEqual(expect.arrayContaining(['linear', 'svm', 'mlp', 'tabular_resnet']));
  });

  it('go on from a first look, and from a state, to the bits of what was never cut off', async () => {
    const settings = { width: 8, bags: 1, rate: 0.05 };
    const small = { table: rings(60, 3) };
    let kept: unknown;
    const run = { seed: 1, signal: new AbortController().signal };
    const keep = (state: unknown) => {
      kept = state;
    };
    await networkLearners.mlp(matrix, codes, settings, {
      ...run,
      budget: 0.05,
      course: { from: undefined, keep },
    });
    const on = await networkLearners.mlp(matrix, codes, settings, {
      ...run,
      budget: 1,
      course: { from: kept, keep },
    });
    const straight = await networkLearners.mlp(matrix, codes, settings, { ...run, budget: 1 });
    expect(on.predict(matrix)).toEqual(straight.predict(matrix));
    let half: AutomlOptions['state'];
    const only = { family: 'mlp', settings } as const;
    const whole = await automl(
      quick({
        ...small,
        only,
        onState: (state) => {
          half ??= structuredClone(state);
        },
      }),
    );
    expect(half?.fits).toHaveLength(1);
    const again = await automl(
      quick({ ...small, only, clock: countedClock(2), state: half as NonNullable<typeof half> }),
    );
    const outputs = (result: typeof whole) => loadAutoml(result.model).outputs(table);
    expect(outputs(again)).toEqual(outputs(whole));
  });

  it('end when they are told to, by the signal or by another thread', async () => {
    const stop = new AbortController();
    const go = new Int32Array(new SharedArrayBuffer(4)).fill(1);
    const long = { only: { family: 'tabular_resnet', settings: { rate: 1e-7 } } } as const;
    setImmediate(() => setImmediate(() => stop.abort()));
    await expect(automl(quick({ ...long, signal: stop.signal }))).rejects.toMatchObject({
      name: 'AbortError',
    });
    setImmediate(() => setImmediate(() => Atomics.store(go, 0, 0)));
    await expect(automl(quick({ ...long, go }))).rejects.toMatchObject({ code: 'CANCELLED' });
    // Of 20 s on this clock a fit would take far more: it is stopped, and told.
    await expect(
      automl(quick({ ...long, clock: countedClock(500), time_limit_seconds: 20 })),
    ).rejects.toThrow(/would not have ended within 20 s/);
  });

  it('are not asked for without what learns them', async () => {
    const { learners: _, ...without } = quick();
    await expect(automl(without)).rejects.toThrow(/networkLearners of @stroma\/learn\/networks/);
  });
});
