import { StromaError } from '@stroma/kernel';
import type { Fit, FitOptions, Matrix, Target } from '../estimator.ts';
import {
  largestPenalty,
  type Pulls,
  penaltyPath,
  pullsOfProducts,
  pullsOfRows,
  settle,
} from './coordinate-descent.ts';
import { checkNumber, type Design, designOf, numbersOf } from './design.ts';
import { centred, crossProduct, loadLinear } from './least-squares.ts';
import { searchPenalty } from './penalty-search.ts';

export interface ElasticNetOptions {
  /** Of the penalty, the share that is of absolute values (1: the lasso) rather than of squares; above 0. */
  l1Ratio?: number;
  /** The penalty; found by cross-validation when left out. */
  lambda?: number;
  /** Whether columns are penalised in their standard deviation; then no unit matters. True when left out. */
  standardise?: boolean;
  /** Penalties tried, from the least that leaves nothing down to `least` of it. */
  path?: number;
  least?: number;
  folds?: number;
  /** The penalty of the least error, or the largest within one standard error of it. */
  choose?: 'least' | 'one-se';
  /** Ends where no coefficient, in the target's and its column's standard deviations, moves by more. */
  tolerance?: number;
}

export interface ElasticNetPath {
  /** Descending. */
  lambdas: Float64Array;
  intercepts: Float64Array;
  /** By penalty, then column. */
  coefficients: Float64Array;
}

const learner = 'Elastic net';
type Given = ElasticNetOptions & FitOptions;

/**
 * Least of 1 / (2 Σ w) Σ w (y - Xb)² + lambda (l1Ratio |b| + (1 - l1Ratio) / 2 b²) by cyclic coordinate descent, warm
 * along a path of penalties. Friedman, Hastie & Tibshirani 2010, doi:10.18637/jss.v033.i01. The model saves how its
 * penalty was found as `search`. Throws INVALID_INPUT as least squares does, and for fewer rows than folds.
 */
export const fitElasticNet: Fit<ElasticNetOptions> = (matrix, target, options) => {
  const whole = prepared(matrix, target, options);
  const values = numbersOf(target, matrix.rows, learner);
  const search =
    options.lambda === undefined
      ? searchPenalty(
          matrix,
          target,
          whole.path(options),
          (train, own, weights) => {
            const path = pathOf(
              train,
              own,
              { ...options, ...(weights ? { weights } : {}) },
              whole.path(options),
            );
            return { loss: (row, at) => ((values[row] as number) - valueAt(matrix, row, path, at)) ** 2 };
          },
          options,
        )
      : null;
  const lambda = options.lambda ?? search?.lambda ?? 0;
  checkNumber('lambda', lambda, 0);
  const before = search?.lambdas.filter((own) => own > lambda) ?? new Float64Array();
  const { intercepts, coefficients } = pathOf(matrix, target, options, Float64Array.of(...before, lambda));
  options.onProgress?.(1);
  const kept = coefficients.slice(coefficients.length - matrix.columns.length);
  return loadLinear({
    kind: 'linear',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    intercept: intercepts.at(-1) as number,
    coefficients: kept,
    rank: kept.reduce((sum, own) => sum + (own === 0 ? 0 : 1), 0),
    lambda,
    search,
  });
};

/** Coefficients along the path of penalties that the options ask for. */
export const elasticNetPath = (matrix: Matrix, target: Target, options: Given): ElasticNetPath =>
  pathOf(matrix, target, options, prepared(matrix, target, options).path(options));

function valueAt({ columns }: Matrix, row: number, path: ElasticNetPath, at: number): number {
  let sum = path.intercepts[at] as number;
  const from = at * columns.length;
  for (let column = 0; column < columns.length; column++) {
    const coefficient = path.coefficients[from + column] as number;
    if (coefficient !== 0) sum += coefficient * ((columns[column] as Float64Array)[row] as number);
  }
  return sum;
}

export function checkRatio(l1Ratio: number): void {
  checkNumber('l1Ratio', l1Ratio, 0, true);
  if (l1Ratio > 1) throw new StromaError('INVALID_INPUT', `l1Ratio must be at most 1; ${l1Ratio} was given.`);
}

/** Of a design by row, each column by itself. */
export const columnsOf = ({ rows, width, values }: Design): Float64Array[] =>
  Array.from({ length: width }, (_, at) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * width + at] as number),
  );

/** Products of columns cost rows x columns² once, and then spare every move a look at the rows. */
const mostProducts = 1_000;

function prepared(matrix: Matrix, target: Target, options: Given) {
  const { l1Ratio = 0.5, standardise = true } = options;
  checkRatio(l1Ratio);
  const design = designOf(matrix, options, learner);
  const values = numbersOf(target, matrix.rows, learner);
  const { centres, scales, total } = centred(design);
  const { rows, width } = design;
  const shares = design.weights.map((weight) => weight / total);
  const mean = values.reduce((sum, value, row) => sum + (shares[row] as number) * value, 0);
  const residual = values.map((value) => value - mean);
  const spread = Math.sqrt(residual.reduce((sum, own, row) => sum + (shares[row] as number) * own * own, 0));
  const factors = scales.map((scale) => (standardise ? 1 : 1 / scale));
  const columns = columnsOf(design);
  const byRows = pullsOfRows(columns, shares, residual);
  const pulls: Pulls =
    width <= mostProducts && rows > 2 * width
      ? pullsOfProducts(
          crossProduct({ ...design, weights: shares }),
          Float64Array.from(columns, (_, at) => byRows.at(at)),
        )
      : byRows;
  const path = ({ path: count = 100, least = width > rows ? 1e-2 : 1e-3 }: ElasticNetOptions) =>
    options.lambda === undefined
      ? penaltyPath(largestPenalty(byRows, { l1Ratio, factors }), count, least)
      : Float64Array.of(options.lambda);
  return { centres, scales, mean, spread, factors, pulls, path, l1Ratio, width };
}

function pathOf(matrix: Matrix, target: Target, options: Given, lambdas: Float64Array): ElasticNetPath {
  const { centres, scales, mean, spread, factors, pulls, l1Ratio, width } = prepared(matrix, target, options);
  const found: ElasticNetPath = {
    lambdas,
    intercepts: new Float64Array(lambdas.length),
    coefficients: new Float64Array(lambdas.length * width),
  };
  const coefficients = new Float64Array(width);
  const still = (options.tolerance ?? 1e-6) * spread;
  lambdas.forEach((lambda, at) => {
    options.signal?.throwIfAborted();
    settle(coefficients, pulls, { lambda, l1Ratio, factors }, still, options.signal);
    let intercept = mean;
    for (let column = 0; column < width; column++) {
      const own = (coefficients[column] as number) / (scales[column] as number);
      found.coefficients[at * width + column] = own;
      intercept -= own * (centres[column] as number);
    }
    found.intercepts[at] = intercept;
  });
  return found;
}
