import type { Fit, Matrix, Predictor, SavedModel } from '../estimator.ts';
import { factor, solveFactored } from './cholesky.ts';
import { byRow, checkColumns, checkNumber, type Design, designOf, numbersOf } from './design.ts';

export interface LeastSquaresOptions {
  /** Added to the sum of squared errors: `l2` x Σ coefficient². 0 is least squares. The intercept goes free. */
  l2?: number;
  /** Whether `l2` is meant for columns in their standard deviation; then no unit matters. */
  standardise?: boolean;
}

export interface LinearModel extends SavedModel {
  kind: 'linear';
  intercept: number;
  coefficients: Float64Array;
  /** Columns whose coefficient is not 0 for being told by those before them. */
  rank: number;
}

export interface LinearPredictor extends Predictor {
  save(): LinearModel;
}

const learner = 'Least squares';

/**
 * Least squares and ridge with weights, by the normal equations of centred columns brought to one length, refined once
 * from the residuals; with more columns than rows and `l2` above 0, by the rows' (rows x rows). Without `l2` a column
 * that those before it tell has the coefficient 0. Hoerl & Kennard 1970, doi:10.1080/00401706.1970.10488634.
 * O(rows · columns · min(rows, columns)).
 */
export const fitLeastSquares: Fit<LeastSquaresOptions> = (matrix, target, options) => {
  const { l2 = 0, standardise = false } = options;
  checkNumber('l2', l2, 0);
  const design = designOf(matrix, options, learner);
  const values = numbersOf(target, matrix.rows, learner);
  const { centres, scales, total } = centred(design);
  const y = new Float64Array(design.rows);
  let mean = 0;
  for (let row = 0; row < design.rows; row++)
    mean += ((design.weights[row] as number) * (values[row] as number)) / total;
  for (let row = 0; row < design.rows; row++) y[row] = (values[row] as number) - mean;
  const penalty = scales.map((scale) => (standardise ? l2 : l2 / (scale * scale)));
  const solved =
    l2 > 0 && design.width > design.rows ? byRows(design, y, penalty) : byColumns(design, y, penalty, l2 > 0);
  options.onProgress?.(1);
  const coefficients = solved.coefficients.map((value, at) => value / (scales[at] as number));
  const intercept = coefficients.reduce((sum, value, at) => sum - value * (centres[at] as number), mean);
  return loadLinear({
    kind: 'linear',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    intercept,
    coefficients,
    rank: solved.rank,
  });
};

/** What `save` gave, of least squares, ridge or elastic net. */
export function loadLinear(saved: LinearModel): LinearPredictor {
  return {
    kind: saved.kind,
    outputs: 1,
    predict(matrix: Matrix) {
      checkColumns(saved, matrix);
      const values = byRow(matrix, learner);
      const width = saved.coefficients.length;
      return Float64Array.from({ length: matrix.rows }, (_, row) => {
        let sum = saved.intercept;
        for (let at = 0; at < width; at++)
          sum += (values[row * width + at] as number) * (saved.coefficients[at] as number);
        return sum;
      });
    },
    save: () => saved,
  };
}

/** Columns about their weighted mean and in their weighted standard deviation (1 for a constant), in place. */
export function centred({ rows, width, values, weights }: Design): {
  centres: Float64Array;
  scales: Float64Array;
  total: number;
} {
  const centres = new Float64Array(width);
  const scales = new Float64Array(width);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let row = 0; row < rows; row++) {
    const share = (weights[row] as number) / total;
    for (let at = 0; at < width; at++)
      centres[at] = (centres[at] as number) + share * (values[row * width + at] as number);
  }
  for (let row = 0; row < rows; row++) {
    const share = (weights[row] as number) / total;
    for (let at = 0; at < width; at++) {
      const value = (values[row * width + at] as number) - (centres[at] as number);
      values[row * width + at] = value;
      scales[at] = (scales[at] as number) + share * value * value;
    }
  }
  for (let at = 0; at < width; at++) {
    const scale = Math.sqrt(scales[at] as number);
    scales[at] = scale > 1e-13 * Math.abs(centres[at] as number) ? scale : 0;
  }
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < width; at++) {
      const scale = scales[at] as number;
      values[row * width + at] = scale > 0 ? (values[row * width + at] as number) / scale : 0;
    }
  return { centres, scales: scales.map((scale) => (scale > 0 ? scale : 1)), total };
}

interface Solved {
  coefficients: Float64Array;
  rank: number;
}

function byColumns(design: Design, y: Float64Array, penalty: Float64Array, ridge: boolean): Solved {
  const { width } = design;
  const cross = crossProduct(design);
  for (let at = 0; at < width; at++)
    cross[at * width + at] = (cross[at * width + at] as number) + (penalty[at] as number);
  const rank = factor(cross, width, ridge ? 1e-15 : 1e-11);
  const coefficients = solveFactored(cross, width, towards(design, y));
  for (let round = 0; round < 2; round++) {
    const right = towards(design, residual(design, y, coefficients));
    for (let at = 0; at < width; at++)
      right[at] = (right[at] as number) - (penalty[at] as number) * (coefficients[at] as number);
    const change = solveFactored(cross, width, right);
    for (let at = 0; at < width; at++)
      coefficients[at] = (coefficients[at] as number) + (change[at] as number);
  }
  return { coefficients, rank };
}

/** Xᵀ W X, width x width. */
export function crossProduct({ rows, width, values, weights }: Design): Float64Array {
  const cross = new Float64Array(width * width);
  for (let row = 0; row < rows; row++) {
    const from = row * width;
    const weight = weights[row] as number;
    if (weight === 0) continue;
    for (let i = 0; i < width; i++) {
      const own = weight * (values[from + i] as number);
      if (own === 0) continue;
      const to = i * width;
      for (let j = 0; j <= i; j++)
        cross[to + j] = (cross[to + j] as number) + own * (values[from + j] as number);
    }
  }
  for (let i = 0; i < width; i++)
    for (let j = 0; j < i; j++) cross[j * width + i] = cross[i * width + j] as number;
  return cross;
}

/** Xᵀ W y. */
export function towards({ rows, width, values, weights }: Design, y: Float64Array): Float64Array {
  const right = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    const own = (weights[row] as number) * (y[row] as number);
    for (let at = 0; at < width; at++)
      right[at] = (right[at] as number) + own * (values[row * width + at] as number);
  }
  return right;
}

function residual(
  { rows, width, values }: Design,
  y: Float64Array,
  coefficients: Float64Array,
): Float64Array {
  const left = y.slice();
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let at = 0; at < width; at++)
      sum += (values[row * width + at] as number) * (coefficients[at] as number);
    left[row] = (left[row] as number) - sum;
  }
  return left;
}

/** With D the penalty: b = D⁻¹ Xᵀ (X D⁻¹ Xᵀ + W⁻¹)⁻¹ y; rows of weight 0 take no part. */
function byRows(design: Design, y: Float64Array, penalty: Float64Array): Solved {
  const { width, values, weights } = design;
  const kept = Uint32Array.from(weights.keys()).filter((row) => (weights[row] as number) > 0);
  const n = kept.length;
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const from = (kept[i] as number) * width;
    for (let j = 0; j <= i; j++) {
      const to = (kept[j] as number) * width;
      let sum = 0;
      for (let at = 0; at < width; at++)
        sum += ((values[from + at] as number) * (values[to + at] as number)) / (penalty[at] as number);
      gram[i * n + j] = sum;
      gram[j * n + i] = sum;
    }
    gram[i * n + i] = (gram[i * n + i] as number) + 1 / (weights[kept[i] as number] as number);
  }
  const rank = factor(gram, n, 1e-15);
  const dual = solveFactored(
    gram,
    n,
    Float64Array.from(kept, (row) => y[row] as number),
  );
  const coefficients = new Float64Array(width);
  for (let i = 0; i < n; i++) {
    const from = (kept[i] as number) * width;
    for (let at = 0; at < width; at++)
      coefficients[at] =
        (coefficients[at] as number) +
        ((dual[i] as number) * (values[from + at] as number)) / (penalty[at] as number);
  }
  return { coefficients, rank };
}
