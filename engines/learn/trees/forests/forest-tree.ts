import type { SeededRandom } from '@stroma/kernel';
import { missingBin, TreeBuilder, type TreeSet } from '../tree-set.ts';
import { CutSearch, type ForestCut, isMarked } from './cut-search.ts';
import { drawBag, type ForestJob, randomOfTree } from './forest-job.ts';

interface Open {
  node: number;
  from: number;
  to: number;
  depth: number;
}

/** One tree of a forest, its leaves as pure as the settings let them be (Breiman 2001, doi:10.1023/A:1010933404324). */
function growForestTree(job: ForestJob, tree: number): TreeSet {
  const random = randomOfTree(job.seed, tree);
  const bag = drawBag(job, random);
  const weights = new Float64Array(job.rows);
  const rows = new Uint32Array(job.rows);
  let n = 0;
  const take = (timesOf: (row: number) => number) => {
    for (let row = 0; row < job.rows; row++) {
      const weight = timesOf(row) * (job.weights === null ? 1 : (job.weights[row] as number));
      weights[row] = weight;
      if (weight > 0) rows[n++] = row;
    }
  };
  take((row) => bag[row] as number);
  // A bag of rows that weigh nothing says nothing.
  if (n === 0) take(() => 1);
  const search = new CutSearch(job, weights);
  const builder = new TreeBuilder(job.width, 1024);
  const columns = Uint32Array.from(job.codes.keys());
  const spare = new Uint32Array(n);
  const cut: ForestCut = { score: 0, column: -1, code: 0, threshold: 0, missingLeft: false, set: null };
  const stack: Open[] = [{ node: builder.add(0), from: 0, to: n, depth: 0 }];
  for (let open = stack.pop(); open !== undefined; open = stack.pop()) {
    const { node, from, to, depth } = open;
    const totals = search.totals(rows, from, to);
    builder.setCover(node, totals[1] as number);
    const parent = scoreOf(totals);
    const found =
      depth < job.depth &&
      to - from >= Math.max(job.minSplit, 2 * job.minRows) &&
      !isPure(job, rows, from, to) &&
      bestCut(job, search, rows, from, to, columns, cut, random, parent);
    if (!found) {
      const weight = totals[1] as number;
      for (let k = 0; k < job.width; k++)
        builder.setValue(node, k, (totals[2 + k] as number) / weight / job.trees);
      continue;
    }
    const middle = part(job, rows, from, to, cut, spare);
    const [left, right] = [builder.add(0), builder.add(0)];
    builder.split(node, {
      column: cut.column,
      threshold: cut.set === null ? cut.threshold : 0,
      missingLeft: cut.missingLeft,
      set: cut.set,
      gain: cut.score - parent,
      left,
      right,
    });
    stack.push({ node: right, from: middle, to, depth: depth + 1 });
    stack.push({ node: left, from, to: middle, depth: depth + 1 });
  }
  return builder.finish(0);
}

/** One thread's trees of a forest: every `parts`-th, as long as `goOn`, which is told the last one, says so. */
export function growForest(
  job: ForestJob,
  part: number,
  parts: number,
  goOn: (done: number, last: TreeSet | null) => boolean,
): TreeSet[] {
  const trees: TreeSet[] = [];
  for (let tree = part; tree < job.trees && goOn(trees.length, trees.at(-1) ?? null); tree += parts)
    trees.push(growForestTree(job, tree));
  return trees;
}

function scoreOf(totals: Float64Array): number {
  let sum = 0;
  for (let k = 2; k < totals.length; k++) sum += (totals[k] as number) ** 2;
  return sum / (totals[1] as number);
}

function isPure({ targets }: ForestJob, rows: Uint32Array, from: number, to: number): boolean {
  const first = targets[rows[from] as number];
  for (let at = from + 1; at < to; at++) if (targets[rows[at] as number] !== first) return false;
  return true;
}

/** Of columns drawn until enough of them vary here. */
function bestCut(
  job: ForestJob,
  search: CutSearch,
  rows: Uint32Array,
  from: number,
  to: number,
  columns: Uint32Array,
  cut: ForestCut,
  random: SeededRandom,
  parent: number,
): boolean {
  cut.column = -1;
  // Below this a gain is rounding; a random cut may gain nothing.
  cut.score = job.randomCuts ? -1 : parent * (1 + 1e-12);
  const isAll = job.columnsPerSplit >= columns.length && !job.randomCuts;
  for (let drawn = 0, varied = 0; drawn < columns.length && varied < job.columnsPerSplit; drawn++) {
    if (!isAll) {
      const other = drawn + random.whole(columns.length - drawn);
      const column = columns[other] as number;
      columns[other] = columns[drawn] as number;
      columns[drawn] = column;
    }
    if (search.look(rows, from, to, columns[drawn] as number, cut, random)) varied++;
  }
  return cut.column >= 0;
}

/** Rows that go left first, each side in its order; returns where the others begin. */
function part(
  job: ForestJob,
  rows: Uint32Array,
  from: number,
  to: number,
  cut: ForestCut,
  spare: Uint32Array,
): number {
  const codes = job.codes[cut.column] as Uint16Array;
  const missing = job.bins[cut.column] as number;
  const { set, code: last } = cut;
  let left = from;
  let right = 0;
  for (let at = from; at < to; at++) {
    const row = rows[at] as number;
    const code = codes[row] as number;
    const isLeft =
      set !== null
        ? isMarked(set, code === missing ? missingBin : code)
        : code === missing
          ? cut.missingLeft
          : code <= last;
    if (isLeft) rows[left++] = row;
    else spare[right++] = row;
  }
  for (let at = 0; at < right; at++) rows[left + at] = spare[at] as number;
  return left;
}
