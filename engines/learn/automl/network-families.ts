import { StromaError } from '@stroma/kernel';
import { type DenseModel, loadDenseNetworks } from '../dense/dense-network.ts';
import type { Matrix, Predictor, Target } from '../estimator.ts';
import { nativeEncoding } from '../table/encoder-options.ts';
import type { Dimension, Family, LearnerRun, Settings } from './learners.ts';

export const networkFamilyNames = ['mlp', 'tabular_resnet'] as const;
export type NetworkFamilyName = (typeof networkFamilyNames)[number];

/** What is known of a fit that may go on: plain data of the learner's own. */
export interface Course {
  from: unknown;
  keep(state: unknown): void;
}

export interface NetworkRun extends LearnerRun {
  /** Of the epochs and networks the settings ask for, above 0 and up to 1. */
  budget: number;
  /** Where a fit of the same rows with less budget ended, and where this one does. */
  course?: Course;
}

/**
 * Learns a network of dense layers; the same matrix, target, settings and seed give the same bits, whether it went on
 * from a smaller budget or not. What `signal` throws ends it within 20 steps, `go` within one.
 */
export type FitNetwork = (
  matrix: Matrix,
  target: Target,
  settings: Settings,
  run: NetworkRun,
) => Promise<Predictor>;

/** `networkLearners` of @stroma/learn/networks, which loads what trains them. */
export type NetworkLearners = Readonly<Record<NetworkFamilyName, FitNetwork>>;

export const isNetwork = (family: string): family is NetworkFamilyName =>
  networkFamilyNames.some((name) => name === family);

/** A first look at a network takes a quarter of its epochs. */
export const firstBudget = 0.25;
const defaultBags = 3;
/** Early stopping comes to about so many epochs. */
const usualEpochs = 70;

/** With all of the budget so many networks, each held back another part of the rows, are averaged; with less, one. */
export const networksOf = (settings: Settings, budget: number): number =>
  budget < 1 ? 1 : typeof settings.bags === 'number' ? settings.bags : defaultBags;

function family(
  weightsOf: (columns: number, settings: Settings) => number,
  space: readonly Dimension[],
): Family {
  return {
    learns: ['class', 'number'],
    encoding: nativeEncoding,
    fit() {
      throw new StromaError(
        'INVALID_INPUT',
        'Networks are learned where AutoML was given `learners`: networkLearners of @stroma/learn/networks.',
      );
    },
    load: (saved) => loadDenseNetworks(saved as DenseModel),
    growth: 0.9,
    work: (settings, budget) => networksOf(settings, budget) * (budget < 1 ? 0.6 : 1),
    guess({ rows, columns }, settings) {
      const batch = Math.min(256, Math.max(16, 2 ** Math.floor(Math.log2(rows / 20))));
      const step = 6e-5 + batch * weightsOf(columns, settings) * 1.5e-9;
      return networksOf(settings, 1) * (0.2 + usualEpochs * Math.ceil(rows / batch) * step);
    },
    space,
  };
}

const at = (settings: Settings, name: string, otherwise: number): number => {
  const value = settings[name];
  return typeof value === 'number' ? value : otherwise;
};

export const networkFamilies: Readonly<Record<NetworkFamilyName, Family>> = {
  mlp: family(
    (columns, settings) => at(settings, 'width', 128) * (columns + at(settings, 'width', 128)),
    [
      { name: 'width', low: 32, high: 256, scale: 'log', whole: true },
      { name: 'rate', low: 5e-4, high: 1e-2, scale: 'log' },
      { name: 'dropout', low: 0, high: 0.5, scale: 'linear' },
      { name: 'weight_decay', low: 1e-6, high: 0.3, scale: 'log' },
    ],
  ),
  tabular_resnet: family(
    (columns, settings) =>
      at(settings, 'width', 96) * (columns + 4 * at(settings, 'blocks', 2) * at(settings, 'width', 96)),
    [
      { name: 'width', low: 32, high: 192, scale: 'log', whole: true },
      { name: 'rate', low: 3e-4, high: 5e-3, scale: 'log' },
      { name: 'dropout', low: 0, high: 0.5, scale: 'linear' },
      { name: 'weight_decay', low: 1e-6, high: 0.3, scale: 'log' },
    ],
  ),
};
