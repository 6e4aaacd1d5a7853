/**
 * Trees as flat arrays, one after the other. A node is a leaf where its column is -1. A number goes left when it is at
 * most the threshold; a category when its bit is set; a missing value (NaN, and a category never heard of) as
 * `missingLeft` says.
 */
export interface TreeSet {
  /** Root of each tree, then the number of nodes. */
  roots: Uint32Array;
  /** For each tree, the output its leaves add to; the first of them when leaves hold several. */
  outputs: Uint16Array;
  column: Int32Array;
  threshold: Float64Array;
  left: Uint32Array;
  right: Uint32Array;
  missingLeft: Uint8Array;
  /** Where the node's set begins in `sets`, -1 for numbers. 8 words: a bit for each of 256 bins of a column. */
  set: Int32Array;
  sets: Uint32Array;
  /** What the split gained; 0 for leaves. */
  gain: Float64Array;
  /** Rows (their weight in forests) of training that came by. */
  cover: Float64Array;
  /** Values a leaf holds. */
  width: number;
  /** Nodes x width; 0 inside. */
  values: Float64Array;
}

export const setWords = 8;

/** Bin of each code of a column of categories; codes beyond, and those of no bin, count as missing. */
export type CategoryBins = readonly (Uint8Array | null)[];

export const missingBin = 255;

export interface Cut {
  column: number;
  threshold: number;
  missingLeft: boolean;
  set: Uint32Array | null;
  gain: number;
  left: number;
  right: number;
}

/** One tree, growing; its root is the first node added. */
export class TreeBuilder {
  readonly width: number;
  #used = 0;
  #tree: TreeSet;
  readonly #sets: number[] = [];

  constructor(width: number, nodes: number) {
    this.width = width;
    this.#tree = emptyTrees(1, nodes, 0, width);
    this.#tree.column.fill(-1);
    this.#tree.set.fill(-1);
  }

  add(cover: number): number {
    if (this.#used === this.#tree.column.length) this.#grow();
    const node = this.#used++;
    this.#tree.cover[node] = cover;
    return node;
  }

  setCover(node: number, cover: number): void {
    this.#tree.cover[node] = cover;
  }

  split(node: number, cut: Cut): void {
    const tree = this.#tree;
    tree.column[node] = cut.column;
    tree.threshold[node] = cut.threshold;
    tree.missingLeft[node] = cut.missingLeft ? 1 : 0;
    tree.gain[node] = cut.gain;
    tree.left[node] = cut.left;
    tree.right[node] = cut.right;
    if (cut.set === null) return;
    tree.set[node] = this.#sets.length;
    for (let word = 0; word < setWords; word++) this.#sets.push(cut.set[word] ?? 0);
  }

  setValue(node: number, at: number, value: number): void {
    this.#tree.values[node * this.width + at] = value;
  }

  finish(output: number): TreeSet {
    const tree = resized(this.#tree, this.#used);
    tree.roots[1] = this.#used;
    tree.outputs[0] = output;
    tree.sets = Uint32Array.from(this.#sets);
    return tree;
  }

  #grow(): void {
    const before = this.#tree.column.length;
    this.#tree = resized(this.#tree, 2 * before);
    this.#tree.column.fill(-1, before);
    this.#tree.set.fill(-1, before);
  }
}

export const bytesOfTrees = ({ column, sets, width }: TreeSet): number =>
  column.length * (41 + 8 * width) + sets.byteLength;

export function emptyTrees(trees: number, nodes: number, sets: number, width: number): TreeSet {
  return {
    roots: new Uint32Array(trees + 1),
    outputs: new Uint16Array(trees),
    column: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Uint32Array(nodes),
    right: new Uint32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    set: new Int32Array(nodes),
    sets: new Uint32Array(sets),
    gain: new Float64Array(nodes),
    cover: new Float64Array(nodes),
    width,
    values: new Float64Array(nodes * width),
  };
}

const perNode = ['column', 'threshold', 'left', 'right', 'missingLeft', 'set', 'gain', 'cover'] as const;

function resized(tree: TreeSet, nodes: number): TreeSet {
  const out = emptyTrees(1, nodes, 0, tree.width);
  for (const part of perNode) out[part].set(tree[part].subarray(0, nodes));
  out.values.set(tree.values.subarray(0, nodes * tree.width));
  return out;
}

/** All trees in one set, in their order. */
export function joinTrees(sets: readonly TreeSet[], width: number): TreeSet {
  const sum = (of: (set: TreeSet) => number) => sets.reduce((total, set) => total + of(set), 0);
  const out = emptyTrees(
    sum((set) => set.outputs.length),
    sum((set) => set.column.length),
    sum((set) => set.sets.length),
    width,
  );
  let [tree, node, word] = [0, 0, 0];
  for (const set of sets) {
    out.roots.set(
      set.roots.map((root) => root + node),
      tree,
    );
    out.outputs.set(set.outputs, tree);
    for (const part of perNode) out[part].set(set[part], node);
    for (let at = node; at < node + set.column.length; at++) {
      out.left[at] = (out.left[at] as number) + node;
      out.right[at] = (out.right[at] as number) + node;
      if ((out.set[at] as number) >= 0) out.set[at] = (out.set[at] as number) + word;
    }
    out.values.set(set.values, node * width);
    out.sets.set(set.sets, word);
    tree += set.outputs.length;
    node += set.column.length;
    word += set.sets.length;
  }
  return out;
}

/** Whether a value goes left at an inner node. */
export function goesLeft(set: TreeSet, bins: CategoryBins, node: number, value: number): boolean {
  const start = set.set[node] as number;
  if (start < 0) {
    // What is no number compares false.
    return value <= (set.threshold[node] as number) || (Number.isNaN(value) && set.missingLeft[node] === 1);
  }
  const known = bins[set.column[node] as number] as Uint8Array;
  const bin = value >= 0 && value < known.length ? (known[value] as number) : missingBin;
  if (bin === missingBin) return set.missingLeft[node] === 1;
  return (((set.sets[start + (bin >> 5)] as number) >>> (bin & 31)) & 1) === 1;
}

/** The leaf below `from` that row `at` of the columns comes to. */
export function leafOf(
  set: TreeSet,
  bins: CategoryBins,
  from: number,
  columns: readonly Float64Array[],
  at: number,
): number {
  const { column, threshold, left, right, missingLeft, set: starts } = set;
  let node = from;
  for (let index = column[node] as number; index >= 0; index = column[node] as number) {
    const value = (columns[index] as Float64Array)[at] as number;
    let isLeft = value <= (threshold[node] as number);
    if ((starts[node] as number) >= 0) isLeft = goesLeft(set, bins, node, value);
    else if (!isLeft && Number.isNaN(value)) isLeft = missingLeft[node] === 1;
    node = (isLeft ? left[node] : right[node]) as number;
  }
  return node;
}

/** Adds what every tree says of each row to `scores`, rows x outputs. O(rows · trees · depth). */
export function addScores(
  set: TreeSet,
  bins: CategoryBins,
  columns: readonly Float64Array[],
  rows: number,
  scores: Float64Array,
): void {
  const outputs = rows > 0 ? scores.length / rows : 0;
  const trees = set.outputs.length;
  // Few trees at a time over some thousand rows: both stay in the cache.
  for (let begin = 0; begin < rows; begin += 4096)
    for (let tree = 0; tree < trees; tree++) {
      const root = set.roots[tree] as number;
      const first = set.outputs[tree] as number;
      for (let at = begin; at < Math.min(rows, begin + 4096); at++) {
        const leaf = leafOf(set, bins, root, columns, at) * set.width;
        const score = at * outputs + first;
        for (let k = 0; k < set.width; k++)
          scores[score + k] = (scores[score + k] as number) + (set.values[leaf + k] as number);
      }
    }
}
