import type { Matrix } from '../../estimator.ts';
import type { TreeModel } from '../tree-model.ts';
import { goesLeft, type TreeSet } from '../tree-set.ts';

/** Mean value below each node, rows of training weighing what they did: nodes x width. */
export function expectations(set: TreeSet): Float64Array {
  const { width, cover, left, right } = set;
  const out = set.values.slice();
  const visit = (node: number): void => {
    if ((set.column[node] as number) < 0) return;
    const [a, b] = [left[node] as number, right[node] as number];
    visit(a);
    visit(b);
    const total = (cover[a] as number) + (cover[b] as number);
    for (let k = 0; k < width; k++)
      out[node * width + k] =
        ((cover[a] as number) * (out[a * width + k] as number) +
          (cover[b] as number) * (out[b * width + k] as number)) /
        total;
  };
  for (const root of set.roots.subarray(0, set.outputs.length)) visit(root);
  return out;
}

/**
 * The unique columns on the way to a node, one row of each array for each depth: the share of training rows that go the
 * same way (zero), whether this row does (one), and the weights of subsets by size.
 */
export interface PathSpace {
  columns: Int32Array;
  zeros: Float64Array;
  ones: Float64Array;
  weights: Float64Array;
  /** Elements of one depth. */
  stride: number;
}

export function pathSpace(model: TreeModel): PathSpace {
  const { trees } = model;
  const depthOf = (node: number): number =>
    (trees.column[node] as number) < 0
      ? 0
      : 1 + Math.max(depthOf(trees.left[node] as number), depthOf(trees.right[node] as number));
  let deepest = 0;
  for (const root of trees.roots.subarray(0, trees.outputs.length))
    deepest = Math.max(deepest, depthOf(root));
  const stride = deepest + 2;
  const size = stride * stride;
  return {
    columns: new Int32Array(size),
    zeros: new Float64Array(size),
    ones: new Float64Array(size),
    weights: new Float64Array(size),
    stride,
  };
}

/** Adds one row's Shapley values, of every tree, to `values` (rows x columns x scores). Algorithm 2 of Lundberg et al. */
export function addPathDependent(
  model: TreeModel,
  matrix: Matrix,
  row: number,
  space: PathSpace,
  values: Float64Array,
): void {
  const { trees, categoryBins } = model;
  const { column: columnOf, left, right, cover, width } = trees;
  const { columns, zeros, ones, weights, stride } = space;
  const scores = model.base.length;
  let first = 0;

  const extend = (at: number, length: number, zero: number, one: number, column: number): void => {
    const end = at + length;
    columns[end] = column;
    zeros[end] = zero;
    ones[end] = one;
    weights[end] = length === 0 ? 1 : 0;
    for (let i = length - 1; i >= 0; i--) {
      const weight = weights[at + i] as number;
      weights[at + i + 1] = (weights[at + i + 1] as number) + (one * weight * (i + 1)) / (length + 1);
      weights[at + i] = (zero * weight * (length - i)) / (length + 1);
    }
  };

  /** Takes element `index` of `length` + 1 out again. */
  const unwind = (at: number, length: number, index: number): void => {
    const one = ones[at + index] as number;
    const zero = zeros[at + index] as number;
    let next = weights[at + length] as number;
    for (let i = length - 1; i >= 0; i--) {
      const weight = weights[at + i] as number;
      if (one !== 0) {
        weights[at + i] = (next * (length + 1)) / ((i + 1) * one);
        next = weight - ((weights[at + i] as number) * zero * (length - i)) / (length + 1);
      } else weights[at + i] = (weight * (length + 1)) / (zero * (length - i));
    }
    for (let i = index; i < length; i++) {
      columns[at + i] = columns[at + i + 1] as number;
      zeros[at + i] = zeros[at + i + 1] as number;
      ones[at + i] = ones[at + i + 1] as number;
    }
  };

  /** Sum of the weights there would be without element `index`. */
  const unwound = (at: number, length: number, index: number): number => {
    const one = ones[at + index] as number;
    const zero = zeros[at + index] as number;
    let next = weights[at + length] as number;
    let total = 0;
    if (one !== 0)
      for (let i = length - 1; i >= 0; i--) {
        const part = next / ((i + 1) * one);
        total += part;
        next = (weights[at + i] as number) - part * zero * (length - i);
      }
    else for (let i = length - 1; i >= 0; i--) total += (weights[at + i] as number) / (zero * (length - i));
    return total * (length + 1);
  };

  const visit = (
    node: number,
    depth: number,
    before: number,
    zero: number,
    one: number,
    column: number,
  ): void => {
    const at = depth * stride;
    let length = before;
    if (depth > 0) {
      const parent = at - stride;
      for (let i = 0; i < length; i++) {
        columns[at + i] = columns[parent + i] as number;
        zeros[at + i] = zeros[parent + i] as number;
        ones[at + i] = ones[parent + i] as number;
        weights[at + i] = weights[parent + i] as number;
      }
    }
    let [zeroHere, oneHere] = [zero, one];
    if (column >= 0)
      for (let i = 1; i < length; i++) {
        if (columns[at + i] !== column) continue;
        zeroHere *= zeros[at + i] as number;
        oneHere *= ones[at + i] as number;
        unwind(at, length - 1, i);
        length -= 1;
        break;
      }
    extend(at, length, zeroHere, oneHere, column);
    length += 1;
    const split = columnOf[node] as number;
    if (split < 0) {
      for (let i = 1; i < length; i++) {
        const share = unwound(at, length - 1, i) * ((ones[at + i] as number) - (zeros[at + i] as number));
        const out = (row * matrix.columns.length + (columns[at + i] as number)) * scores + first;
        for (let k = 0; k < width; k++)
          values[out + k] = (values[out + k] as number) + share * (trees.values[node * width + k] as number);
      }
      return;
    }
    const value = (matrix.columns[split] as Float64Array)[row] as number;
    const [a, b] = [left[node] as number, right[node] as number];
    const hot = goesLeft(trees, categoryBins, node, value) ? a : b;
    const cold = hot === a ? b : a;
    const total = (cover[a] as number) + (cover[b] as number);
    visit(hot, depth + 1, length, (cover[hot] as number) / total, 1, split);
    visit(cold, depth + 1, length, (cover[cold] as number) / total, 0, split);
  };

  for (let tree = 0; tree < trees.outputs.length; tree++) {
    first = trees.outputs[tree] as number;
    visit(trees.roots[tree] as number, 0, 0, 1, 1, -1);
  }
}
