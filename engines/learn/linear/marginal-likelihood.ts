import { factor, inverseOf, logDeterminant, solveFactored } from './cholesky.ts';
import { type GpParameters, type KernelName, kernelAt, squareIn } from './covariance.ts';

export interface GpRows {
  /** rows x width, by row. */
  values: Float64Array;
  width: number;
  /** About its mean. */
  y: Float64Array;
  /** A row of weight 2 is observed with half the noise variance. */
  weights: Float64Array;
}

/** Added to the diagonal, as a share of the signal, so that equal rows do not make it singular. */
const jitter = 1e-10;

/** Lower factor of the covariance of the rows, and it applied to y. */
export function factored({ values, width, y, weights }: GpRows, kernel: KernelName, own: GpParameters) {
  const n = y.length;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++)
      lower[i * n + j] =
        own.variance *
        kernelAt(kernel, squareIn(values, i * width, values, j * width, width, own.lengths)).value;
    lower[i * n + i] = own.variance * (1 + jitter) + own.noise / (weights[i] as number);
  }
  factor(lower, n, 1e-15);
  return { lower, alpha: solveFactored(lower, n, y.slice()) };
}

/**
 * ln p(y | rows), and its gradient by the natural logarithms of the variance, the lengths and the noise, in that order.
 * Rasmussen & Williams 2006, equations 5.8 and 5.9. O(rows³ + rows² · columns).
 */
export function marginalLikelihood(
  rows: GpRows,
  kernel: KernelName,
  own: GpParameters,
): { value: number; gradient: Float64Array } {
  const { values, width, y, weights } = rows;
  const n = y.length;
  const { lower, alpha } = factored(rows, kernel, own);
  const fit = y.reduce((sum, value, row) => sum + value * (alpha[row] as number), 0);
  const value = -(fit + logDeterminant(lower, n) + n * Math.log(2 * Math.PI)) / 2;
  const inverse = inverseOf(lower, n);
  const shared = own.lengths.length === 1;
  const gradient = new Float64Array(own.lengths.length + 2);
  const add = (at: number, amount: number) => {
    gradient[at] = (gradient[at] as number) + amount;
  };
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      // Both halves of a symmetric matrix: twice the half of the trace.
      const pull = (alpha[i] as number) * (alpha[j] as number) - (inverse[i * n + j] as number);
      const square = squareIn(values, i * width, values, j * width, width, own.lengths);
      const near = kernelAt(kernel, square);
      add(0, pull * own.variance * near.value);
      const bend = pull * own.variance * near.slope;
      if (shared) add(1, bend * square);
      else
        for (let at = 0; at < width; at++) {
          const apart = (values[i * width + at] as number) - (values[j * width + at] as number);
          add(1 + at, bend * (apart / (own.lengths[at] as number)) ** 2);
        }
    }
    const pull = ((alpha[i] as number) ** 2 - (inverse[i * n + i] as number)) / 2;
    add(0, pull * own.variance * (1 + jitter));
    add(gradient.length - 1, (pull * own.noise) / (weights[i] as number));
  }
  return { value, gradient };
}
