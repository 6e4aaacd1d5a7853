import { StromaError } from '@stroma/kernel';
import type { Matrix } from '../../estimator.ts';
import { checkSameColumns } from '../checks.ts';
import type { TreeModel } from '../tree-model.ts';
import { interventionalTree } from './interventional.ts';
import { expectations, PathDependent } from './path-dependent.ts';

/** What each column adds to each score of each row. */
export interface TreeExplanation {
  /** For each score: what is expected before anything is known of a row. */
  base: Float64Array;
  /** Rows x columns x scores. Over the columns of a row they sum to its score less the base. */
  values: Float64Array;
  /** Scores of a row: 1, or the number of classes. */
  width: number;
}

export interface ExplainOptions {
  /**
   * Rows the others are held against: what a score would be with a column's value from there (interventional). Without
   * them what trees know of their own training rows stands in (path-dependent).
   */
  background?: Matrix;
  signal?: AbortSignal;
  onProgress?: (fraction: number) => void;
}

/**
 * Exact Shapley values of a model of trees, in units of its scores (`TreeModel.scores`: log odds for boosted classes,
 * shares for forests). Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9. Missing values are explained as any other.
 * Path-dependent O(rows · leaves · depth); interventional O(rows · background · nodes). Throws INVALID_INPUT where
 * columns differ from those the model was fitted to, and the reason of an aborted signal.
 */
export function explainTrees(
  model: TreeModel,
  matrix: Matrix,
  options: ExplainOptions = {},
): TreeExplanation {
  checkSameColumns(model, matrix);
  const { background, signal, onProgress } = options;
  const width = model.base.length;
  const values = new Float64Array(matrix.rows * matrix.columns.length * width);
  const trees = model.trees.outputs.length;
  const base = model.base.slice();
  if (background !== undefined) {
    checkSameColumns(model, background);
    if (background.rows === 0)
      throw new StromaError(
        'INVALID_INPUT',
        'Expected background rows to hold others against, was given none.',
      );
    base.fill(0);
    model.scores(background).forEach((score, at) => {
      base[at % width] = (base[at % width] as number) + score / background.rows;
    });
    for (let tree = 0; tree < trees; tree++) {
      signal?.throwIfAborted();
      interventionalTree(model, tree, matrix, background, values);
      onProgress?.((tree + 1) / trees);
    }
    return { base, values, width };
  }
  const expected = expectations(model.trees);
  for (let tree = 0; tree < trees; tree++) {
    const root = model.trees.roots[tree] as number;
    const first = model.trees.outputs[tree] as number;
    for (let k = 0; k < model.trees.width; k++)
      base[first + k] = (base[first + k] as number) + (expected[root * model.trees.width + k] as number);
  }
  const paths = new PathDependent(model, matrix, values);
  for (let row = 0; row < matrix.rows; row++) {
    if (row % 64 === 0) {
      signal?.throwIfAborted();
      onProgress?.(row / matrix.rows);
    }
    paths.addRow(row);
  }
  return { base, values, width };
}
