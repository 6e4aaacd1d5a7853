import type { FitOptions, Matrix, Predictor, SavedModel, Target } from '../estimator.ts';
import { fitElasticNet } from '../linear/elastic-net.ts';
import {
  fitGaussianProcess,
  type GaussianProcessModel,
  loadGaussianProcess,
  mostProcessRows,
} from '../linear/gaussian-process.ts';
import { fitLeastSquares, type LinearModel, loadLinear } from '../linear/least-squares.ts';
import { fitLogistic, type LogisticModel, loadLogistic } from '../linear/logistic.ts';
import { fitRbfSvm, loadRbfSvm, type RbfSvmModel } from '../linear/rbf-svm.ts';
import { fitNaiveBayes, loadNaiveBayes, type NaiveBayesModel } from '../neighbours/naive-bayes.ts';
import { fitNeighbours, loadNeighbours, type NeighbourModel } from '../neighbours/nearest-neighbours.ts';
import { denseEncoding, type EncoderOptions, nativeEncoding } from '../table/encoder-options.ts';
import { fitBoostedTrees } from '../trees/boosting/boosted-trees.ts';
import { fitExtraTrees, fitRandomForest } from '../trees/forests/forests.ts';
import { loadTrees } from '../trees/tree-model.ts';
import type { TreeThreads } from '../trees/tree-threads.ts';
import { fitBaseline, loadBaseline } from './baseline.ts';
import { networkFamilies, networkFamilyNames } from './network-families.ts';

export const familyNames = [
  'baseline',
  'linear',
  'elastic_net',
  'naive_bayes',
  'neighbours',
  'svm',
  'gaussian_process',
  'random_forest',
  'extra_trees',
  'boosted_trees',
  ...networkFamilyNames,
] as const;
export type FamilyName = (typeof familyNames)[number];

/** What varies within a family, by name. */
export type Settings = Readonly<Record<string, number | string>>;

export interface Dimension {
  name: string;
  low: number;
  high: number;
  scale: 'log' | 'linear';
  whole?: boolean;
}

export interface LearnerRun extends FitOptions {
  threads?: TreeThreads;
  /** A shared number: 0, written by any thread, ends what looks at it after the step it is in. */
  go?: Int32Array;
}

export interface Family {
  learns: readonly ('class' | 'number')[];
  encoding: Omit<EncoderOptions, 'seed'>;
  fit(matrix: Matrix, target: Target, settings: Settings, run: LearnerRun): Predictor;
  load(saved: SavedModel): Predictor;
  /** Time of a fit grows with the rows to this power. */
  growth: number;
  /** Seconds of a fit before one was measured, on the slow side. */
  guess(size: { rows: number; columns: number; classes: number }, settings: Settings): number;
  /** How much a fit with a part of its budget takes, beside others; 1 when left out. Learners without know no budget. */
  work?(settings: Settings, budget: number): number;
  /** What is refined; empty where the portfolio says all. */
  space: readonly Dimension[];
  mostRows?: number;
}

const number = (settings: Settings, name: string, otherwise: number): number => {
  const value = settings[name];
  return typeof value === 'number' ? value : otherwise;
};
/** A share of the columns as their count. */
const columnsAt = (share: number, columns: number): number => Math.max(1, Math.round(share * columns));

const forest = (
  fit: typeof fitRandomForest,
): Pick<Family, 'fit' | 'load' | 'growth' | 'guess' | 'space'> => ({
  fit: (matrix, target, settings, run) =>
    fit(matrix, target, {
      ...run,
      trees: number(settings, 'trees', 200),
      minRows: number(settings, 'min_rows', 1),
      columnsPerSplit: columnsAt(
        number(settings, 'column_share', 1 / Math.sqrt(matrix.columns.length)),
        matrix.columns.length,
      ),
    }),
  load: loadTrees,
  growth: 1.1,
  guess: ({ rows, columns }, settings) =>
    number(settings, 'trees', 200) * rows * (2 + Math.sqrt(columns)) * 4e-7 + 0.01,
  space: [
    { name: 'min_rows', low: 1, high: 12, scale: 'log', whole: true },
    { name: 'column_share', low: 0.05, high: 1, scale: 'log' },
  ],
});

export const families: Readonly<Record<FamilyName, Family>> = {
  ...networkFamilies,
  baseline: {
    learns: ['class', 'number'],
    encoding: nativeEncoding,
    fit: fitBaseline,
    load: loadBaseline,
    growth: 1,
    guess: ({ rows }) => rows * 1e-7,
    space: [],
  },
  linear: {
    learns: ['class', 'number'],
    encoding: denseEncoding,
    fit: (matrix, target, settings, run) =>
      (target.kind === 'class' ? fitLogistic : fitLeastSquares)(matrix, target, {
        ...run,
        l2: number(settings, 'l2', 1),
      }),
    load: (saved) =>
      saved.kind === 'logistic' ? loadLogistic(saved as LogisticModel) : loadLinear(saved as LinearModel),
    growth: 1.1,
    guess: ({ rows, columns, classes }) => rows * Math.min(columns, 600) * (20 + 20 * classes) * 4e-9 + 0.01,
    space: [{ name: 'l2', low: 0.1, high: 3e3, scale: 'log' }],
  },
  elastic_net: {
    learns: ['number'],
    encoding: denseEncoding,
    fit: (matrix, target, settings, run) =>
      fitElasticNet(matrix, target, { ...run, l1Ratio: number(settings, 'l1_ratio', 0.9), path: 50 }),
    load: (saved) => loadLinear(saved as LinearModel),
    growth: 1.1,
    guess: ({ rows, columns }) => rows * columns * 2e-6 + 0.02,
    space: [{ name: 'l1_ratio', low: 0.05, high: 1, scale: 'linear' }],
  },
  naive_bayes: {
    learns: ['class'],
    encoding: { ...nativeEncoding, impute: true },
    fit: (matrix, target, _settings, run) => fitNaiveBayes(matrix, target, { ...run, leastVariance: 1e-6 }),
    load: (saved) => loadNaiveBayes(saved as NaiveBayesModel),
    growth: 1,
    guess: ({ rows, columns, classes }) => rows * columns * classes * 2e-8 + 0.005,
    space: [],
  },
  neighbours: {
    learns: ['class', 'number'],
    encoding: denseEncoding,
    fit: (matrix, target, settings, run) =>
      fitNeighbours(matrix, target, {
        ...run,
        neighbours: Math.min(matrix.rows, number(settings, 'neighbours', 11)),
        votes: 'distance',
      }),
    load: (saved) => loadNeighbours(saved as NeighbourModel),
    growth: 1.8,
    guess: ({ rows, columns }) => rows * rows * columns * 1e-9 + 0.01,
    space: [{ name: 'neighbours', low: 2, high: 60, scale: 'log', whole: true }],
    mostRows: 30_000,
  },
  svm: {
    learns: ['class'],
    encoding: denseEncoding,
    fit: (matrix, target, settings, run) =>
      fitRbfSvm(matrix, target, {
        ...run,
        cost: number(settings, 'cost', 1),
        gamma: number(settings, 'gamma_share', 1) / matrix.columns.length,
      }),
    load: (saved) => loadRbfSvm(saved as RbfSvmModel),
    growth: 1.9,
    // Pairs of classes hold 2 rows / classes each.
    guess: ({ rows, columns, classes }) => rows * rows * (columns + 20) * (2 - 2 / classes) * 8e-9 + 0.02,
    space: [
      { name: 'cost', low: 0.1, high: 300, scale: 'log' },
      { name: 'gamma_share', low: 0.02, high: 5, scale: 'log' },
    ],
    mostRows: 6_000,
  },
  gaussian_process: {
    learns: ['number'],
    encoding: denseEncoding,
    fit: (matrix, target, settings, run) =>
      fitGaussianProcess(matrix, target, {
        ...run,
        kernel: settings.kernel === 'rbf' || settings.kernel === 'matern32' ? settings.kernel : 'matern52',
        lengths: settings.lengths === 'each' ? 'each' : 'shared',
        restarts: 0,
      }),
    load: (saved) => loadGaussianProcess(saved as GaussianProcessModel),
    growth: 2.6,
    guess: ({ rows, columns }, settings) => {
      const sought = Math.min(rows, 500);
      const lengths = settings.lengths === 'each' ? columns : 1;
      return sought ** 2 * (sought + 5 * columns + 5 * lengths) * 60e-9 + rows ** 3 * 1e-9 + 0.05;
    },
    space: [],
    mostRows: Math.min(2_000, mostProcessRows),
  },
  random_forest: { learns: ['class', 'number'], encoding: nativeEncoding, ...forest(fitRandomForest) },
  extra_trees: { learns: ['class', 'number'], encoding: nativeEncoding, ...forest(fitExtraTrees) },
  boosted_trees: {
    learns: ['class', 'number'],
    encoding: nativeEncoding,
    fit: (matrix, target, settings, run) =>
      fitBoostedTrees(matrix, target, {
        ...run,
        rounds: number(settings, 'rounds', 150),
        rate: number(settings, 'rate', 0.06),
        leaves: number(settings, 'leaves', 12),
        minRows: Math.max(1, Math.min(number(settings, 'min_rows', 8), Math.floor(matrix.rows / 6))),
        l2: number(settings, 'l2', 0.5),
        columnShare: number(settings, 'column_share', 0.7),
        rowShare: number(settings, 'row_share', 0.8),
      }),
    load: loadTrees,
    growth: 0.8,
    guess: ({ rows, columns, classes }, settings) =>
      number(settings, 'rounds', 150) *
        Math.max(1, classes > 2 ? classes : 1) *
        (rows * columns * 8e-9 + number(settings, 'leaves', 12) * columns * 1e-6) +
      0.02,
    space: [
      { name: 'rounds', low: 60, high: 500, scale: 'log', whole: true },
      { name: 'rate', low: 0.015, high: 0.25, scale: 'log' },
      { name: 'leaves', low: 3, high: 48, scale: 'log', whole: true },
      { name: 'min_rows', low: 2, high: 40, scale: 'log', whole: true },
      { name: 'l2', low: 0.01, high: 20, scale: 'log' },
      { name: 'column_share', low: 0.2, high: 1, scale: 'linear' },
    ],
  },
};
