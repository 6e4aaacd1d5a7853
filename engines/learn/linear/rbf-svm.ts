import { StromaError } from '@stroma/kernel';
import type { Fit, Matrix, Predictor, SavedModel } from '../estimator.ts';
import { byRow, checkColumns, checkNumber, classesOf, type Design, designOf } from './design.ts';
import { coupled } from './pairwise-coupling.ts';
import { fitPlatt, outOfFold, type Platt, probabilityAt } from './platt.ts';
import { supportVectors } from './smo.ts';

export interface RbfSvmOptions {
  /** What a row on the wrong side costs; 1 when left out. */
  cost?: number;
  /** Of exp(-gamma · squared distance); 1 / (columns · variance of all values) when left out. */
  gamma?: number;
  tolerance?: number;
}

export interface RbfSvmModel extends SavedModel {
  kind: 'rbf-svm';
  classes: number;
  gamma: number;
  /** Rows that decide, by row. */
  vectors: Float64Array;
  /** For each pair of classes (a, b), a < b: what each vector adds to b's side (0 for most), and a constant. */
  pairs: readonly { a: number; b: number; shares: Float64Array; intercept: number; calibration: Platt }[];
}

export interface RbfSvmPredictor extends Predictor {
  /** rows x pairs of classes: above 0 on the side of the second of the pair. */
  decide(matrix: Matrix): Float64Array;
  save(): RbfSvmModel;
}

const learner = 'An RBF SVM';
/** Its time grows with the square of the rows, or faster. */
export const mostSvmRows = 20_000;

/**
 * Support vector machine with a Gaussian kernel, one for each pair of classes, by sequential minimal optimisation with
 * the second-order choice of Fan, Chen & Lin 2005 (JMLR 6:1889). Weights are of the costs. Probabilities by Platt's
 * sigmoid on decisions out of fold, coupled over the pairs. Standardise columns first. Throws INVALID_INPUT past
 * `mostSvmRows`.
 */
export const fitRbfSvm: Fit<RbfSvmOptions> = (matrix, target, options) => {
  const { cost = 1, tolerance = 1e-3, seed, signal } = options;
  checkNumber('cost', cost, 0, true);
  if (matrix.rows > mostSvmRows)
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} learns from at most ${mostSvmRows} rows; ${matrix.rows} were given. Take a sample, or use a linear one.`,
      { limit: mostSvmRows, given: matrix.rows },
    );
  const design = designOf(matrix, options, learner);
  const { codes, classes, counts } = classesOf(target, matrix.rows, learner);
  const gamma = options.gamma ?? gammaOf(design);
  checkNumber('gamma', gamma, 0, true);
  const there = [...counts.keys()].filter((code) =>
    codes.some((own, row) => own === code && (design.weights[row] as number) > 0),
  );
  if (there.length < 2)
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} expects rows of positive weight of two classes at least; all such rows are of one.`,
    );
  const found = there.flatMap((a, at) =>
    there.slice(at + 1).map((b) => {
      const rows = Uint32Array.from(codes.keys()).filter((row) => codes[row] === a || codes[row] === b);
      const isPositive = Uint8Array.from(rows, (row) => (codes[row] === b ? 1 : 0));
      const machine = (part: Uint32Array) =>
        supportVectors({
          values: rowsOf(design.values, design.width, rows, part),
          width: design.width,
          signs: Float64Array.from(part, (own) => (isPositive[own] === 1 ? 1 : -1)),
          linear: new Float64Array(part.length).fill(-1),
          costs: Float64Array.from(part, (own) => cost * (design.weights[rows[own] as number] as number)),
          gamma,
          tolerance,
          ...(signal && { signal }),
          ...(options.memoryLimitBytes !== undefined && { memoryLimitBytes: options.memoryLimitBytes }),
        });
      const decisions = outOfFold(isPositive, seed, (train, test) => {
        const { shares, intercept } = machine(train);
        const own = rowsOf(design.values, design.width, rows, train);
        const asked = rowsOf(design.values, design.width, rows, test);
        return decisionsOf(asked, test.length, own, design.width, gamma, [{ shares, intercept }]);
      });
      const weights = Float64Array.from(rows, (row) => design.weights[row] as number);
      const calibration = fitPlatt(decisions, isPositive, weights);
      return { a, b, rows, ...machine(Uint32Array.from(rows.keys())), calibration };
    }),
  );
  options.onProgress?.(1);
  const used = new Uint8Array(matrix.rows);
  for (const { rows, shares } of found)
    shares.forEach((share, at) => {
      if (share !== 0) used[rows[at] as number] = 1;
    });
  const kept = Uint32Array.from(used.keys()).filter((row) => used[row] === 1);
  const placeOf = new Map([...kept].map((row, place) => [row, place]));
  return loadRbfSvm({
    kind: 'rbf-svm',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    classes,
    gamma,
    vectors: rowsOf(design.values, design.width, kept, Uint32Array.from(kept.keys())),
    pairs: found.map(({ a, b, rows, shares, intercept, calibration }) => {
      const own = new Float64Array(kept.length);
      rows.forEach((row, at) => {
        const place = placeOf.get(row);
        if (place !== undefined) own[place] = shares[at] as number;
      });
      return { a, b, shares: own, intercept, calibration };
    }),
  });
};

/** What `save` gave. */
export function loadRbfSvm(saved: RbfSvmModel): RbfSvmPredictor {
  const { classes, gamma, vectors, pairs } = saved;
  const width = saved.names.length;
  const decide = (matrix: Matrix): Float64Array => {
    checkColumns(saved, matrix);
    return decisionsOf(byRow(matrix, learner), matrix.rows, vectors, width, gamma, pairs);
  };
  return {
    kind: saved.kind,
    outputs: classes,
    decide,
    predict(matrix) {
      const decisions = decide(matrix);
      const predicted = new Float64Array(matrix.rows * classes);
      for (let row = 0; row < matrix.rows; row++) {
        const chances = pairs.map(({ a, b, calibration }, at) => ({
          a,
          b,
          chance: probabilityAt(calibration, decisions[row * pairs.length + at] as number),
        }));
        predicted.set(coupled(chances, classes), row * classes);
      }
      return predicted;
    },
    save: () => saved,
  };
}

/** One over columns times the variance of all values. */
export function gammaOf({ width, values }: Design): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return variance > 0 ? 1 / (width * variance) : 1;
}

function rowsOf(values: Float64Array, width: number, rows: Uint32Array, part: Uint32Array): Float64Array {
  const taken = new Float64Array(part.length * width);
  part.forEach((own, at) => {
    const row = rows[own] as number;
    taken.set(values.subarray(row * width, (row + 1) * width), at * width);
  });
  return taken;
}

/** A sum waits for its last step; four do not wait for each other. */
const pointsAtOnce = 4;

/** Of four points, the last again where there are fewer, and each vector: point by point, into `near`. */
function closenessOf(
  points: Float64Array,
  from: number,
  rows: number,
  vectors: Float64Array,
  width: number,
  gamma: number,
  near: Float64Array,
): void {
  const count = near.length / pointsAtOnce;
  const placeOf = (point: number) => Math.min(rows - 1, from + point) * width;
  const [a, b, c, d] = [placeOf(0), placeOf(1), placeOf(2), placeOf(3)];
  for (let at = 0; at < count; at++) {
    const vector = at * width;
    let [first, second, third, fourth] = [0, 0, 0, 0];
    for (let column = 0; column < width; column++) {
      const value = vectors[vector + column] as number;
      const inFirst = (points[a + column] as number) - value;
      const inSecond = (points[b + column] as number) - value;
      const inThird = (points[c + column] as number) - value;
      const inFourth = (points[d + column] as number) - value;
      first += inFirst * inFirst;
      second += inSecond * inSecond;
      third += inThird * inThird;
      fourth += inFourth * inFourth;
    }
    near[at] = Math.exp(-gamma * first);
    near[count + at] = Math.exp(-gamma * second);
    near[2 * count + at] = Math.exp(-gamma * third);
    near[3 * count + at] = Math.exp(-gamma * fourth);
  }
}

/** What each machine says of each point, rows x machines. */
export function decisionsOf(
  points: Float64Array,
  rows: number,
  vectors: Float64Array,
  width: number,
  gamma: number,
  machines: readonly { shares: Float64Array; intercept: number }[],
): Float64Array {
  const count = vectors.length / width;
  const decisions = new Float64Array(rows * machines.length);
  const near = new Float64Array(pointsAtOnce * count);
  for (let from = 0; from < rows; from += pointsAtOnce) {
    closenessOf(points, from, rows, vectors, width, gamma, near);
    for (let row = from; row < Math.min(rows, from + pointsAtOnce); row++)
      machines.forEach(({ shares, intercept }, k) => {
        const own = (row - from) * count;
        let sum = intercept;
        for (let at = 0; at < count; at++) sum += (shares[at] as number) * (near[own + at] as number);
        decisions[row * machines.length + k] = sum;
      });
  }
  return decisions;
}
