import { StromaError, seededRandom } from '@stroma/kernel';
import {
  checkMemory,
  type FitOptions,
  type Matrix,
  type Predictor,
  type SavedModel,
  type Target,
} from '../estimator.ts';
import { shuffled } from '../table/splits.ts';
import { solveLower } from './cholesky.ts';
import { type GpParameters, type KernelName, kernelAt, kernelNames, squareIn } from './covariance.ts';
import { byRow, checkColumns, designOf, numbersOf } from './design.ts';
import { factored, type GpRows, marginalLikelihood } from './marginal-likelihood.ts';
import { minimise } from './quasi-newton.ts';

export interface GaussianProcessOptions {
  kernel?: KernelName;
  /** A length for all columns, or one for each (which tells the columns that matter). */
  lengths?: 'shared' | 'each';
  /** Taken as they are, in the target's unit, instead of those of the largest marginal likelihood. */
  parameters?: GpParameters;
  /** Beginnings drawn beside the first. */
  restarts?: number;
}

export interface GaussianProcessModel extends SavedModel {
  kind: 'gaussian-process';
  kernel: KernelName;
  /** Of the target about `mean` in `scale`. */
  parameters: GpParameters;
  mean: number;
  scale: number;
  /** ln likelihood of the rows it was sought with. */
  likelihood: number;
  rows: GpRows;
}

export interface GaussianProcessPredictor extends Predictor {
  /** With the standard deviation of a new observation, its noise included. */
  predictWithSpread(matrix: Matrix): { mean: Float64Array; sd: Float64Array };
  save(): GaussianProcessModel;
}

const learner = 'A Gaussian process';
/** Memory grows with the square of the rows, time with their cube. */
export const mostProcessRows = 3_000;
/** The marginal likelihood is sought with so many rows, drawn by the seed; all rows predict. */
const searchRows = 500;

/**
 * Gaussian process regression about the target's mean, its parameters by the largest marginal likelihood (L-BFGS on
 * their logarithms, several beginnings). Weights divide the noise; rows of weight 0 take no part. Standardise columns
 * first where one length is shared. Rasmussen & Williams 2006, doi:10.7551/mitpress/3206.001.0001. Throws
 * INVALID_INPUT past `mostProcessRows`, and where it would need more memory than it may take.
 */
export function fitGaussianProcess(
  matrix: Matrix,
  target: Target,
  options: GaussianProcessOptions & FitOptions,
): GaussianProcessPredictor {
  const { kernel = 'matern52', onProgress } = options;
  if (!kernelNames.includes(kernel))
    throw new StromaError(
      'INVALID_INPUT',
      `A kernel of ${kernelNames.join(', ')} was expected; "${kernel}" was given.`,
    );
  if (matrix.rows > mostProcessRows)
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} learns from at most ${mostProcessRows} rows; ${matrix.rows} were given. Take a sample, or use boosted trees.`,
      { limit: mostProcessRows, given: matrix.rows },
    );
  checkMemory(
    `${learner} of ${matrix.rows} rows`,
    8 * (matrix.rows ** 2 + 4 * Math.min(matrix.rows, searchRows) ** 2),
    options.memoryLimitBytes,
    'Take a sample of the rows, or use boosted trees.',
  );
  const design = designOf(matrix, options, learner);
  const values = numbersOf(target, matrix.rows, learner);
  const kept = Uint32Array.from(values.keys()).filter((row) => (design.weights[row] as number) > 0);
  const total = kept.reduce((sum, row) => sum + (design.weights[row] as number), 0);
  const mean = kept.reduce(
    (sum, row) => sum + ((design.weights[row] as number) * (values[row] as number)) / total,
    0,
  );
  const given = options.parameters;
  const spread = kept.reduce((sum, row) => sum + ((values[row] as number) - mean) ** 2 / kept.length, 0);
  const scale = given === undefined && spread > 0 ? Math.sqrt(spread) : 1;
  const taken = (rows: Uint32Array): GpRows => ({
    width: design.width,
    values: joinedRows(design.values, design.width, rows),
    y: Float64Array.from(rows, (row) => ((values[row] as number) - mean) / scale),
    weights: Float64Array.from(rows, (row) => design.weights[row] as number),
  });
  const asked = kept.length > searchRows ? drawn(kept, options.seed) : kept;
  const found =
    given === undefined
      ? search(taken(asked), kernel, options)
      : { parameters: given, likelihood: marginalLikelihood(taken(asked), kernel, given).value };
  onProgress?.(1);
  return loadGaussianProcess({
    kind: 'gaussian-process',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    kernel,
    ...found,
    mean,
    scale,
    rows: taken(kept),
  });
}

/** What `save` gave. The covariance is factored anew, once. */
export function loadGaussianProcess(saved: GaussianProcessModel): GaussianProcessPredictor {
  const { kernel, parameters, rows } = saved;
  const { variance, lengths, noise } = parameters;
  const n = rows.y.length;
  let known: ReturnType<typeof factored> | null = null;
  const predict = (matrix: Matrix, spread: boolean) => {
    checkColumns(saved, matrix);
    known ??= factored(rows, kernel, parameters);
    const points = byRow(matrix, learner);
    const mean = new Float64Array(matrix.rows);
    const sd = new Float64Array(spread ? matrix.rows : 0);
    const near = new Float64Array(n);
    for (let row = 0; row < matrix.rows; row++) {
      let sum = 0;
      for (let at = 0; at < n; at++) {
        const square = squareIn(points, row * rows.width, rows.values, at * rows.width, rows.width, lengths);
        const own = variance * kernelAt(kernel, square).value;
        near[at] = own;
        sum += own * (known.alpha[at] as number);
      }
      mean[row] = saved.mean + saved.scale * sum;
      if (!spread) continue;
      const told = solveLower(known.lower, n, near).reduce((all, own) => all + own * own, 0);
      sd[row] = saved.scale * Math.sqrt(Math.max(0, variance - told) + noise);
    }
    return { mean, sd };
  };
  return {
    kind: saved.kind,
    outputs: 1,
    predict: (matrix) => predict(matrix, false).mean,
    predictWithSpread: (matrix) => predict(matrix, true),
    save: () => saved,
  };
}

const drawn = (rows: Uint32Array, seed: number): Uint32Array =>
  shuffled(rows.length, seededRandom(seed))
    .subarray(0, searchRows)
    .map((at) => rows[at] as number)
    .sort();

function joinedRows(values: Float64Array, width: number, rows: Uint32Array): Float64Array {
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, at) => {
    taken.set(values.subarray(row * width, (row + 1) * width), at * width);
  });
  return taken;
}

/** Logarithms past these mean no signal, no noise, or a straight line. */
const bounds = [Math.log(1e-6), Math.log(1e6)] as const;

function search(rows: GpRows, kernel: KernelName, options: GaussianProcessOptions & FitOptions) {
  const { lengths = 'shared', restarts = 2, seed, signal, onProgress } = options;
  const count = lengths === 'shared' ? 1 : rows.width;
  const random = seededRandom(seed);
  const parametersOf = (logs: Float64Array): GpParameters => ({
    variance: Math.exp(logs[0] as number),
    lengths: logs.slice(1, 1 + count).map(Math.exp),
    noise: Math.exp(logs[1 + count] as number),
  });
  const objective = (logs: Float64Array, gradient: Float64Array): number => {
    signal?.throwIfAborted();
    if (logs.some((own) => own < bounds[0] || own > bounds[1])) return Infinity;
    const { value, gradient: slope } = marginalLikelihood(rows, kernel, parametersOf(logs));
    slope.forEach((own, at) => {
      gradient[at] = -own;
    });
    return -value;
  };
  let best: { at: Float64Array; value: number } | null = null;
  for (let start = 0; start <= restarts; start++) {
    onProgress?.(start / (restarts + 2));
    const begin = new Float64Array(count + 2);
    begin.fill(Math.log(Math.sqrt(rows.width)), 1, 1 + count);
    begin[count + 1] = Math.log(0.1);
    if (start > 0)
      for (let at = 0; at < begin.length; at++) begin[at] = (begin[at] as number) + 1.5 * random.normal();
    const found = minimise(objective, begin, { tolerance: 1e-7, iterations: 100 });
    if (best === null || found.value < best.value) best = found;
  }
  const { at, value } = best as { at: Float64Array; value: number };
  return { parameters: parametersOf(at), likelihood: -value };
}
