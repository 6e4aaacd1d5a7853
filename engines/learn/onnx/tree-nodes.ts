import type { OnnxAttribute } from '@stroma/tensor';
import type { TreeModel } from '../trees/tree-model.ts';
import { missingBin } from '../trees/tree-set.ts';
import type { Attributes, GraphWriter, Value } from './graph-writer.ts';

/** Numbers of TreeEnsemble's modes (ai.onnx.ml 5). */
const mode = { atMost: 0, member: 6 } as const;

/** What the trees predict of rows x columns: rows x outputs. */
export function treeNodes(g: GraphWriter, x: Value, model: TreeModel): Value {
  const width = model.base.length;
  const base = g.real(model.base, [1, width]);
  const scores = g.op('Add', [base, treeSums(g, cleanCodes(g, x, model), model)]);
  switch (model.link) {
    case 'identity':
      return scores;
    case 'exponential':
      return g.op('Exp', [scores]);
    case 'softmax':
      return g.op('Softmax', [scores], { axis: { int: 1 } });
    case 'logistic':
      return g.op('Concat', [g.op('Sigmoid', [g.op('Neg', [scores])]), g.op('Sigmoid', [scores])], {
        axis: { int: 1 },
      });
    case 'chance':
      return g.op('Concat', [g.op('Sub', [g.scalar(1), scores]), scores], { axis: { int: 1 } });
  }
}

/** Codes that the model has not heard of become missing. */
function cleanCodes(g: GraphWriter, x: Value, { categoryBins }: TreeModel): Value {
  if (categoryBins.every((bins) => bins === null)) return x;
  const ends = categoryBins.map((bins) => (bins === null ? Number.POSITIVE_INFINITY : bins.length));
  const begins = categoryBins.map((bins) => (bins === null ? Number.NEGATIVE_INFINITY : 0));
  const known = g.op('And', [
    g.op('Less', [x, g.real(ends, [1, ends.length])]),
    g.op('GreaterOrEqual', [x, g.real(begins, [1, begins.length])]),
  ]);
  return g.op('Where', [known, x, g.scalar(Number.NaN)]);
}

function treeSums(g: GraphWriter, x: Value, model: TreeModel): Value {
  const { trees } = model;
  const count = trees.outputs.length;
  const width = model.base.length;
  if (count === 0) return g.real(new Float64Array(width), [1, width]);
  if (trees.width === 1)
    return ensemble(g, x, model, width, (leaf, tree) => ({
      target: trees.outputs[tree] as number,
      weight: trees.values[leaf] as number,
    }));
  // A leaf of TreeEnsemble adds to one output alone: each tree tells its leaf's place in a table of their values.
  const places: number[] = [];
  const leaves = ensemble(g, x, model, count, (leaf, tree) => {
    places.push(leaf);
    return { target: tree, weight: places.length - 1 };
  });
  const table = new Float64Array(places.length * width);
  places.forEach((leaf, place) => {
    table.set(trees.values.subarray(leaf * width, (leaf + 1) * width), place * width);
  });
  const values = g.op('Gather', [
    g.real(table, [places.length, width]),
    g.op('Cast', [leaves], { to: { int: 7 } }),
  ]);
  return g.op('ReduceSum', [values, g.whole([1])], { keepdims: { int: 0 } });
}

type Leaf = (node: number, tree: number) => { target: number; weight: number };

/** Rows x `targets`. */
function ensemble(g: GraphWriter, x: Value, model: TreeModel, targets: number, leafOf: Leaf): Value {
  const { trees } = model;
  const cuts = new CutList();
  const placeOf = new Int32Array(trees.column.length).fill(-1);
  trees.column.forEach((column, node) => {
    if (column < 0) return;
    placeOf[node] = cuts.add(
      column,
      trees.threshold[node] as number,
      trees.missingLeft[node] === 1,
      setOf(model, node),
    );
  });
  const roots: number[] = [];
  for (let tree = 0; tree < trees.outputs.length; tree++) {
    const root = trees.roots[tree] as number;
    const branch = (node: number): Branch =>
      (trees.column[node] as number) >= 0
        ? { node: placeOf[node] as number }
        : { leaf: cuts.addLeaf(leafOf(node, tree)) };
    if ((trees.column[root] as number) < 0) {
      // A root is a cut in the file: one that leads to the same leaf either way.
      const cut = cuts.add(0, 0, false, null);
      roots.push(cut);
      cuts.lead(cut, branch(root), branch(root));
      continue;
    }
    roots.push(placeOf[root] as number);
    for (let node = root; node < (trees.roots[tree + 1] as number); node++)
      if ((trees.column[node] as number) >= 0)
        cuts.lead(
          placeOf[node] as number,
          branch(trees.left[node] as number),
          branch(trees.right[node] as number),
        );
  }
  return g.op('TreeEnsemble', [x], cuts.attributes(roots, targets), 'ai.onnx.ml');
}

/** Codes that go left, or right. */
interface CodeSet {
  codes: number[];
  isLeft: boolean;
}

/** The smaller set; null for a cut of numbers. */
function setOf({ trees, categoryBins }: TreeModel, node: number): CodeSet | null {
  const start = trees.set[node] as number;
  if (start < 0) return null;
  const bins = categoryBins[trees.column[node] as number] as Uint8Array;
  const goesLeft = (bin: number) =>
    bin === missingBin
      ? trees.missingLeft[node] === 1
      : (((trees.sets[start + (bin >> 5)] as number) >>> (bin & 31)) & 1) === 1;
  const [left, right]: [number[], number[]] = [[], []];
  bins.forEach((bin, code) => {
    (goesLeft(bin) ? left : right).push(code);
  });
  return left.length <= right.length ? { codes: left, isLeft: true } : { codes: right, isLeft: false };
}

type Branch = { node: number } | { leaf: number };

/** Cuts and leaves as TreeEnsemble has them: each in one list for all trees. */
class CutList {
  readonly #features: number[] = [];
  readonly #splits: number[] = [];
  readonly #isLeft: boolean[] = [];
  readonly #missing: number[] = [];
  readonly #modes: number[] = [];
  readonly #members: number[] = [];
  readonly #onTrue: Branch[] = [];
  readonly #onFalse: Branch[] = [];
  readonly #targets: number[] = [];
  readonly #weights: number[] = [];

  add(feature: number, split: number, missingLeft: boolean, set: CodeSet | null): number {
    const isLeft = set?.isLeft ?? true;
    this.#features.push(feature);
    this.#splits.push(set === null ? split : 0);
    this.#missing.push(missingLeft === isLeft ? 1 : 0);
    this.#modes.push(set === null ? mode.atMost : mode.member);
    // A set must hold something: no code is -1.
    if (set !== null) this.#members.push(...(set.codes.length > 0 ? set.codes : [-1]), Number.NaN);
    return this.#isLeft.push(isLeft) - 1;
  }

  addLeaf({ target, weight }: { target: number; weight: number }): number {
    this.#targets.push(target);
    return this.#weights.push(weight) - 1;
  }

  lead(cut: number, left: Branch, right: Branch): void {
    const isLeft = this.#isLeft[cut] === true;
    this.#onTrue[cut] = isLeft ? left : right;
    this.#onFalse[cut] = isLeft ? right : left;
  }

  attributes(roots: readonly number[], targets: number): Attributes {
    const real = (values: readonly number[]): OnnxAttribute => ({
      tensor: { type: 'real', shape: [values.length], values },
    });
    const places = (branches: readonly Branch[]): OnnxAttribute => ({
      ints: branches.map((branch) => ('node' in branch ? branch.node : branch.leaf)),
    });
    const areLeaves = (branches: readonly Branch[]): OnnxAttribute => ({
      ints: branches.map((branch) => ('leaf' in branch ? 1 : 0)),
    });
    const modes = { type: 'u8', shape: [this.#modes.length], values: this.#modes } as const;
    return {
      n_targets: { int: targets },
      aggregate_function: { int: 1 },
      post_transform: { int: 0 },
      tree_roots: { ints: roots },
      nodes_featureids: { ints: this.#features },
      nodes_splits: real(this.#splits),
      nodes_modes: { tensor: modes },
      nodes_missing_value_tracks_true: { ints: this.#missing },
      nodes_truenodeids: places(this.#onTrue),
      nodes_trueleafs: areLeaves(this.#onTrue),
      nodes_falsenodeids: places(this.#onFalse),
      nodes_falseleafs: areLeaves(this.#onFalse),
      leaf_targetids: { ints: this.#targets },
      leaf_weights: real(this.#weights),
      ...(this.#members.length > 0 ? { membership_values: real(this.#members) } : {}),
    };
  }
}
