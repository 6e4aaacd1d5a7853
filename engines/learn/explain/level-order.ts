import type { Matrix } from '../estimator.ts';
import { codesThere, firstAtLeast, knownSorted } from './grid.ts';

/**
 * Levels of a category along one line, those whose rows are alike in the other columns side by side: classical scaling
 * of the sum, over the columns, of the largest difference of two levels' distributions. The end with the lower code is
 * first. O(levels² · columns · 100 + rows · columns · log rows).
 */
export function orderOfLevels(matrix: Matrix, column: number, levels: number[]): number[] {
  const count = levels.length;
  if (count < 3) return levels;
  const placeOf = new Map(levels.map((level, place) => [level, place]));
  const places = Int32Array.from(matrix.columns[column] as Float64Array, (code) => placeOf.get(code) ?? -1);
  const apart = new Float64Array(count * count);
  matrix.columns.forEach((values, at) => {
    if (at === column) return;
    const isCategory = (matrix.categories[at] as number) > 0;
    const shares = sharesByLevel(values, places, count, isCategory);
    if (shares === null) return;
    for (let a = 0; a < count; a++)
      for (let b = 0; b < a; b++) {
        const distance = distanceOf(shares[a] as Float64Array, shares[b] as Float64Array, isCategory);
        apart[a * count + b] = (apart[a * count + b] as number) + distance;
        apart[b * count + a] = apart[a * count + b] as number;
      }
  });
  const line = firstAxis(apart, count);
  const order = levels
    .map((_, place) => place)
    .sort((a, b) => (line[a] as number) - (line[b] as number) || a - b);
  if ((order[0] as number) > (order.at(-1) as number)) order.reverse();
  return order.map((place) => levels[place] as number);
}

/** Of each level: shares of the codes, or of the rows below each of 100 quantiles. Null for a column of nothing. */
function sharesByLevel(
  values: Float64Array,
  places: Int32Array,
  levels: number,
  isCategory: boolean,
): Float64Array[] | null {
  const sorted = knownSorted(values);
  if (sorted.length === 0) return null;
  const edges = isCategory
    ? codesThere(values)
    : [
        ...new Set(
          Array.from({ length: 100 }, (_, at) => sorted[Math.floor((at * sorted.length) / 100)] as number),
        ),
        sorted.at(-1) as number,
      ];
  const shares = Array.from({ length: levels }, () => new Float64Array(edges.length));
  const known = new Float64Array(levels);
  values.forEach((value, row) => {
    const place = places[row] as number;
    if (place < 0 || Number.isNaN(value)) return;
    const own = shares[place] as Float64Array;
    const edge = firstAtLeast(edges, value);
    own[edge] = (own[edge] as number) + 1;
    known[place] = (known[place] as number) + 1;
  });
  for (const [place, own] of shares.entries())
    for (let edge = 0; edge < own.length; edge++) {
      own[edge] = (own[edge] as number) / Math.max(1, known[place] as number);
      if (!isCategory && edge > 0) own[edge] = (own[edge] as number) + (own[edge - 1] as number);
    }
  return shares;
}

/** Half the sum of differences of shares, or the largest difference of what lies below (Kolmogorov-Smirnov). */
function distanceOf(a: Float64Array, b: Float64Array, isCategory: boolean): number {
  let found = 0;
  a.forEach((own, at) => {
    const apart = Math.abs(own - (b[at] as number));
    found = isCategory ? found + apart / 2 : Math.max(found, apart);
  });
  return found;
}

/** The first axis of classical scaling (Torgerson 1952, doi:10.1007/BF02288916), by the power method. */
function firstAxis(apart: Float64Array, n: number): Float64Array {
  const squares = apart.map((distance) => distance * distance);
  const means = Float64Array.from({ length: n }, (_, row) =>
    squares.subarray(row * n, (row + 1) * n).reduce((sum, value) => sum + value / n, 0),
  );
  const all = means.reduce((sum, value) => sum + value / n, 0);
  const centred = squares.map(
    (value, at) => -0.5 * (value - (means[Math.floor(at / n)] as number) - (means[at % n] as number) + all),
  );
  // Shifted by a bound of its least eigenvalue, so that the largest is also the one of largest size.
  let bound = 0;
  for (let row = 0; row < n; row++)
    bound = Math.max(
      bound,
      centred.subarray(row * n, (row + 1) * n).reduce((sum, value) => sum + Math.abs(value), 0),
    );
  let axis = Float64Array.from({ length: n }, (_, at) => Math.cos(at + 1));
  for (let round = 0; round < 300; round++) {
    const next = axis.map((own, row) => {
      let sum = bound * own;
      for (let k = 0; k < n; k++) sum += (centred[row * n + k] as number) * (axis[k] as number);
      return sum;
    });
    const length = Math.hypot(...next);
    if (length === 0) return axis;
    axis = next.map((value) => value / length);
  }
  return axis;
}
