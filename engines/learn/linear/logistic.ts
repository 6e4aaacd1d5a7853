import { StromaError } from '@stroma/kernel';
import type { Fit, FitOptions, Matrix, Predictor, SavedModel } from '../estimator.ts';
import { factor, solveFactored } from './cholesky.ts';
import { byRow, checkColumns, checkNumber, classesOf, type Design, designOf } from './design.ts';
import { centred, crossProduct } from './least-squares.ts';
import { minimise } from './quasi-newton.ts';

export interface LogisticOptions {
  /**
   * Added to the sum of the rows' -ln probability: l2 / 2 x Σ coefficient² (the inverse of C elsewhere). Intercepts go
   * free. 1 when left out.
   */
  l2?: number;
  /** Whether `l2` is meant for columns in their standard deviation; then no unit matters. */
  standardise?: boolean;
}

export interface LogisticModel extends SavedModel {
  kind: 'logistic';
  classes: number;
  /** One for two classes (of the second), else one for each. */
  intercepts: Float64Array;
  /** By class, then column. */
  coefficients: Float64Array;
}

export interface LogisticPredictor extends Predictor {
  save(): LogisticModel;
}

const learner = 'Logistic regression';

/** A Newton step costs rows x columns²: past this the other method is quicker. */
const mostNewton = 2e8;

/**
 * Logistic regression of two classes, multinomial of more, with weights. Two classes by Newton's method with halved
 * steps, else L-BFGS. Without `l2`, classes that the columns tell apart wholly have no finite answer: INVALID_INPUT.
 */
export const fitLogistic: Fit<LogisticOptions> = (matrix, target, options) => {
  const { l2 = 1, standardise = false } = options;
  checkNumber('l2', l2, 0);
  const design = designOf(matrix, options, learner);
  const { codes, classes } = classesOf(target, matrix.rows, learner);
  const { centres, scales } = centred(design);
  const penalty = scales.map((scale) => (standardise ? l2 : l2 / (scale * scale)));
  const problem: Problem = { design, codes, classes, penalty };
  const small = design.rows * design.width ** 2 <= mostNewton && design.width <= 600;
  const solved = classes === 2 && small ? byNewton(problem, options) : byGradient(problem, options);
  options.onProgress?.(1);
  const { width } = design;
  const outputs = classes === 2 ? 1 : classes;
  const intercepts = solved.slice(outputs * width);
  const coefficients = solved.slice(0, outputs * width);
  for (let k = 0; k < outputs; k++)
    for (let at = 0; at < width; at++) {
      const own = (coefficients[k * width + at] as number) / (scales[at] as number);
      coefficients[k * width + at] = own;
      intercepts[k] = (intercepts[k] as number) - own * (centres[at] as number);
    }
  return loadLogistic({
    kind: 'logistic',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    classes,
    intercepts,
    coefficients,
  });
};

/** What `save` gave. */
export function loadLogistic(saved: LogisticModel): LogisticPredictor {
  const { classes, intercepts, coefficients } = saved;
  return {
    kind: saved.kind,
    outputs: classes,
    predict(matrix: Matrix) {
      checkColumns(saved, matrix);
      const values = byRow(matrix, learner);
      const width = saved.names.length;
      const predicted = new Float64Array(matrix.rows * classes);
      const scores = new Float64Array(intercepts.length);
      for (let row = 0; row < matrix.rows; row++) {
        scoresOf(values, row * width, width, coefficients, intercepts, scores);
        const own = predicted.subarray(row * classes, (row + 1) * classes);
        if (classes === 2) own.set([sigmoid(-(scores[0] as number)), sigmoid(scores[0] as number)]);
        else {
          own.set(scores);
          softmax(own);
        }
      }
      return predicted;
    },
    save: () => saved,
  };
}

interface Problem {
  design: Design;
  codes: Int32Array;
  classes: number;
  penalty: Float64Array;
}

function scoresOf(
  values: Float64Array,
  from: number,
  width: number,
  coefficients: Float64Array,
  intercepts: Float64Array,
  scores: Float64Array,
): void {
  for (let k = 0; k < scores.length; k++) {
    let sum = intercepts[k] as number;
    const to = k * width;
    for (let at = 0; at < width; at++)
      sum += (values[from + at] as number) * (coefficients[to + at] as number);
    scores[k] = sum;
  }
}

export const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));

/** ln(1 + eˣ) without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** In place; returns ln Σ eˣ. */
export function softmax(scores: Float64Array): number {
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    const own = Math.exp((scores[k] as number) - most);
    scores[k] = own;
    sum += own;
  }
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) / sum;
  return most + Math.log(sum);
}

/** Coefficients, then intercepts; the loss of two classes is of the second against the first. */
function objectiveOf({ design, codes, classes, penalty }: Problem) {
  const { rows, width, values, weights } = design;
  const outputs = classes === 2 ? 1 : classes;
  const scores = new Float64Array(outputs);
  return (at: Float64Array, gradient: Float64Array): number => {
    const coefficients = at.subarray(0, outputs * width);
    const intercepts = at.subarray(outputs * width);
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const weight = weights[row] as number;
      if (weight === 0) continue;
      const from = row * width;
      const code = codes[row] as number;
      scoresOf(values, from, width, coefficients, intercepts, scores);
      if (outputs === 1) {
        const score = scores[0] as number;
        loss += weight * softplus(code === 1 ? -score : score);
        scores[0] = sigmoid(score) - code;
      } else {
        const own = scores[code] as number;
        loss += weight * (softmax(scores) - own);
        scores[code] = (scores[code] as number) - 1;
      }
      for (let k = 0; k < outputs; k++) {
        const share = weight * (scores[k] as number);
        const to = k * width;
        for (let column = 0; column < width; column++)
          gradient[to + column] =
            (gradient[to + column] as number) + share * (values[from + column] as number);
        gradient[outputs * width + k] = (gradient[outputs * width + k] as number) + share;
      }
    }
    for (let k = 0; k < outputs; k++)
      for (let column = 0; column < width; column++) {
        const own = at[k * width + column] as number;
        const lean = penalty[column] as number;
        loss += (lean * own * own) / 2;
        gradient[k * width + column] = (gradient[k * width + column] as number) + lean * own;
      }
    return loss;
  };
}

function byGradient(problem: Problem, { signal, onProgress }: FitOptions): Float64Array {
  const { design, classes, penalty } = problem;
  const outputs = classes === 2 ? 1 : classes;
  const total = design.weights.reduce((sum, weight) => sum + weight, 0);
  const objective = objectiveOf(problem);
  const scaled = (at: Float64Array, gradient: Float64Array) => {
    const value = objective(at, gradient) / total;
    for (let index = 0; index < gradient.length; index++)
      gradient[index] = (gradient[index] as number) / total;
    return value;
  };
  const { at } = minimise(scaled, new Float64Array(outputs * (design.width + 1)), {
    tolerance: 1e-9,
    iterations: 2_000,
    onStep: (step) => {
      signal?.throwIfAborted();
      onProgress?.(1 - 1 / (1 + step / 50));
    },
  });
  if (penalty.every((own) => own === 0)) refuseApart(at);
  return at;
}

/** In standard deviations a coefficient like this means odds past any count of rows. */
const endless = 50;

function refuseApart(at: Float64Array): void {
  if (at.every((own) => Math.abs(own) < endless)) return;
  throw new StromaError(
    'INVALID_INPUT',
    'Classes that overlap were expected, as no penalty was asked for; the columns tell them apart wholly, and no finite coefficient is best. Give l2 above 0.',
  );
}

function byNewton(problem: Problem, { signal, onProgress }: FitOptions): Float64Array {
  const { design, penalty } = problem;
  const { rows, width, values, weights } = design;
  const size = width + 1;
  const objective = objectiveOf(problem);
  // The intercept as a last column of ones.
  const wide: Design = { rows, width: size, values: withOnes(values, rows, width), weights: weights.slice() };
  let at = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(at, gradient);
  const free = penalty.every((own) => own === 0);
  for (let round = 0; round < 100; round++) {
    signal?.throwIfAborted();
    onProgress?.(1 - 1 / (1 + round / 5));
    for (let row = 0; row < rows; row++) {
      let score = at[width] as number;
      for (let column = 0; column < width; column++)
        score += (values[row * width + column] as number) * (at[column] as number);
      const share = sigmoid(score);
      wide.weights[row] = (weights[row] as number) * share * (1 - share);
    }
    const hessian = crossProduct(wide);
    for (let column = 0; column < width; column++)
      hessian[column * size + column] =
        (hessian[column * size + column] as number) + (penalty[column] as number);
    factor(hessian, size, free ? 1e-11 : 1e-15);
    const step = solveFactored(hessian, size, gradient.slice());
    const decrement = step.reduce((sum, own, index) => sum + own * (gradient[index] as number), 0);
    if (decrement <= 1e-12 * Math.max(1, value)) {
      // Near the end each step squares the error: one more leaves none that a double holds.
      for (let index = 0; index < size; index++) at[index] = (at[index] as number) - (step[index] as number);
      break;
    }
    const next = new Float64Array(size);
    const slope = new Float64Array(size);
    let length = 1;
    let found = Infinity;
    for (let half = 0; half < 40; half++) {
      for (let index = 0; index < size; index++)
        next[index] = (at[index] as number) - length * (step[index] as number);
      found = objective(next, slope);
      if (found <= value - 1e-4 * length * decrement) break;
      length /= 2;
    }
    if (!(found < value)) break;
    [at, gradient, value] = [next, slope, found];
    if (free) refuseApart(at);
  }
  return at;
}

function withOnes(values: Float64Array, rows: number, width: number): Float64Array {
  const wide = new Float64Array(rows * (width + 1)).fill(1);
  for (let row = 0; row < rows; row++)
    wide.set(values.subarray(row * width, (row + 1) * width), row * (width + 1));
  return wide;
}
