import { type SeededRandom, seededRandom } from '@stroma/kernel';

/** What a thread needs to grow trees of a forest; its arrays are shared. */
export interface ForestJob {
  rows: number;
  /** For each column the code of each row: a bin, or `bins` for missing ones. */
  codes: readonly Uint16Array[];
  bins: Uint16Array;
  /** For each column: the greatest value of each bin but the last; empty for categories. */
  edges: readonly Float64Array[];
  /** For each column a value within each bin, ascending. */
  centres: readonly Float64Array[];
  isCategory: Uint8Array;
  /** Values, 0 and 1, or codes of classes. */
  targets: Float64Array;
  /** 1 for values and two classes, otherwise the number of classes. */
  width: number;
  weights: Float64Array | null;
  trees: number;
  seed: number;
  depth: number;
  minRows: number;
  minSplit: number;
  columnsPerSplit: number;
  bootstrap: boolean;
  randomCuts: boolean;
}

/** Each tree has a generator of its own, so that it does not matter which thread grows it. */
export function randomOfTree(seed: number, tree: number): SeededRandom {
  return seededRandom(Math.imul(seed ^ 0x27d4eb2f, 0x165667b1) + Math.imul(tree + 1, 0x9e3779b1));
}

/** How often each row is in the bag. Drawn first of all of a tree's generator. */
export function drawBag(job: ForestJob, random: SeededRandom): Uint16Array {
  const counts = new Uint16Array(job.rows);
  if (!job.bootstrap) return counts.fill(1);
  for (let draw = 0; draw < job.rows; draw++) {
    const row = random.whole(job.rows);
    counts[row] = (counts[row] as number) + 1;
  }
  return counts;
}
