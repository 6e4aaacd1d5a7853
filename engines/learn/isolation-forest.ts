import { type SeededRandom, seededRandom } from '@stroma/kernel';

export interface ForestOptions {
  trees: number;
  /** Rows each tree is grown from. */
  sample: number;
  seed: number;
}

export const defaultForest: Omit<ForestOptions, 'seed'> = { trees: 100, sample: 256 };

/** Trees as flat arrays; a node's children stand side by side at `child`, which is 0 for a leaf. */
interface Tree {
  column: Uint16Array;
  split: Float64Array;
  child: Int32Array;
  /** Of a leaf: its depth and what its rows would have gone further. */
  depth: Float64Array;
}

/** Scores rows; `columns` as those it was grown from. */
export interface IsolationForest {
  /** 0-1 for each row: near 1 odd, below 0.5 ordinary. O(rows · trees · log sample). */
  score(columns: readonly Float64Array[]): Float64Array;
}

/** Mean path length of an unsuccessful search in a binary tree of n, which makes depths of different n comparable. */
export function expectedDepth(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n;
}

/**
 * Isolation forest: rows that few random cuts separate from the rest are odd, also where each value by itself is not.
 * Columns are of one length and finite (the caller fills or leaves out missing values); one that does not vary is never
 * cut. The order of rows matters to the draw, scale and shift of a column do not. Liu, Ting & Zhou 2008,
 * doi:10.1109/ICDM.2008.17. O(trees · sample · log sample).
 */
export function isolationForest(columns: readonly Float64Array[], options: ForestOptions): IsolationForest {
  const random = seededRandom(options.seed);
  const rows = columns[0]?.length ?? 0;
  const sample = Math.min(options.sample, rows);
  const trees = Array.from({ length: options.trees }, () =>
    grow(columns, draw(rows, sample, random), random),
  );
  const usual = expectedDepth(sample);
  return {
    score(scored) {
      const n = scored[0]?.length ?? 0;
      const total = new Float64Array(n);
      for (const tree of trees) addDepths(tree, scored, total);
      return total.map((depth) => (usual > 0 ? 2 ** (-depth / trees.length / usual) : 0.5));
    },
  };
}

/** `size` different rows, by Floyd's method. */
function draw(rows: number, size: number, random: SeededRandom): Uint32Array {
  const chosen = new Set<number>();
  for (let last = rows - size; last < rows; last++) {
    const at = random.whole(last + 1);
    chosen.add(chosen.has(at) ? last : at);
  }
  return Uint32Array.from(chosen);
}

function grow(columns: readonly Float64Array[], rows: Uint32Array, random: SeededRandom): Tree {
  const deepest = Math.ceil(Math.log2(Math.max(2, rows.length)));
  const most = 2 * Math.max(1, rows.length);
  const tree: Tree = {
    column: new Uint16Array(most),
    split: new Float64Array(most),
    child: new Int32Array(most),
    depth: new Float64Array(most),
  };
  let used = 1;
  const leaf = (node: number, depth: number, size: number) => {
    tree.depth[node] = depth + expectedDepth(size);
  };
  const cut = (node: number, from: number, to: number, depth: number): void => {
    const size = to - from;
    const chosen = size > 1 && depth < deepest ? pickCut(columns, rows, from, to, random) : null;
    if (chosen === null) {
      leaf(node, depth, size);
      return;
    }
    const { column, split } = chosen;
    const middle = part(columns[column] as Float64Array, rows, from, to, split);
    const child = used;
    used += 2;
    tree.column[node] = column;
    tree.split[node] = split;
    tree.child[node] = child;
    cut(child, from, middle, depth + 1);
    cut(child + 1, middle, to, depth + 1);
  };
  cut(0, 0, rows.length, 0);
  return tree;
}

/** A random column among those that vary here, and a value between its least and greatest. */
function pickCut(
  columns: readonly Float64Array[],
  rows: Uint32Array,
  from: number,
  to: number,
  random: SeededRandom,
): { column: number; split: number } | null {
  const left = columns.map((_, at) => at);
  while (left.length > 0) {
    const index = random.whole(left.length);
    const column = left[index] as number;
    const values = columns[column] as Float64Array;
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let at = from; at < to; at++) {
      const value = values[rows[at] as number] as number;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    if (greatest > least) {
      const split = least + random.next() * (greatest - least);
      // Rounding may give the greatest itself, which would leave one side empty.
      return { column, split: split < greatest ? split : least };
    }
    left.splice(index, 1);
  }
  return null;
}

/** Rows at or below the split first; returns where the others begin. */
function part(values: Float64Array, rows: Uint32Array, from: number, to: number, split: number): number {
  let low = from;
  let high = to - 1;
  while (low <= high) {
    const row = rows[low] as number;
    if ((values[row] as number) <= split) low += 1;
    else {
      rows[low] = rows[high] as number;
      rows[high] = row;
      high -= 1;
    }
  }
  return low;
}

function addDepths(
  { column, split, child, depth }: Tree,
  columns: readonly Float64Array[],
  total: Float64Array,
) {
  for (let row = 0; row < total.length; row++) {
    let node = 0;
    for (let next = child[0] as number; next !== 0; next = child[node] as number) {
      const value = (columns[column[node] as number] as Float64Array)[row] as number;
      node = value <= (split[node] as number) ? next : next + 1;
    }
    total[row] = (total[row] as number) + (depth[node] as number);
  }
}
