import { StromaError, seededRandom } from '@stroma/kernel';
import type { FitOptions, Matrix } from '../estimator.ts';
import { byRow, checkColumns, designOf } from '../linear/design.ts';
import { softmax } from '../linear/logistic.ts';
import { Component } from './component.ts';
import { spreadCentres } from './k-means.ts';

export interface MixtureOptions {
  components: number;
  /** Each component's columns lean on each other as they may, or are independent. */
  covariance?: 'full' | 'diagonal';
  /** Beginnings tried, the likeliest kept; 5 when left out. */
  starts?: number;
  iterations?: number;
  /** Ends where a row's mean ln likelihood grows by less. */
  tolerance?: number;
  /** Added to each variance, that none shrinks to a point. */
  leastVariance?: number;
}

export interface MixtureModel {
  kind: 'gaussian-mixture';
  version: 1;
  names: readonly string[];
  categories: readonly number[];
  covariance: 'full' | 'diagonal';
  /** Of each component its share, mean, and covariances (columns x columns) or variances, by component. */
  shares: Float64Array;
  means: Float64Array;
  covariances: Float64Array;
  /** Mean ln likelihood of a fitted row. */
  likelihood: number;
  bic: number;
}

export interface Mixture {
  readonly likelihood: number;
  /** Bayesian information criterion of the fitted rows: the lower the better. */
  readonly bic: number;
  /** rows x components, by row: how likely each row is of each. */
  responsibilities(matrix: Matrix): Float64Array;
  /** ln density of each row: low where nothing like it was fitted. */
  logDensity(matrix: Matrix): Float64Array;
  save(): MixtureModel;
}

const learner = 'A Gaussian mixture';

/**
 * Normal components by expectation and maximisation, begun at k-means++ centres, weights counting rows. Dempster, Laird
 * & Rubin 1977, doi:10.1111/j.2517-6161.1977.tb01600.x. Throws INVALID_INPUT for missing or infinite values, and for
 * no more rows than components or, with full covariances, columns. O(starts · iterations · rows · components · columns²).
 */
export function gaussianMixture(matrix: Matrix, options: MixtureOptions & FitOptions): Mixture {
  const { components, covariance = 'full', starts = 5, seed, signal, onProgress } = options;
  const design = designOf(matrix, options, learner);
  const { rows, width, values, weights } = design;
  const needed = Math.max(components, covariance === 'full' ? width : 1) + 1;
  if (!Number.isInteger(components) || components < 1 || rows < needed)
    throw new StromaError(
      'INVALID_INPUT',
      rows < needed
        ? `${learner} of ${components} components of ${width} columns expects at least ${needed} rows; ${rows} were given. Ask for fewer components${covariance === 'full' ? ' or diagonal covariances' : ''}.`
        : `A whole number of components of at least 1 was expected; ${components} was given.`,
      { rows, needed },
    );
  const random = seededRandom(seed);
  let best: MixtureModel | null = null;
  for (let start = 0; start < starts; start++) {
    onProgress?.(start / starts);
    const centres = spreadCentres(values, weights, width, components, random);
    const found = settled(matrix, design, centres, covariance, options, signal);
    if (best === null || found.likelihood > best.likelihood) best = found;
  }
  onProgress?.(1);
  return loadMixture(best as MixtureModel);
}

/** What `save` gave. */
export function loadMixture(saved: MixtureModel): Mixture {
  const parts = partsOf(saved);
  const scored = (matrix: Matrix) => {
    checkColumns(saved, matrix);
    return expected(byRow(matrix, learner), matrix.rows, parts, saved.shares);
  };
  return {
    likelihood: saved.likelihood,
    bic: saved.bic,
    responsibilities: (matrix) => scored(matrix).shares,
    logDensity: (matrix) => scored(matrix).logs,
    save: () => saved,
  };
}

const partsOf = ({ shares, means, covariances, names }: MixtureModel): Component[] => {
  const width = names.length;
  const size = covariances.length / shares.length;
  return Array.from(
    shares,
    (_, at) =>
      new Component(means.slice(at * width, (at + 1) * width), covariances.slice(at * size, (at + 1) * size)),
  );
};

function expected(values: Float64Array, rows: number, parts: readonly Component[], shares: Float64Array) {
  const components = parts.length;
  const found = new Float64Array(rows * components);
  const logs = new Float64Array(rows);
  const logShares = shares.map(Math.log);
  for (let row = 0; row < rows; row++) {
    const own = found.subarray(row * components, (row + 1) * components);
    parts.forEach((part, at) => {
      own[at] = (logShares[at] as number) + part.logDensity(values, row);
    });
    logs[row] = softmax(own);
  }
  return { shares: found, logs };
}

function settled(
  matrix: Matrix,
  design: { rows: number; width: number; values: Float64Array; weights: Float64Array },
  centres: Float64Array,
  covariance: 'full' | 'diagonal',
  options: MixtureOptions,
  signal: AbortSignal | undefined,
): MixtureModel {
  const { components, iterations = 500, tolerance = 1e-6, leastVariance = 1e-6 } = options;
  const { rows, width, values, weights } = design;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let responsibilities = nearestShares(values, rows, width, centres);
  let likelihood = -Infinity;
  for (let round = 0; ; round++) {
    signal?.throwIfAborted();
    const parts: Component[] = [];
    const shares = new Float64Array(components);
    for (let at = 0; at < components; at++) {
      const own = weights.map((weight, row) => weight * (responsibilities[row * components + at] as number));
      const { part, share } = Component.of(values, own, width, covariance, leastVariance);
      parts.push(part);
      shares[at] = share / total;
    }
    const next = expected(values, rows, parts, shares);
    const mean = next.logs.reduce((sum, own, row) => sum + (own * (weights[row] as number)) / total, 0);
    const grown = mean - likelihood;
    likelihood = mean;
    responsibilities = next.shares;
    if (grown > tolerance && round < iterations) continue;
    const own = covariance === 'full' ? (width * (width + 1)) / 2 : width;
    const free = components * (own + width) + components - 1;
    return {
      kind: 'gaussian-mixture',
      version: 1,
      names: matrix.names,
      categories: matrix.categories,
      covariance,
      shares,
      means: joined(parts.map((part) => part.mean)),
      covariances: joined(parts.map((part) => part.covariance)),
      likelihood,
      bic: -2 * likelihood * total + free * Math.log(total),
    };
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function nearestShares(
  values: Float64Array,
  rows: number,
  width: number,
  centres: Float64Array,
): Float64Array {
  const components = centres.length / width;
  const shares = new Float64Array(rows * components);
  for (let row = 0; row < rows; row++) {
    let [nearest, least] = [0, Infinity];
    for (let at = 0; at < components; at++) {
      let square = 0;
      for (let column = 0; column < width; column++)
        square += ((values[row * width + column] as number) - (centres[at * width + column] as number)) ** 2;
      if (square < least) [nearest, least] = [at, square];
    }
    shares[row * components + nearest] = 1;
  }
  return shares;
}
