import { madToSd, median, medianDeviation } from '@stroma/stats';
import type { Matrix } from '../estimator.ts';
import { knownSorted } from './grid.ts';

/**
 * How far apart rows are: over the columns the sum of differences of numbers in units of their spread among the data,
 * and 1 for another category or where one of two values is missing. The spread is the median absolute deviation times
 * 1.48 (Wachter, Mittelstadt & Russell 2017, arXiv:1711.00399, divide by it too), or the mean one where more than half
 * the rows hold one value.
 */
export class RowDistance {
  /** By column; 0 where values are told apart but not measured. */
  readonly #scales: Float64Array;
  readonly #weights: Float64Array | null;

  constructor(data: Matrix, weights: Float64Array | null = null) {
    this.#weights = weights;
    this.#scales = Float64Array.from(data.columns, (values, column) =>
      (data.categories[column] as number) > 0 ? 0 : spreadOf(values),
    );
  }

  /** Of one column. */
  apart(column: number, a: number, b: number): number {
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
    const scale = this.#scales[column] as number;
    const weight = this.#weights === null ? 1 : (this.#weights[column] as number);
    if (scale === 0 || Number.isNaN(a) || Number.isNaN(b)) return weight;
    return (weight * Math.abs(a - b)) / scale;
  }

  of(a: Float64Array, b: Float64Array): number {
    let sum = 0;
    for (let column = 0; column < a.length; column++)
      sum += this.apart(column, a[column] as number, b[column] as number);
    return sum;
  }

  /** From one row to each of a matrix. O(rows · columns). */
  toEach(row: Float64Array, matrix: Matrix): Float64Array {
    const sums = new Float64Array(matrix.rows);
    matrix.columns.forEach((values, column) => {
      const own = row[column] as number;
      const scale = this.#scales[column] as number;
      const weight = this.#weights === null ? 1 : (this.#weights[column] as number);
      if (scale === 0 || Number.isNaN(own))
        for (let at = 0; at < matrix.rows; at++)
          sums[at] = (sums[at] as number) + this.apart(column, own, values[at] as number);
      else {
        const factor = weight / scale;
        for (let at = 0; at < matrix.rows; at++) {
          const apart = Math.abs((values[at] as number) - own) * factor;
          sums[at] = (sums[at] as number) + (Number.isNaN(apart) ? weight : apart);
        }
      }
    });
    return sums;
  }
}

/** 0 of a column of one value. */
function spreadOf(values: Float64Array): number {
  const known = knownSorted(values);
  if (known.length === 0) return 0;
  const mad = madToSd * medianDeviation(known);
  if (mad > 0) return mad;
  const middle = median(known);
  return known.reduce((sum, value) => sum + Math.abs(value - middle), 0) / known.length;
}

export const rowOf = (matrix: Matrix, row: number): Float64Array =>
  Float64Array.from(matrix.columns, (values) => values[row] as number);

export const matrixOfRows = (like: Matrix, rows: readonly Float64Array[]): Matrix => ({
  ...like,
  rows: rows.length,
  columns: like.columns.map((_, column) => Float64Array.from(rows, (row) => row[column] as number)),
});

/** Places of the `count` least, least first; equal ones by place. */
export function leastOf(values: Float64Array, count: number): number[] {
  return Array.from(values.keys())
    .sort((a, b) => (values[a] as number) - (values[b] as number) || a - b)
    .slice(0, count);
}
