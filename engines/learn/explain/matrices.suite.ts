import { seededRandom } from '@stroma/kernel';
import type { Matrix } from '../estimator.ts';
import type { Predict } from './predicting.ts';

export const matrixOf = (
  columns: Record<string, ArrayLike<number>>,
  categories: Record<string, number> = {},
): Matrix => {
  const names = Object.keys(columns);
  const values = names.map((name) => Float64Array.from(columns[name] as ArrayLike<number>));
  return {
    rows: values[0]?.length ?? 0,
    names,
    columns: values,
    categories: names.map((name) => categories[name] ?? 0),
  };
};

/** Normal columns a, b, c, ... (past z by number). */
export function normalMatrix(seed: number, rows: number, columns: number): Matrix {
  const random = seededRandom(seed);
  return matrixOf(
    Object.fromEntries(
      Array.from({ length: columns }, (_, at) => [
        at < 26 ? String.fromCharCode(97 + at) : `column_${at}`,
        Float64Array.from({ length: rows }, () => random.normal()),
      ]),
    ),
  );
}

/** One number of each row's values. */
export const formula =
  (of: (...values: number[]) => number): Predict =>
  (matrix) =>
    Float64Array.from({ length: matrix.rows }, (_, row) =>
      of(...matrix.columns.map((column) => column[row] as number)),
    );

export const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
