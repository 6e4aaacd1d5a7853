import type { Matrix } from '../../estimator.ts';
import type { TreeModel } from '../tree-model.ts';
import { type CategoryBins, goesLeft, type TreeSet } from '../tree-set.ts';
import { gaussLegendre, type Rule } from './gauss-legendre.ts';

/** Mean value below each node, rows of training weighing what they did: nodes x width. */
export function expectations(set: TreeSet): Float64Array {
  const { width, cover, left, right } = set;
  const out = set.values.slice();
  // Children stand after their parents.
  for (let node = set.column.length - 1; node >= 0; node--) {
    if ((set.column[node] as number) < 0) continue;
    const [a, b] = [left[node] as number, right[node] as number];
    const total = (cover[a] as number) + (cover[b] as number);
    for (let k = 0; k < width; k++)
      out[node * width + k] =
        ((cover[a] as number) * (out[a * width + k] as number) +
          (cover[b] as number) * (out[b * width + k] as number)) /
        total;
  }
  return out;
}

/**
 * Shapley values by the paths of training rows. On the way to a leaf each column has a share `zero` of training rows that
 * go the same way and `one`, 1 where the row goes it too. What a leaf gives column i is
 *   value · (one_i - zero_i) · integral over t from 0 to 1 of the product over j ≠ i of (zero_j + t (one_j - zero_j)),
 * Shapley's weights being beta integrals. That is a polynomial of a degree below the number of columns, so Gauss' rule of
 * half as many points is exact; and as the product is built on the way down and sums of leaves on the way up, a tree
 * costs nodes x points. The values are those of algorithm 2 of Lundberg et al.
 */
export class PathDependent {
  /** For each tree. */
  readonly #rules: readonly Rule[];
  #points: Float64Array = new Float64Array();
  #weights: Float64Array = new Float64Array();
  /** Of each depth: products at the points, the factor of its column in them, sums of the leaves below. */
  readonly #products: Float64Array;
  readonly #factors: Float64Array;
  readonly #sums: Float64Array;
  readonly #zeros: Float64Array;
  readonly #ones: Float64Array;
  /** The depth at which the way last met a column, 0 for never. */
  readonly #met: Int32Array;
  readonly #trees: TreeSet;
  readonly #categoryBins: CategoryBins;
  readonly #scores: number;
  readonly #columns: readonly Float64Array[];
  readonly #values: Float64Array;
  #row = 0;
  #first = 0;

  constructor(model: TreeModel, matrix: Matrix, values: Float64Array) {
    this.#trees = model.trees;
    this.#categoryBins = model.categoryBins;
    this.#scores = model.base.length;
    this.#columns = matrix.columns;
    this.#values = values;
    const { deepest, most } = shapeOf(model.trees, matrix.columns.length);
    const rules = new Map(
      Array.from(new Set(most), (columns) => [columns, gaussLegendre(Math.max(1, Math.ceil(columns / 2)))]),
    );
    this.#rules = Array.from(most, (columns) => rules.get(columns) as Rule);
    const points = this.#rules.reduce((count, rule) => Math.max(count, rule.points.length), 1);
    const depths = deepest + 2;
    this.#products = new Float64Array(depths * points);
    this.#factors = new Float64Array(depths * points);
    this.#sums = new Float64Array(depths * points * model.trees.width);
    this.#zeros = new Float64Array(depths);
    this.#ones = new Float64Array(depths);
    this.#met = new Int32Array(matrix.columns.length);
  }

  /** Adds one row's Shapley values, of every tree. */
  addRow(row: number): void {
    this.#row = row;
    const { roots, outputs } = this.#trees;
    for (let tree = 0; tree < outputs.length; tree++) {
      this.#first = outputs[tree] as number;
      const rule = this.#rules[tree] as Rule;
      this.#points = rule.points;
      this.#weights = rule.weights;
      this.#products.fill(1, 0, rule.points.length);
      this.#visit(roots[tree] as number, 0);
    }
  }

  #visit(node: number, depth: number): void {
    const trees = this.#trees;
    const count = this.#points.length;
    const { width, values } = trees;
    const sums = this.#sums;
    const at = depth * count;
    const column = trees.column[node] as number;
    if (column < 0) {
      const products = this.#products;
      if (width === 1) {
        const value = values[node] as number;
        for (let point = at; point < at + count; point++) sums[point] = (products[point] as number) * value;
        return;
      }
      for (let point = at; point < at + count; point++)
        for (let k = 0; k < width; k++)
          sums[point * width + k] = (products[point] as number) * (values[node * width + k] as number);
      return;
    }
    const value = (this.#columns[column] as Float64Array)[this.#row] as number;
    const isLeft = goesLeft(trees, this.#categoryBins, node, value) ? 1 : 0;
    const left = trees.left[node] as number;
    const right = trees.right[node] as number;
    const a = trees.cover[left] as number;
    const share = a / (a + (trees.cover[right] as number));
    const from = at * width;
    const size = count * width;
    this.#enter(left, depth + 1, column, share, isLeft);
    for (let index = from; index < from + size; index++) sums[index] = sums[index + size] as number;
    this.#enter(right, depth + 1, column, 1 - share, 1 - isLeft);
    for (let index = from; index < from + size; index++)
      sums[index] = (sums[index] as number) + (sums[index + size] as number);
  }

  #enter(node: number, depth: number, column: number, share: number, isWay: number): void {
    const factors = this.#factors;
    const products = this.#products;
    const points = this.#points;
    const count = points.length;
    const before = this.#met[column] as number;
    const zero = before > 0 ? share * (this.#zeros[before] as number) : share;
    const one = before > 0 ? isWay * (this.#ones[before] as number) : isWay;
    const at = depth * count;
    const old = before * count;
    const difference = one - zero;
    for (let point = 0; point < count; point++) {
      const factor = zero + (points[point] as number) * difference;
      factors[at + point] = factor;
      const product = (products[at - count + point] as number) * factor;
      products[at + point] = before > 0 ? product / (factors[old + point] as number) : product;
    }
    this.#zeros[depth] = zero;
    this.#ones[depth] = one;
    this.#met[column] = depth;
    this.#visit(node, depth);
    this.#met[column] = before;
    // The leaves below count for the column as it stands here, no longer as it stood above.
    const differenceBefore =
      before > 0 ? (this.#ones[before] as number) - (this.#zeros[before] as number) : 0;
    const out = (this.#row * this.#columns.length + column) * this.#scores + this.#first;
    const { width } = this.#trees;
    const sums = this.#sums;
    const weights = this.#weights;
    const values = this.#values;
    for (let k = 0; k < width; k++) {
      let sum = 0;
      for (let point = 0; point < count; point++) {
        let weight = difference / (factors[at + point] as number);
        if (before > 0) weight -= differenceBefore / (factors[old + point] as number);
        sum += weight * (weights[point] as number) * (sums[(at + point) * width + k] as number);
      }
      values[out + k] = (values[out + k] as number) + sum;
    }
  }
}

/** How deep the deepest leaf is, and for each tree the columns the most varied way to a leaf meets. */
function shapeOf(set: TreeSet, columns: number): { deepest: number; most: Uint32Array } {
  const most = new Uint32Array(set.outputs.length);
  const met = new Uint32Array(columns);
  let deepest = 0;
  const visit = (tree: number, node: number, depth: number, distinct: number): void => {
    const column = set.column[node] as number;
    if (column < 0) {
      deepest = Math.max(deepest, depth);
      most[tree] = Math.max(most[tree] as number, distinct);
      return;
    }
    const isNew = met[column] === 0 ? 1 : 0;
    met[column] = (met[column] as number) + 1;
    visit(tree, set.left[node] as number, depth + 1, distinct + isNew);
    visit(tree, set.right[node] as number, depth + 1, distinct + isNew);
    met[column] = (met[column] as number) - 1;
  };
  for (let tree = 0; tree < most.length; tree++) visit(tree, set.roots[tree] as number, 0, 0);
  return { deepest, most };
}
