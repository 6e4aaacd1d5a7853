import { StromaError } from '@stroma/kernel';
import type { Fit, Matrix, Predictor, SavedModel } from '../estimator.ts';
import { byRow, checkColumns, checkNumber, designOf, numbersOf } from './design.ts';
import { decisionsOf, gammaOf, mostSvmRows } from './rbf-svm.ts';
import { supportVectors } from './smo.ts';

export interface RbfRegressionOptions {
  /** What a row outside the tube costs, in the target's standard deviations; 1 when left out. */
  cost?: number;
  /** Half the width of the tube within which a row costs nothing, in the target's standard deviations; 0.1. */
  epsilon?: number;
  /** Of exp(-gamma · squared distance); 1 / (columns · variance of all values) when left out. */
  gamma?: number;
  tolerance?: number;
}

export interface RbfRegressionModel extends SavedModel {
  kind: 'rbf-regression';
  gamma: number;
  /** Rows that decide, by row, and what each adds. */
  vectors: Float64Array;
  shares: Float64Array;
  intercept: number;
  /** Of the target. */
  mean: number;
  scale: number;
}

const learner = 'An RBF regression';

/**
 * Support vector regression with a Gaussian kernel: no row within the tube matters, one outside by its distance alone.
 * The target is taken in its standard deviation, so no unit matters; standardise columns first. Weights are of the
 * costs. Drucker et al. 1996; solved as `fitRbfSvm`. Throws INVALID_INPUT past `mostSvmRows`.
 */
export const fitRbfRegression: Fit<RbfRegressionOptions> = (matrix, target, options) => {
  const { cost = 1, epsilon = 0.1, tolerance = 1e-3, signal } = options;
  checkNumber('cost', cost, 0, true);
  checkNumber('epsilon', epsilon, 0);
  const { rows } = matrix;
  if (rows > mostSvmRows)
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} learns from at most ${mostSvmRows} rows; ${rows} were given. Take a sample, or use boosted trees.`,
      { limit: mostSvmRows, given: rows },
    );
  const { values, width, weights } = designOf(matrix, options, learner);
  const numbers = numbersOf(target, rows, learner);
  const gamma = options.gamma ?? gammaOf({ rows, width, values, weights });
  checkNumber('gamma', gamma, 0, true);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = numbers.reduce((sum, own, row) => sum + (own * (weights[row] as number)) / total, 0);
  const variance = numbers.reduce(
    (sum, own, row) => sum + ((own - mean) ** 2 * (weights[row] as number)) / total,
    0,
  );
  const scale = variance > 0 ? Math.sqrt(variance) : 1;
  const y = numbers.map((own) => (own - mean) / scale);
  const costs = weights.map((weight) => cost * weight);
  // Each row twice: a multiplier for being above the tube, one for being below.
  const { shares, intercept } = supportVectors({
    values,
    width,
    signs: Float64Array.from({ length: 2 * rows }, (_, at) => (at < rows ? 1 : -1)),
    linear: Float64Array.from({ length: 2 * rows }, (_, at) =>
      at < rows ? epsilon - (y[at] as number) : epsilon + (y[at - rows] as number),
    ),
    costs: Float64Array.from({ length: 2 * rows }, (_, at) => costs[at % rows] as number),
    gamma,
    tolerance,
    ...(signal && { signal }),
    ...(options.memoryLimitBytes !== undefined && { memoryLimitBytes: options.memoryLimitBytes }),
  });
  options.onProgress?.(1);
  const kept = [...shares.keys()].filter((row) => shares[row] !== 0);
  const vectors = new Float64Array(kept.length * width);
  kept.forEach((row, at) => {
    vectors.set(values.subarray(row * width, (row + 1) * width), at * width);
  });
  return loadRbfRegression({
    kind: 'rbf-regression',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    gamma,
    vectors,
    shares: Float64Array.from(kept, (row) => shares[row] as number),
    intercept,
    mean,
    scale,
  });
};

/** What `save` gave. */
export function loadRbfRegression(saved: RbfRegressionModel): Predictor {
  const { vectors, gamma, shares, intercept, mean, scale } = saved;
  return {
    kind: saved.kind,
    outputs: 1,
    predict(matrix: Matrix) {
      checkColumns(saved, matrix);
      const points = byRow(matrix, learner);
      const machine = [{ shares, intercept }];
      return decisionsOf(points, matrix.rows, vectors, saved.names.length, gamma, machine).map(
        (own) => mean + scale * own,
      );
    },
    save: () => saved,
  };
}
