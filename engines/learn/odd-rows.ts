import { seededRandom } from '@stroma/kernel';
import { falseDiscovery } from '@stroma/stats';
import { defaultForest, isolationForest } from './isolation-forest.ts';

export interface OddRow {
  /** Index into the columns. */
  row: number;
  score: number;
  /** Chance of a score as high where columns have nothing to do with each other, corrected for all rows. */
  pAdjusted: number;
}

export interface OddRowOptions {
  seed: number;
  /** Share of false ones among the rows found. */
  level: number;
  /** Tables with the columns shuffled apart that scores are compared with. */
  nulls?: number;
}

/**
 * Rows whose combination of values is odd: their isolation score is held against those of forests grown in tables with
 * the same columns, each shuffled by itself. A value that is odd alone is as odd there, so what is found is odd
 * together. Most odd first; ties by row. Columns are finite, of one length, at least two of them.
 * O((nulls + 1) · rows · trees · log sample).
 */
export function oddRows(
  columns: readonly Float64Array[],
  { seed, level, nulls = 4 }: OddRowOptions,
): OddRow[] {
  const rows = columns[0]?.length ?? 0;
  if (columns.length < 2 || rows < 50) return [];
  const scores = isolationForest(columns, { ...defaultForest, seed }).score(columns);
  const shuffled = Array.from({ length: nulls }, (_, round) => {
    const random = seededRandom(seed + 7919 * (round + 1));
    const apart = columns.map((column) => {
      const copy = column.slice();
      for (let last = rows - 1; last > 0; last--) {
        const at = random.whole(last + 1);
        const value = copy[last] as number;
        copy[last] = copy[at] as number;
        copy[at] = value;
      }
      return copy;
    });
    return isolationForest(apart, { ...defaultForest, seed: seed + round + 1 }).score(apart);
  });
  const reference = new Float64Array(nulls * rows);
  for (const [round, values] of shuffled.entries()) reference.set(values, round * rows);
  const chance = tailOf(reference.sort());
  const p = Array.from(scores, chance);
  const adjusted = falseDiscovery(p);
  return Array.from(scores, (score, row) => ({ row, score, pAdjusted: adjusted[row] as number }))
    .filter(({ pAdjusted }) => pAdjusted <= level)
    .sort((a, b) => b.score - a.score || a.row - b.row);
}

/** Share of the scores that counts as their tail. */
const tailShare = 0.01;

/**
 * Chance of a score at least as high: counted up to the tail, beyond it by an exponential through the mean excess.
 * Scores end at 1, so their tail is lighter than that and the chance is rather stated too high.
 */
function tailOf(ascending: Float64Array): (score: number) => number {
  const n = ascending.length;
  const begin = Math.floor(n * (1 - tailShare));
  const threshold = ascending[begin] as number;
  let excess = 0;
  for (let at = begin; at < n; at++) excess += (ascending[at] as number) - threshold;
  const mean = excess / (n - begin);
  return (score) => {
    if (score > threshold && mean > 0) return tailShare * Math.exp(-(score - threshold) / mean);
    return (1 + countFrom(ascending, score)) / (1 + n);
  };
}

/** How many of the sorted values are at least `value`. */
function countFrom(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const at = (low + high) >> 1;
    if ((ascending[at] as number) < value) low = at + 1;
    else high = at;
  }
  return ascending.length - low;
}
