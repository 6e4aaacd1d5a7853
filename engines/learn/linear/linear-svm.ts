import { type SeededRandom, seededRandom } from '@stroma/kernel';
import type { Fit, Matrix, Predictor, SavedModel } from '../estimator.ts';
import { shuffled } from '../table/splits.ts';
import { byRow, checkColumns, checkNumber, classesOf, type Design, designOf } from './design.ts';
import { fitPlatt, outOfFold, type Platt, probabilityAt } from './platt.ts';
import { isTall, primalPlane } from './primal-svm.ts';

export interface LinearSvmOptions {
  /** What a row on the wrong side costs; 1 when left out. */
  cost?: number;
  /** Whether that cost grows with the distance squared, or as it is. */
  loss?: 'squared-hinge' | 'hinge';
  tolerance?: number;
  iterations?: number;
}

export interface LinearSvmModel extends SavedModel {
  kind: 'linear-svm';
  classes: number;
  /** One for two classes (of the second), else each against the rest. */
  intercepts: Float64Array;
  /** By class, then column. */
  coefficients: Float64Array;
  calibration: readonly Platt[];
}

export interface LinearSvmPredictor extends Predictor {
  /** rows x 1 for two classes, else x classes: above 0 on the class's side. */
  decide(matrix: Matrix): Float64Array;
  save(): LinearSvmModel;
}

const learner = 'A linear SVM';

/**
 * Support vector machine of a plane for each class, by dual coordinate descent (Hsieh 2008,
 * doi:10.1145/1390156.1390208) or, of squared costs and many more rows than columns, by Newton's method. The intercept
 * is penalised as a column of ones. Weights are of the costs. Probabilities by Platt's sigmoid on decisions out of
 * fold, of more than two classes made to sum to 1. Standardise columns first. O(iterations · rows · columns · classes),
 * six times for the probabilities.
 */
export const fitLinearSvm: Fit<LinearSvmOptions> = (matrix, target, options) => {
  const { cost = 1, loss = 'squared-hinge', tolerance = 1e-4, iterations = 1_000, seed } = options;
  checkNumber('cost', cost, 0, true);
  const design = withOnes(designOf(matrix, options, learner));
  const { codes, classes } = classesOf(target, matrix.rows, learner);
  const outputs = classes === 2 ? 1 : classes;
  const width = matrix.columns.length;
  const intercepts = new Float64Array(outputs);
  const coefficients = new Float64Array(outputs * width);
  const calibration: Platt[] = [];
  for (let k = 0; k < outputs; k++) {
    const isPositive = Uint8Array.from(codes, (code) => (code === (outputs === 1 ? 1 : k) ? 1 : 0));
    const planeOf = (rows: Uint32Array) => {
      if (loss === 'squared-hinge' && isTall(design, rows.length))
        return primalPlane(design, isPositive, rows, cost, options.signal);
      const random = seededRandom(seed);
      return plane(design, isPositive, rows, {
        cost,
        loss,
        tolerance,
        iterations,
        random,
        signal: options.signal,
      });
    };
    const decisions = outOfFold(isPositive, seed, (train, test) => decisionsOf(design, planeOf(train), test));
    calibration.push(fitPlatt(decisions, isPositive, design.weights));
    const found = planeOf(Uint32Array.from(codes.keys()));
    coefficients.set(found.subarray(0, width), k * width);
    intercepts[k] = found[width] as number;
    options.onProgress?.((k + 1) / outputs);
  }
  return loadLinearSvm({
    kind: 'linear-svm',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    classes,
    intercepts,
    coefficients,
    calibration,
  });
};

/** What `save` gave. */
export function loadLinearSvm(saved: LinearSvmModel): LinearSvmPredictor {
  const { classes, intercepts, coefficients, calibration } = saved;
  const outputs = intercepts.length;
  const width = saved.names.length;
  const decide = (matrix: Matrix): Float64Array => {
    checkColumns(saved, matrix);
    const values = byRow(matrix, learner);
    return Float64Array.from({ length: matrix.rows * outputs }, (_, cell) => {
      const [row, k] = [Math.floor(cell / outputs), cell % outputs];
      let sum = intercepts[k] as number;
      for (let at = 0; at < width; at++)
        sum += (values[row * width + at] as number) * (coefficients[k * width + at] as number);
      return sum;
    });
  };
  return {
    kind: saved.kind,
    outputs: classes,
    decide,
    predict: (matrix) => probabilitiesOf(decide(matrix), calibration, classes),
    save: () => saved,
  };
}

function probabilitiesOf(
  decisions: Float64Array,
  calibration: readonly Platt[],
  classes: number,
): Float64Array {
  const outputs = calibration.length;
  const rows = decisions.length / outputs;
  const predicted = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const own = predicted.subarray(row * classes, (row + 1) * classes);
    calibration.forEach((platt, k) => {
      own[outputs === 1 ? 1 : k] = probabilityAt(platt, decisions[row * outputs + k] as number);
    });
    if (outputs === 1) own[0] = 1 - (own[1] as number);
    const sum = own.reduce((a, b) => a + b, 0);
    for (let k = 0; k < classes; k++) own[k] = sum > 0 ? (own[k] as number) / sum : 1 / classes;
  }
  return predicted;
}

function withOnes({ rows, width, values, weights }: Design): Design {
  const wide = new Float64Array(rows * (width + 1)).fill(1);
  for (let row = 0; row < rows; row++)
    wide.set(values.subarray(row * width, (row + 1) * width), row * (width + 1));
  return { rows, width: width + 1, values: wide, weights };
}

function decisionsOf({ width, values }: Design, plane: Float64Array, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => {
    let sum = 0;
    for (let at = 0; at < width; at++) sum += (values[row * width + at] as number) * (plane[at] as number);
    return sum;
  });
}

function plane(
  { width, values, weights }: Design,
  isPositive: Uint8Array,
  rows: Uint32Array,
  options: {
    cost: number;
    loss: LinearSvmOptions['loss'];
    tolerance: number;
    iterations: number;
    random: SeededRandom;
    signal: AbortSignal | undefined;
  },
): Float64Array {
  const { cost, loss, tolerance, iterations, random, signal } = options;
  const found = new Float64Array(width);
  const alphas = new Float64Array(rows.length);
  const squares = Float64Array.from(rows, (row) => {
    let sum = 0;
    for (let at = 0; at < width; at++) sum += (values[row * width + at] as number) ** 2;
    return sum;
  });
  for (let round = 0; round < iterations; round++) {
    signal?.throwIfAborted();
    let [most, least] = [-Infinity, Infinity];
    for (const index of shuffled(rows.length, random)) {
      const row = rows[index] as number;
      const own = cost * (weights[row] as number);
      if (own === 0) continue;
      const sign = isPositive[row] === 1 ? 1 : -1;
      const [lean, bound] = loss === 'hinge' ? [0, own] : [1 / (2 * own), Infinity];
      const alpha = alphas[index] as number;
      let sum = 0;
      const from = row * width;
      for (let at = 0; at < width; at++) sum += (values[from + at] as number) * (found[at] as number);
      const gradient = sign * sum - 1 + lean * alpha;
      const projected =
        alpha === 0 ? Math.min(gradient, 0) : alpha >= bound ? Math.max(gradient, 0) : gradient;
      if (projected > most) most = projected;
      if (projected < least) least = projected;
      if (projected === 0) continue;
      const next = Math.min(bound, Math.max(0, alpha - gradient / ((squares[index] as number) + lean)));
      const change = (next - alpha) * sign;
      alphas[index] = next;
      for (let at = 0; at < width; at++)
        found[at] = (found[at] as number) + change * (values[from + at] as number);
    }
    if (most - least <= tolerance) break;
  }
  return found;
}
