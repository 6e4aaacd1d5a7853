import { classesOfNumbers } from '../classes.ts';
import type { FeatureColumn } from './feature-table.ts';

/** Rows of a class on average, so that its mean says something. */
const rowsOfClass = 8;
const mostClasses = 64;

/**
 * Share of a response's variance that one column tells: its classes' means are counted in one half of the rows (every
 * other one) and held against the other half, both ways. Below 0 where they mislead; 0 of a constant response. Numbers
 * and times are cut into classes of about equal size, missing values one of them.
 */
export function outOfHalves(column: FeatureColumn, response: Float64Array): number {
  const { codes, classes } = codesOf(column, response.length);
  let left = 0;
  let all = 0;
  for (const half of [0, 1]) {
    const sums = new Float64Array(classes);
    const counts = new Float64Array(classes);
    let sum = 0;
    let count = 0;
    for (let row = half; row < response.length; row += 2) {
      const code = codes[row] as number;
      sums[code] = (sums[code] as number) + (response[row] as number);
      counts[code] = (counts[code] as number) + 1;
      sum += response[row] as number;
      count += 1;
    }
    const mean = sum / Math.max(1, count);
    for (let row = 1 - half; row < response.length; row += 2) {
      const code = codes[row] as number;
      const own = counts[code] as number;
      const value = response[row] as number;
      left += (value - (own > 0 ? (sums[code] as number) / own : mean)) ** 2;
      all += (value - mean) ** 2;
    }
  }
  return all > 0 ? 1 - left / all : 0;
}

function codesOf(column: FeatureColumn, rows: number): { codes: ArrayLike<number>; classes: number } {
  if (column.kind === 'category')
    return { codes: column.codes.map((code) => code + 1), classes: column.levels.length + 1 };
  if (column.kind === 'text') return { codes: new Uint8Array(rows), classes: 1 };
  return classesOfNumbers(column.values, Math.max(2, Math.min(mostClasses, Math.floor(rows / rowsOfClass))));
}
