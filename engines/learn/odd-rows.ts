import { seededRandom } from '@stroma/kernel';
import {
  falseDiscovery,
  meanOf,
  normalUpperQuantile,
  quantileOfSorted,
  ranksOf,
  varianceOf,
} from '@stroma/stats';
import { defaultForest, isolationForest } from './isolation-forest.ts';

export interface OddRow {
  /** Index into the columns. */
  row: number;
  score: number;
  /** Chance of a score as high where columns are joined by correlation alone, corrected for all rows. */
  pAdjusted: number;
}

export interface OddRowOptions {
  seed: number;
  /** Share of false ones among the rows found. */
  level: number;
  /** Tables of normals that scores are compared with. */
  nulls?: number;
}

/**
 * Rows whose combination of values is odd. Columns are read by their ranks, so that neither units nor long tails count,
 * and freed of their correlations; an isolation forest scores what is left. The scores are held against those of tables
 * of independent normals of the same size, which is what would be left were the columns joined by correlation alone, and
 * against the tail of the table's own. Most odd first; ties by row. Columns are finite, of one length, at least two of
 * them. O((nulls + 1) · rows · trees · log sample).
 */
export function oddRows(
  columns: readonly Float64Array[],
  { seed, level, nulls = 4 }: OddRowOptions,
): OddRow[] {
  const rows = columns[0]?.length ?? 0;
  if (columns.length < 2 || rows < 50) return [];
  const freed = withoutCorrelation(columns.map(normalScores));
  if (freed.length < 2) return [];
  const forest = { ...defaultForest, sample: treeRows };
  const scores = isolationForest(freed, { ...forest, seed }).score(freed);
  const reference = new Float64Array(nulls * rows);
  for (let round = 0; round < nulls; round++) {
    const random = seededRandom(seed + 7919 * (round + 1));
    const table = freed.map(() => Float64Array.from({ length: rows }, random.normal));
    const plain = isolationForest(table, { ...forest, seed: seed + round + 1 });
    reference.set(plain.score(table), round * rows);
  }
  const apart = tailOf(reference.sort());
  const fence = ownFence(scores.slice().sort());
  const p = Array.from(scores, (score) => (score > fence ? apart(score) : 1));
  const adjusted = falseDiscovery(p);
  return Array.from(scores, (score, row) => ({ row, score, pAdjusted: adjusted[row] as number }))
    .filter(({ pAdjusted }) => pAdjusted <= level)
    .sort((a, b) => b.score - a.score || a.row - b.row);
}

/** What a normal value of the same rank would be (Blom 1958). */
function normalScores(values: Float64Array): Float64Array {
  const known = new Map<number, number>();
  return ranksOf(values).ranks.map((rank) => {
    const score = known.get(rank) ?? -normalUpperQuantile((rank - 0.375) / (values.length + 0.25));
    known.set(rank, score);
    return score;
  });
}

/** More than Liu's 256, so that most trees meet a row that is one of thousands. */
const treeRows = 1024;

/** A column that the others tell to so much says nothing of its own. */
const leastOwn = 1e-3;

/** Each column less what those before it tell of it, in its own standard deviation: Cholesky's decomposition of R. */
function withoutCorrelation(columns: readonly Float64Array[]): Float64Array[] {
  const freed: Float64Array[] = [];
  for (const column of columns) {
    const rest = standardised(column);
    if (rest === null) continue;
    for (const other of freed) {
      const shared = rest.reduce((sum, value, at) => sum + value * (other[at] as number), 0) / rest.length;
      for (let at = 0; at < rest.length; at++)
        rest[at] = (rest[at] as number) - shared * (other[at] as number);
    }
    const own = rest.reduce((sum, value) => sum + value * value, 0) / rest.length;
    const left = own < leastOwn ? null : standardised(rest);
    if (left !== null) freed.push(left);
  }
  return freed;
}

function standardised(values: Float64Array): Float64Array | null {
  const mean = meanOf(values);
  const sd = Math.sqrt(varianceOf(values, mean));
  return sd > 0 ? values.map((value) => (value - mean) / sd) : null;
}

/** Share of the scores that counts as their tail. */
const tailShare = 0.01;

/**
 * Chance of a score at least as high: counted up to the tail, beyond it by an exponential through the median excess,
 * which up to half of the tail being odd does not move. Scores end at 1, so their tail is lighter than that.
 */
function tailOf(ascending: Float64Array): (score: number) => number {
  const n = ascending.length;
  const begin = Math.floor(n * (1 - tailShare));
  const threshold = ascending[begin] as number;
  const excess = ascending.slice(begin).map((score) => score - threshold);
  const mean = quantileOfSorted(excess, 0.5) / Math.LN2;
  return (score) => {
    if (score > threshold && mean > 0) return tailShare * Math.exp(-(score - threshold) / mean);
    return (1 + countFrom(ascending, score)) / (1 + n);
  };
}

/** A score stands out in its own table beyond this: above its hundredth by half as much again as that lies above its tenth. */
function ownFence(ascending: Float64Array): number {
  const [tenth, hundredth] = [quantileOfSorted(ascending, 0.9), quantileOfSorted(ascending, 0.99)];
  return hundredth + 1.5 * (hundredth - tenth);
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
