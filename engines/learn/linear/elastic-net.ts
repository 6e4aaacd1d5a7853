import { StromaError } from '@stroma/kernel';
import type { Fit, FitOptions, Matrix, Target } from '../estimator.ts';
import { foldsOf } from '../table/splits.ts';
import { takeTarget } from '../table/target.ts';
import { checkNumber, designOf, numbersOf } from './design.ts';
import { centred, loadLinear } from './least-squares.ts';

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

export interface ElasticNetSearch {
  lambda: number;
  lambdas: Float64Array;
  /** Mean squared error over the folds at each penalty, and its standard error. */
  errors: Float64Array;
  standardErrors: Float64Array;
}

const learner = 'Elastic net';
type Given = ElasticNetOptions & FitOptions;

/**
 * Least of 1 / (2 Σ w) Σ w (y - Xb)² + lambda (l1Ratio |b| + (1 - l1Ratio) / 2 b²) by cyclic coordinate descent, warm
 * along a path of penalties. Friedman, Hastie & Tibshirani 2010, doi:10.18637/jss.v033.i01. The model saves how its
 * penalty was found as `search`. Throws INVALID_INPUT as least squares does, and for fewer rows than folds.
 */
export const fitElasticNet: Fit<ElasticNetOptions> = (matrix, target, options) => {
  const search = options.lambda === undefined ? searchPenalty(matrix, target, options) : null;
  const lambda = options.lambda ?? search?.lambda ?? 0;
  checkNumber('lambda', lambda, 0);
  const start = search?.lambdas.filter((own) => own > lambda) ?? new Float64Array();
  const { intercepts, coefficients } = elasticNetPath(matrix, target, {
    ...options,
    lambdas: Float64Array.of(...start, lambda),
  });
  options.onProgress?.(1);
  const width = matrix.columns.length;
  const kept = coefficients.slice(coefficients.length - width);
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

function searchPenalty(matrix: Matrix, target: Target, options: Given): ElasticNetSearch {
  const { folds = 5, choose = 'least', seed, onProgress } = options;
  const values = numbersOf(target, matrix.rows, learner);
  const { lambdas } = elasticNetPath(matrix, target, { ...options, ends: true });
  const foldOf = foldsOf(matrix.rows, { by: 'random' }, folds, seed);
  const losses = Array.from({ length: folds }, () => new Float64Array(lambdas.length));
  const totals = new Float64Array(folds);
  for (let fold = 0; fold < folds; fold++) {
    onProgress?.(fold / (folds + 1));
    const train = rowsWhere(foldOf, (own) => own !== fold);
    const test = rowsWhere(foldOf, (own) => own === fold);
    const weights = options.weights === undefined ? {} : { weights: taken(options.weights, train) };
    const path = elasticNetPath(takenRows(matrix, train), takeTarget(target, train), {
      ...options,
      ...weights,
      lambdas,
    });
    for (const row of test) {
      const weight = options.weights?.[row] ?? 1;
      totals[fold] = (totals[fold] as number) + weight;
      const own = losses[fold] as Float64Array;
      for (let at = 0; at < lambdas.length; at++) {
        let sum = path.intercepts[at] as number;
        const from = at * matrix.columns.length;
        for (let column = 0; column < matrix.columns.length; column++) {
          const coefficient = path.coefficients[from + column] as number;
          if (coefficient !== 0) sum += coefficient * (matrix.columns[column]?.[row] as number);
        }
        own[at] = (own[at] as number) + weight * ((values[row] as number) - sum) ** 2;
      }
    }
  }
  const errors = new Float64Array(lambdas.length);
  const standardErrors = new Float64Array(lambdas.length);
  for (let at = 0; at < lambdas.length; at++) {
    const means = losses.map((own, fold) => (own[at] as number) / (totals[fold] as number));
    const mean = means.reduce((sum, own) => sum + own, 0) / folds;
    errors[at] = mean;
    standardErrors[at] = Math.sqrt(
      means.reduce((sum, own) => sum + (own - mean) ** 2, 0) / (folds - 1) / folds,
    );
  }
  const best = errors.indexOf(Math.min(...errors));
  const bound = (errors[best] as number) + (choose === 'one-se' ? (standardErrors[best] as number) : 0);
  const chosen = errors.findIndex((own) => own <= bound);
  return { lambda: lambdas[chosen] as number, lambdas, errors, standardErrors };
}

const rowsWhere = (foldOf: Uint8Array, is: (fold: number) => boolean): Uint32Array =>
  Uint32Array.from(foldOf.keys()).filter((row) => is(foldOf[row] as number));

const taken = (values: Float64Array, rows: Uint32Array): Float64Array =>
  Float64Array.from(rows, (row) => values[row] as number);

export const takenRows = (matrix: Matrix, rows: Uint32Array): Matrix => ({
  ...matrix,
  rows: rows.length,
  columns: matrix.columns.map((column) => taken(column, rows)),
});

/** Coefficients at each penalty; `lambdas` as given, else as the options say. `ends`: the penalties alone. */
export function elasticNetPath(
  matrix: Matrix,
  target: Target,
  options: Given & { lambdas?: Float64Array; ends?: boolean },
): ElasticNetPath {
  const { l1Ratio = 0.5, standardise = true, path = 100, signal } = options;
  checkNumber('l1Ratio', l1Ratio, 0, true);
  if (l1Ratio > 1) throw new StromaError('INVALID_INPUT', `l1Ratio must be at most 1; ${l1Ratio} was given.`);
  const design = designOf(matrix, options, learner);
  const values = numbersOf(target, matrix.rows, learner);
  const { centres, scales, total } = centred(design);
  const { rows, width } = design;
  const shares = design.weights.map((weight) => weight / total);
  const mean = values.reduce((sum, value, row) => sum + (shares[row] as number) * value, 0);
  const columns = Array.from({ length: width }, (_, at) =>
    Float64Array.from({ length: rows }, (_, row) => design.values[row * width + at] as number),
  );
  const residual = values.map((value) => value - mean);
  const factors = scales.map((scale) => (standardise ? 1 : 1 / scale));
  const descent = new Descent(columns, shares, residual, factors, l1Ratio, options.tolerance ?? 1e-6);
  const lambdas =
    options.lambdas ?? spaced(descent.largest(), path, options.least ?? (width > rows ? 1e-2 : 1e-3));
  const found: ElasticNetPath = {
    lambdas,
    intercepts: new Float64Array(lambdas.length),
    coefficients: new Float64Array(lambdas.length * width),
  };
  if (options.ends) return found;
  lambdas.forEach((lambda, at) => {
    signal?.throwIfAborted();
    descent.settle(lambda, signal);
    let intercept = mean;
    for (let column = 0; column < width; column++) {
      const own = (descent.coefficients[column] as number) / (scales[column] as number);
      found.coefficients[at * width + column] = own;
      intercept -= own * (centres[column] as number);
    }
    found.intercepts[at] = intercept;
  });
  return found;
}

const spaced = (most: number, count: number, least: number): Float64Array =>
  Float64Array.from({ length: count }, (_, at) => most * least ** (count === 1 ? 0 : at / (count - 1)));

const mostRounds = 100_000;

/** Columns are centred, of weighted variance 1 or all 0. */
class Descent {
  readonly coefficients: Float64Array;
  readonly #columns: readonly Float64Array[];
  readonly #shares: Float64Array;
  readonly #residual: Float64Array;
  readonly #factors: Float64Array;
  readonly #l1: number;
  readonly #still: number;

  constructor(
    columns: readonly Float64Array[],
    shares: Float64Array,
    residual: Float64Array,
    factors: Float64Array,
    l1: number,
    tolerance: number,
  ) {
    this.coefficients = new Float64Array(columns.length);
    this.#columns = columns;
    this.#shares = shares;
    this.#residual = residual;
    this.#factors = factors;
    this.#l1 = l1;
    const spread = Math.sqrt(
      residual.reduce((sum, value, row) => sum + (shares[row] as number) * value * value, 0),
    );
    this.#still = tolerance * spread;
  }

  /** The least penalty that leaves no column. */
  largest(): number {
    let most = 0;
    this.#columns.forEach((_, at) => {
      most = Math.max(most, Math.abs(this.#towards(at)) / (this.#l1 * (this.#factors[at] as number)));
    });
    return most;
  }

  /** All columns in turn, then those in use until they stand still, until a turn of all moves none. */
  settle(lambda: number, signal?: AbortSignal): void {
    const all = Array.from(this.#columns.keys());
    const still = this.#still;
    for (let round = 0; round < mostRounds; round++) {
      if (this.#turn(all, lambda) <= still) return;
      const used = all.filter((at) => this.coefficients[at] !== 0);
      while (round < mostRounds && this.#turn(used, lambda) > still) round += 1;
      signal?.throwIfAborted();
    }
  }

  #turn(columns: readonly number[], lambda: number): number {
    let most = 0;
    for (const at of columns) most = Math.max(most, this.#move(at, lambda));
    return most;
  }

  #towards(at: number): number {
    const column = this.#columns[at] as Float64Array;
    let sum = 0;
    for (let row = 0; row < column.length; row++)
      sum += (this.#shares[row] as number) * (column[row] as number) * (this.#residual[row] as number);
    return sum;
  }

  #move(at: number, lambda: number): number {
    const before = this.coefficients[at] as number;
    const factor = this.#factors[at] as number;
    const pull = this.#towards(at) + before;
    const edge = lambda * this.#l1 * factor;
    const bend = 1 + lambda * (1 - this.#l1) * factor * factor;
    const after = Math.abs(pull) <= edge ? 0 : (pull - Math.sign(pull) * edge) / bend;
    if (after === before) return 0;
    const column = this.#columns[at] as Float64Array;
    for (let row = 0; row < column.length; row++)
      this.#residual[row] = (this.#residual[row] as number) - (after - before) * (column[row] as number);
    this.coefficients[at] = after;
    return Math.abs(after - before);
  }
}
