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
import { fitBoostedTrees } from '../trees/boosting/boosted-trees.ts';
import { fitDecisionTree, fitRandomForest } from '../trees/forests/forests.ts';
import { exportOnnx, exportPredictor } from './index.ts';
import { feedsOf, outputsOf } from './ort.suite.ts';
import { classesFor, mixedTable, modelOf } from './tables.suite.ts';

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
  const calibrations: [number, Calibration][] = [
    [2, { kind: 'none' }],
    [2, { kind: 'isotonic', classes: [steps] }],
    [3, { kind: 'platt', classes: [sigmoid, { slope: -0.7, offset: 0 }, sigmoid] }],
    [
      3,
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
    'says the classes that predict says (%i classes, %o)',
    async (classes, calibration) => {
      const target = classesFor(rows, classes, random);
      for (const combine of ['blend', 'stack'] as const) {
        const model = loadAutoml(
          modelOf(table, target, { configurations: configurations(ofClasses), combine, calibration }),
        );
        const { outputs, labels } = model.predict(others);
        const read = await outputsOf(exportOnnx(model), feedsOf(others));
        expect(farthest(read.probabilities, outputs)).toBeLessThan(nearly);
        expect(read.label).toEqual(labels);
      }
    },
  );

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
});
