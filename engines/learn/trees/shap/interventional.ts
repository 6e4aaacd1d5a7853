import type { Matrix } from '../../estimator.ts';
import type { TreeModel } from '../tree-model.ts';
import { goesLeft } from '../tree-set.ts';

/**
 * Adds what one tree's columns do for each row when held against each background row, averaged, to `values` (rows x
 * columns x scores). A leaf is reached by the sets that hold the columns in which the row alone goes its way (`only`) and
 * none in which the background alone does (`against`); its Shapley weights follow from the two counts.
 */
export function interventionalTree(
  model: TreeModel,
  tree: number,
  matrix: Matrix,
  background: Matrix,
  values: Float64Array,
): void {
  const { trees, categoryBins } = model;
  const { column: columnOf, left, right, width } = trees;
  const root = trees.roots[tree] as number;
  const end = trees.roots[tree + 1] as number;
  const first = trees.outputs[tree] as number;
  const scores = model.base.length;
  const columns = matrix.columns.length;
  const mine = directions(model, root, end, matrix);
  const others = directions(model, root, end, background);
  const nodes = end - root;
  // Of each column on the way: 1 follows the row, 2 the background, 0 neither is decided.
  const side = new Uint8Array(columns);
  const path = new Int32Array(nodes + 1);
  let row = 0;
  let other = 0;

  const add = (column: number, share: number, node: number): void => {
    const out = (row * columns + column) * scores + first;
    for (let k = 0; k < width; k++)
      values[out + k] =
        (values[out + k] as number) + (share * (trees.values[node * width + k] as number)) / background.rows;
  };

  const visit = (node: number, only: number, against: number): void => {
    const column = columnOf[node] as number;
    if (column < 0) {
      if (only + against === 0) return;
      const [up, down] = [weightOf(only - 1, against), weightOf(only, against - 1)];
      for (let at = 0; at < only + against; at++) {
        const each = path[at] as number;
        add(each, side[each] === 1 ? up : -down, node);
      }
      return;
    }
    const a = mine[row * nodes + node - root] as number;
    const b = others[other * nodes + node - root] as number;
    const [low, high] = [left[node] as number, right[node] as number];
    if (a === b) visit(a === 1 ? low : high, only, against);
    else if (side[column] === 1) visit(a === 1 ? low : high, only, against);
    else if (side[column] === 2) visit(b === 1 ? low : high, only, against);
    else {
      path[only + against] = column;
      side[column] = 1;
      visit(a === 1 ? low : high, only + 1, against);
      side[column] = 2;
      path[only + against] = column;
      visit(b === 1 ? low : high, only, against + 1);
      side[column] = 0;
    }
  };

  for (row = 0; row < matrix.rows; row++) for (other = 0; other < background.rows; other++) visit(root, 0, 0);

  function directions(of: TreeModel, from: number, to: number, rows: Matrix): Uint8Array {
    const out = new Uint8Array(rows.rows * (to - from));
    for (let node = from; node < to; node++) {
      const column = of.trees.column[node] as number;
      if (column < 0) continue;
      const given = rows.columns[column] as Float64Array;
      for (let at = 0; at < rows.rows; at++)
        out[at * (to - from) + node - from] = goesLeft(trees, categoryBins, node, given[at] as number)
          ? 1
          : 0;
    }
    return out;
  }
}

/** present! · absent! / (present + absent + 1)!: the share of orders in which just those come before. */
function weightOf(present: number, absent: number): number {
  if (present < 0 || absent < 0) return 0;
  let weight = 1 / (present + absent + 1);
  for (let factor = 1; factor <= present; factor++) weight *= factor / (absent + factor);
  return weight;
}
