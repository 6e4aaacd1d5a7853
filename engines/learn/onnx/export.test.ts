import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadAutoml } from '../automl/automl-model.ts';
import type { Calibration } from '../automl/calibration.ts';
import type { FamilyName } from '../automl/learners.ts';
import type { Configuration } from '../automl/portfolio.ts';
import type { Matrix, Predictor, Target } from '../estimator.ts';
import { fitElasticNetClasses } from '../linear/elastic-logistic.ts';
import { fitElasticNet } from '../linear/elastic-net.ts';
import { fitLinearSvm } from '../linear/linear-svm.ts';
import { fitRbfRegression } from '../linear/rbf-regression.ts';
import { gaussianMixture } from '../mixtures/gaussian-mixture.ts';
import { kMeans } from '../mixtures/k-means.ts';
import { fitEncoder } from '../table/encoder.ts';
import { denseEncoding } from '../table/encoder-options.ts';
import type { FeatureTable } from '../table/feature-table.ts';
import { fitBoostedTrees } from '../trees/boosting/boosted-trees.ts';
import { fitDecisionTree, fitRandomForest } from '../trees/forests/forests.ts';
import { exportOnnx, exportPredictor } from './index.ts';
import { feedsOf, outputsOf } from './ort.suite.ts';
import { classesFor, mixedTable, modelOf, type Wanted } from './tables.suite.ts';

/** Both are computed in double: what is left is the order of sums. */
const nearly = 1e-9;

function farthest(given: ArrayLike<number> | string[] | undefined, wanted: ArrayLike<number>): number {
  if (given?.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Array.from(wanted).reduce((most, value, at) => {
    const own = Number(given[at]);
    if (Number.isNaN(value) || Number.isNaN(own))
      return Object.is(value, own) ? most : Number.POSITIVE_INFINITY;
    return Math.max(most, Math.abs(own - value) / Math.max(1, Math.abs(value)));
  }, 0);
}

const settings: Partial<Record<FamilyName, Configuration['settings']>> = {
  boosted_trees: { rounds: 8, leaves: 6 },
  random_forest: { trees: 6 },
  extra_trees: { trees: 6 },
};
const configurations = (families: readonly FamilyName[]): Configuration[] =>
  families.map((family) => ({ id: family, family, settings: settings[family] ?? {} }));

const ofClasses = [
  'baseline',
  'linear',
  'naive_bayes',
  'neighbours',
  'svm',
  'random_forest',
  'extra_trees',
  'boosted_trees',
] as const;
const ofNumbers = [
  'baseline',
  'linear',
  'elastic_net',
  'neighbours',
  'gaussian_process',
  'random_forest',
  'extra_trees',
  'boosted_trees',
] as const;

describe('a whole model as an ONNX file', () => {
  const rows = 90;
  const table = mixedTable(rows, 1, 0);
  const others = mixedTable(70, 2, 3);
  const random = seededRandom(3);
  const steps = { from: Float64Array.of(0.1, 0.3, 0.4, 0.8), to: Float64Array.of(0.05, 0.2, 0.2, 0.9) };
  const sigmoid = { slope: -1.3, offset: 0.2 };
  const calibrations: [number, Wanted['combine'], Calibration][] = [
    [2, 'stack', { kind: 'none' }],
    [2, 'blend', { kind: 'isotonic', classes: [steps] }],
    [3, 'stack', { kind: 'platt', classes: [sigmoid, { slope: -0.7, offset: 0 }, sigmoid] }],
    [
      3,
      'blend',
      {
        kind: 'isotonic',
        classes: [
          steps,
          { from: Float64Array.of(0.5), to: Float64Array.of(0.4) },
          { from: Float64Array.of(0.2, 0.7), to: Float64Array.of(0, 1) },
        ],
      },
    ],
  ];

  it.each(calibrations)(
    'says the classes that predict says (%i classes, %s, %o)',
    async (classes, combine, calibration) => {
      const target = classesFor(rows, classes, random);
      const model = loadAutoml(
        modelOf(table, target, { configurations: configurations(ofClasses), combine, calibration }),
      );
      const { outputs, labels } = model.predict(others);
      const read = await outputsOf(exportOnnx(model), feedsOf(others));
      expect(farthest(read.probabilities, outputs)).toBeLessThan(nearly);
      expect(read.label).toEqual(labels);
    },
  );

  it('gives a class that no row is of no chance', async () => {
    const target = { ...classesFor(rows, 3, random), classes: 5 } as Target;
    const families = ['linear', 'svm', 'neighbours', 'random_forest', 'boosted_trees'] as const;
    const wanted = { configurations: configurations(families), combine: 'blend' } as const;
    const model = loadAutoml(modelOf(table, target, { ...wanted, calibration: { kind: 'none' } }));
    const read = await outputsOf(exportOnnx(model), feedsOf(others));
    expect(farthest(read.probabilities, model.outputs(others))).toBeLessThan(nearly);
  });

  it('says the values and intervals that predict says', async () => {
    const target: Target = {
      kind: 'number',
      values: Float64Array.from({ length: rows }, () => 50 * random.normal()),
    };
    for (const combine of ['blend', 'stack'] as const) {
      const model = loadAutoml(
        modelOf(table, target, {
          configurations: configurations(ofNumbers),
          combine,
          calibration: { kind: 'none' },
        }),
      );
      const { outputs, interval } = model.predict(others);
      const read = await outputsOf(exportOnnx(model), feedsOf(others));
      expect(farthest(read.value, outputs)).toBeLessThan(nearly);
      expect(farthest(read.low, interval?.low ?? [])).toBeLessThan(nearly);
      expect(farthest(read.high, interval?.high ?? [])).toBeLessThan(nearly);
    }
  });

  const target: Target = {
    kind: 'number',
    values: Float64Array.from({ length: rows }, () => random.normal()),
  };
  const linear: Wanted = {
    configurations: configurations(['linear']),
    combine: 'blend',
    calibration: { kind: 'none' },
  };

  it('says target means, places in an order and pooled levels', async () => {
    for (const categories of ['target', 'ordinal', 'native', 'one-hot'] as const) {
      const { encoder, matrix } = fitEncoder(table, target, {
        seed: 1,
        ...denseEncoding,
        categories,
        rareBelow: 5,
        times: 'plain',
      });
      const own = fitBoostedTrees(matrix, target, { seed: 1, rounds: 5 });
      const model = modelOf(table, target, linear);
      const saved = {
        ...model,
        encoders: [encoder.save()],
        members: model.members.map((member) => ({
          ...member,
          configuration: { id: 'trees', family: 'boosted_trees' as const, settings: {} },
          model: own.save(),
        })),
      };
      const read = await outputsOf(exportOnnx(saved), feedsOf(others));
      expect(farthest(read.value, loadAutoml(saved).outputs(others))).toBeLessThan(nearly);
    }
  });

  it('takes numbers in single precision where asked, and tells what it holds', async () => {
    const named: FeatureTable = {
      rows,
      columns: table.columns.map((column, at) => ({
        ...column,
        name: ['value', '_3', 'site', 'plate', 'drawn'][at] ?? '',
      })),
    };
    const single = {
      ...named,
      columns: named.columns.map((column) =>
        column.kind === 'number' ? { ...column, values: column.values.map(Math.fround) } : column,
      ),
    };
    const model = loadAutoml(modelOf(named, target, linear));
    const file = exportOnnx(model, {
      numbers: 'float',
      model_id: 'mdl_1',
      engine_version: '0.1.0',
      units: { _3: '1/l' },
    });
    expect(file.inputs.map(({ name, type }) => [name, type])).toEqual([
      ['value', 'float'],
      ['_3', 'float'],
      ['site', 'string'],
      ['plate', 'string'],
      ['drawn', 'double'],
    ]);
    // A column has the name of an output.
    const { predicted_value } = await outputsOf(file, feedsOf(single));
    expect(farthest(predicted_value, model.outputs(single))).toBeLessThan(nearly);
    const text = Buffer.from(file.bytes).toString('latin1');
    expect(text).toContain('stroma.model_id');
    expect(text).toContain('{"name":"_3","kind":"number","unit":"1/l","used":true}');
  });

  it('names the columns of free text it cannot take in, and those it leaves out', () => {
    const words = {
      kind: 'text' as const,
      name: 'notes',
      values: Array.from({ length: rows }, (_, row) => `seen ${row % 7} times`),
    };
    const constant = { kind: 'number' as const, name: 'plan', values: new Float64Array(rows) };
    const withText = { rows, columns: [...table.columns, words] };
    expect(() => exportOnnx(modelOf(withText, target, linear))).toThrow(/"notes" is free text/);
    const spare = exportOnnx(modelOf({ rows, columns: [...table.columns, constant] }, target, linear));
    expect(spare.inputs).toHaveLength(5);
    expect(spare.notes).toEqual(['"plan": told nothing in training, and is no input.']);
  });
});

const byRow = ({ rows, columns }: Matrix): Float64Array =>
  Float64Array.from(
    { length: rows * columns.length },
    (_, cell) => columns[cell % columns.length]?.[Math.floor(cell / columns.length)] as number,
  );

async function read(predictor: Pick<Predictor, 'save'>, matrix: Matrix) {
  return outputsOf(exportPredictor(predictor.save()), { x: byRow(matrix) });
}

describe('one predictor as an ONNX file', () => {
  const rows = 80;
  const random = seededRandom(5);
  const numbers = (of: () => number) => Float64Array.from({ length: rows }, of);
  const amounts = (): Matrix => ({
    rows,
    names: ['a', 'b', 'c'],
    columns: [
      numbers(() => random.normal()),
      numbers(() => 3 + random.normal()),
      numbers(() => random.next()),
    ],
    categories: [0, 0, 0],
  });
  const [matrix, asked] = [amounts(), amounts()];
  const two = classesFor(rows, 2, random);
  const four = classesFor(rows, 4, random);
  const values: Target = { kind: 'number', values: numbers(() => 10 * random.next()) };
  const options = { seed: 1, rounds: 5, trees: 4, clusters: 3, components: 3 };

  it.each<[string, () => Predictor]>([
    ['linear SVM, two classes', () => fitLinearSvm(matrix, two, options)],
    ['linear SVM, four', () => fitLinearSvm(matrix, four, options)],
    ['elastic net', () => fitElasticNet(matrix, values, { ...options, lambda: 0.1 })],
    ['elastic net of classes', () => fitElasticNetClasses(matrix, four, { ...options, lambda: 0.01 })],
    ['support vector regression', () => fitRbfRegression(matrix, values, options)],
    ['decision tree', () => fitDecisionTree(matrix, four, options)],
    ['forest of one leaf', () => fitRandomForest(matrix, values, { ...options, depth: 1, minRows: 80 })],
    ['counts', () => fitBoostedTrees(matrix, values, { ...options, loss: 'poisson' })],
    ['medians', () => fitBoostedTrees(matrix, values, { ...options, loss: 'absolute' })],
    ['quantiles', () => fitBoostedTrees(matrix, values, { ...options, loss: 'quantile', quantile: 0.9 })],
    [
      'risk',
      () =>
        fitBoostedTrees(
          matrix,
          {
            kind: 'survival',
            times: numbers(() => random.next()),
            events: Uint8Array.from({ length: rows }, () => random.whole(2)),
          },
          options,
        ),
    ],
    [
      'relevance',
      () =>
        fitBoostedTrees(
          matrix,
          {
            kind: 'ranking',
            relevance: numbers(() => random.whole(3)),
            groups: Int32Array.from({ length: rows }, (_, row) => row >> 3),
          },
          options,
        ),
    ],
  ])('%s', async (_, fit) => {
    const predictor = fit();
    const { value, probabilities } = await read(predictor, asked);
    expect(farthest(value ?? probabilities, predictor.predict(asked))).toBeLessThan(nearly);
  });

  it('clusters', async () => {
    const means = kMeans(matrix, options);
    expect((await read(means as never, asked)).cluster).toEqual([...means.assign(asked)]);
    for (const covariance of ['full', 'diagonal'] as const) {
      const mixture = gaussianMixture(matrix, { ...options, covariance });
      const { probabilities, log_density } = await read(mixture as never, asked);
      expect(farthest(probabilities, mixture.responsibilities(asked))).toBeLessThan(nearly);
      expect(farthest(log_density, mixture.logDensity(asked))).toBeLessThan(nearly);
    }
  });

  const cell = fc.oneof(
    fc.constant(Number.NaN),
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.integer({ min: -2, max: 2 }),
  );
  const code = fc.oneof(fc.constant(Number.NaN), fc.integer({ min: -1, max: 8 }));
  const row = fc.tuple(cell, cell, code, fc.integer({ min: 0, max: 2 }));
  const tables = fc.tuple(
    fc.array(row, { minLength: 12, maxLength: 40 }),
    fc.array(row, { minLength: 1, maxLength: 20 }),
  );

  it('takes trees the way they go: missing values, sets of categories, values at a cut', async () => {
    const matrixOf = (given: readonly (readonly number[])[], most: number): Matrix => ({
      rows: given.length,
      names: ['a', 'b', 'site'],
      columns: [0, 1, 2].map((at) =>
        Float64Array.from(given, (own) => {
          const value = own[at] as number;
          return at === 2 && (value < 0 || value >= most) && most < 9 ? Number.NaN : value;
        }),
      ),
      categories: [0, 0, 6],
    });
    await fc.assert(
      fc.asyncProperty(tables, fc.constantFrom('number', 'class'), async ([seen, given], kind) => {
        const own = matrixOf(seen, 6);
        const target: Target =
          kind === 'number'
            ? { kind, values: Float64Array.from(seen, ([, , , value], at) => (value as number) + 0.01 * at) }
            : {
                kind: 'class',
                classes: 3,
                codes: Int32Array.from(seen, ([, , , value], at) => (at < 3 ? at : (value as number))),
              };
        // Cuts lie half way between values: they are asked too.
        const other = matrixOf([...seen, ...given], 9);
        for (const fit of [fitBoostedTrees, fitRandomForest]) {
          const predictor = fit(own, target, { seed: 1, rounds: 4, trees: 4, minRows: 1 });
          for (const [node, column] of predictor.trees.column.entries())
            if (column >= 0 && column < 2 && node < other.rows)
              (other.columns[column] as Float64Array)[node] = predictor.trees.threshold[node] as number;
          const { value, probabilities } = await read(predictor, other);
          expect(farthest(value ?? probabilities, predictor.predict(other))).toBeLessThan(nearly);
        }
      }),
      { numRuns: Number(process.env.STROMA_TEST_ONNX_RUNS ?? 15) },
    );
  });

  it('refuses by name what ONNX cannot say', () => {
    expect(() => exportPredictor({ kind: 'mystery', version: 1, names: ['a'], categories: [0] })).toThrow(
      /"mystery" was given/,
    );
  });
});
