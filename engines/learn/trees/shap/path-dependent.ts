import type { Matrix } from '../../estimator.ts';
import type { TreeModel } from '../tree-model.ts';
import { goesLeft, type TreeSet } from '../tree-set.ts';
import { gaussLegendre } from './gauss-legendre.ts';

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
  readonly #model: TreeModel;
  readonly #points: Float64Array;
  readonly #weights: Float64Array;
  /** Of each depth: products at the points, the factor of its column in them, sums of the leaves below. */
  readonly #products: Float64Array;
  readonly #factors: Float64Array;
  readonly #sums: Float64Array;
  readonly #zeros: Float64Array;
  readonly #ones: Float64Array;
  /** The depth at which the way last met a column, 0 for never. */
  readonly #met: Int32Array;
  #matrix: Matrix;
  #row = 0;
  #first = 0;
  #values: Float64Array;

  constructor(model: TreeModel, matrix: Matrix, values: Float64Array) {
    this.#model = model;
    this.#matrix = matrix;
    this.#values = values;
    const deepest = depthOf(model.trees);
    const { points, weights } = gaussLegendre(
      Math.max(1, Math.ceil(Math.min(deepest, matrix.columns.length) / 2)),
    );
    this.#points = points;
    this.#weights = weights;
    const depths = deepest + 2;
    this.#products = new Float64Array(depths * points.length);
    this.#factors = new Float64Array(depths * points.length).fill(1);
    this.#sums = new Float64Array(depths * points.length * model.trees.width);
    this.#zeros = new Float64Array(depths);
    this.#ones = new Float64Array(depths);
    this.#met = new Int32Array(matrix.columns.length);
  }

  /** Adds one row's Shapley values, of every tree. */
  addRow(row: number): void {
    this.#row = row;
    const { roots, outputs } = this.#model.trees;
    for (let tree = 0; tree < outputs.length; tree++) {
      this.#first = outputs[tree] as number;
      this.#products.fill(1, 0, this.#points.length);
      this.#visit(roots[tree] as number, 0);
    }
  }

  #visit(node: number, depth: number): void {
    const { trees, categoryBins } = this.#model;
    const count = this.#points.length;
    const width = trees.width;
    const sums = this.#sums;
    const at = depth * count;
    const column = trees.column[node] as number;
    if (column < 0) {
      for (let point = 0; point < count; point++) {
        const product = this.#products[at + point] as number;
        for (let k = 0; k < width; k++)
          sums[(at + point) * width + k] = product * (trees.values[node * width + k] as number);
      }
      return;
    }
    const value = (this.#matrix.columns[column] as Float64Array)[this.#row] as number;
    const isLeft = goesLeft(trees, categoryBins, node, value);
    const [left, right] = [trees.left[node] as number, trees.right[node] as number];
    const [a, b] = [trees.cover[left] as number, trees.cover[right] as number];
    const [from, below] = [at * width, (at + count) * width];
    this.#enter(left, depth + 1, column, a / (a + b), isLeft ? 1 : 0);
    for (let index = 0; index < count * width; index++) sums[from + index] = sums[below + index] as number;
    this.#enter(right, depth + 1, column, b / (a + b), isLeft ? 0 : 1);
    for (let index = 0; index < count * width; index++)
      sums[from + index] = (sums[from + index] as number) + (sums[below + index] as number);
  }

  #enter(node: number, depth: number, column: number, share: number, isWay: number): void {
    const count = this.#points.length;
    const before = this.#met[column] as number;
    // Depth 0 has no column: its factors are 1.
    const zero = before > 0 ? share * (this.#zeros[before] as number) : share;
    const one = before > 0 ? isWay * (this.#ones[before] as number) : isWay;
    const [at, old] = [depth * count, before * count];
    const difference = one - zero;
    for (let point = 0; point < count; point++) {
      const factor = zero + (this.#points[point] as number) * difference;
      this.#factors[at + point] = factor;
      this.#products[at + point] =
        ((this.#products[at - count + point] as number) * factor) / (this.#factors[old + point] as number);
    }
    this.#zeros[depth] = zero;
    this.#ones[depth] = one;
    this.#met[column] = depth;
    this.#visit(node, depth);
    this.#met[column] = before;
    const scores = this.#model.base.length;
    const out = (this.#row * this.#matrix.columns.length + column) * scores + this.#first;
    const width = this.#model.trees.width;
    // The leaves below count for the column as it stands here, no longer as it stood above.
    const differenceBefore =
      before > 0 ? (this.#ones[before] as number) - (this.#zeros[before] as number) : 0;
    for (let point = 0; point < count; point++) {
      const weight =
        (this.#weights[point] as number) *
        (difference / (this.#factors[at + point] as number) -
          differenceBefore / (this.#factors[old + point] as number));
      for (let k = 0; k < width; k++)
        this.#values[out + k] =
          (this.#values[out + k] as number) + weight * (this.#sums[(at + point) * width + k] as number);
    }
  }
}

function depthOf({ column, left, right }: TreeSet): number {
  const depths = new Uint32Array(column.length);
  let deepest = 0;
  for (let node = 0; node < column.length; node++) {
    if ((column[node] as number) < 0) continue;
    const depth = (depths[node] as number) + 1;
    depths[left[node] as number] = depth;
    depths[right[node] as number] = depth;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
