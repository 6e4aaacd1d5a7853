import { StromaError } from '@stroma/kernel';
import type { Matrix, Predictor, SavedModel } from '../estimator.ts';
import { checkSameColumns } from './checks.ts';
import { addScores, type CategoryBins, type TreeSet } from './tree-set.ts';

/** How scores become what is predicted. */
export const links = ['identity', 'exponential', 'logistic', 'softmax', 'chance'] as const;
export type Link = (typeof links)[number];
export const treeKinds = ['boosted_trees', 'decision_tree', 'random_forest', 'extra_trees'] as const;
export type TreeKind = (typeof treeKinds)[number];

export interface TreeModelParts {
  kind: TreeKind;
  names: readonly string[];
  categories: readonly number[];
  categoryBins: CategoryBins;
  link: Link;
  /** Score of each output before any tree. */
  base: Float64Array;
  trees: TreeSet;
  /** What was learned while fitting, plain JSON: rounds, out-of-bag score. */
  notes: Readonly<Record<string, number>>;
}

/** Trees whose values add up to scores. */
export class TreeModel implements Predictor, TreeModelParts {
  readonly kind: TreeKind;
  readonly names: readonly string[];
  readonly categories: readonly number[];
  readonly categoryBins: CategoryBins;
  readonly link: Link;
  readonly base: Float64Array;
  readonly trees: TreeSet;
  readonly notes: Readonly<Record<string, number>>;

  constructor(parts: TreeModelParts) {
    this.kind = parts.kind;
    this.names = parts.names;
    this.categories = parts.categories;
    this.categoryBins = parts.categoryBins;
    this.link = parts.link;
    this.base = parts.base;
    this.trees = parts.trees;
    this.notes = parts.notes;
  }

  get outputs(): number {
    return this.link === 'logistic' || this.link === 'chance' ? 2 : this.base.length;
  }

  /**
   * Rows x scores, by row: what trees add up to before the link (log odds, logarithm of the mean, the value itself).
   * Throws INVALID_INPUT where columns differ or hold infinite values.
   */
  scores(matrix: Matrix): Float64Array {
    checkSameColumns(this, matrix);
    const width = this.base.length;
    const scores = new Float64Array(matrix.rows * width);
    for (let at = 0; at < scores.length; at++) scores[at] = this.base[at % width] as number;
    addScores(this.trees, this.categoryBins, matrix.columns, matrix.rows, scores);
    return scores;
  }

  predict(matrix: Matrix): Float64Array {
    return linked(this.scores(matrix), this.base.length, this.link);
  }

  /** Share of the columns in all that splits gained (impurity in forests, loss in boosting); sums to 1, or all 0. */
  importances(): Float64Array {
    const shares = new Float64Array(this.names.length);
    let total = 0;
    this.trees.column.forEach((column, node) => {
      if (column < 0) return;
      const gain = this.trees.gain[node] as number;
      shares[column] = (shares[column] as number) + gain;
      total += gain;
    });
    return total > 0 ? shares.map((share) => share / total) : shares;
  }

  save(): SavedModel {
    const { kind, names, categories, categoryBins, link, base, trees, notes } = this;
    return {
      kind,
      version: 1,
      names,
      categories,
      category_bins: categoryBins,
      link,
      base,
      trees: { ...trees },
      notes,
    };
  }
}

function linked(scores: Float64Array, width: number, link: Link): Float64Array {
  if (link === 'identity') return scores;
  if (link === 'exponential') return scores.map(Math.exp);
  if (link === 'chance') {
    const out = new Float64Array(2 * scores.length);
    scores.forEach((score, row) => {
      out[2 * row] = 1 - score;
      out[2 * row + 1] = score;
    });
    return out;
  }
  if (link === 'logistic') {
    const out = new Float64Array(2 * scores.length);
    scores.forEach((score, row) => {
      out[2 * row] = 1 / (1 + Math.exp(score));
      out[2 * row + 1] = 1 / (1 + Math.exp(-score));
    });
    return out;
  }
  const out = new Float64Array(scores.length);
  for (let at = 0; at < scores.length; at += width) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < width; k++) most = Math.max(most, scores[at + k] as number);
    let sum = 0;
    for (let k = 0; k < width; k++) {
      out[at + k] = Math.exp((scores[at + k] as number) - most);
      sum += out[at + k] as number;
    }
    for (let k = 0; k < width; k++) out[at + k] = (out[at + k] as number) / sum;
  }
  return out;
}

/** A model from its saved parts, also after structured clone. Throws INVALID_INPUT for another kind or version. */
export function loadTrees(saved: SavedModel): TreeModel {
  const kind = treeKinds.find((known) => known === saved.kind);
  if (kind === undefined || saved.version !== 1)
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a model of trees (${treeKinds.join(', ')}) of version 1, was given "${saved.kind}" of version ${saved.version}.`,
    );
  return new TreeModel({
    kind,
    names: saved.names,
    categories: saved.categories,
    categoryBins: saved.category_bins as CategoryBins,
    link: saved.link as Link,
    base: saved.base as Float64Array,
    trees: saved.trees as TreeSet,
    notes: saved.notes as Record<string, number>,
  });
}
