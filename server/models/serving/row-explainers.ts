import type { RowExplanation as RowExplanationDocument } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import {
  explainRowLater,
  type FeatureTable,
  type RowExplanation,
  type SavedAutoml,
  treeExplainer,
} from '@stroma/learn';
import type { AskedModel } from '../training/kept/asked-model.ts';

export type Method = RowExplanationDocument['method'];

interface RowExplainer extends Pick<RowExplanationDocument, 'method' | 'scale'> {
  /** `rows` are predicted for it, about, where it is not exact. */
  explain(
    table: FeatureTable,
    asked: { row: number; output: number; rows: number; signal: AbortSignal },
  ): RowExplanation | Promise<RowExplanation>;
}

/** The same row has the same explanation. */
export const seed = 1;

const isAutoml = (saved: object): saved is SavedAutoml => 'kind' in saved && saved.kind === 'automl';

/** Exactly where the model is of trees, by drawn orders otherwise. Throws INVALID_INPUT for what it cannot have. */
export function explainerOf({ model }: { model: AskedModel }, wanted: Method | null): RowExplainer {
  const { saved } = model;
  const exact = isAutoml(saved) ? treeExplainer({ saved }) : (model.trees?.() ?? null);
  const trees = wanted === 'sampled_shapley' ? null : exact;
  if (trees !== null)
    return {
      method: 'tree_shap',
      scale: trees.scale,
      explain: (table, { row, output, signal }) => trees.explain(table, row, output, signal),
    };
  if (wanted === 'tree_shap')
    throw new StromaError(
      'INVALID_INPUT',
      'TreeSHAP explains models whose members are all trees of one kind; this one is another. Leave the method out.',
      { field: 'method' },
    );
  return {
    method: 'sampled_shapley',
    scale: saved.problem.labels.length > 0 ? 'probability' : 'target',
    explain: (table, asked) => explainRowLater(model, table, { ...asked, seed }),
  };
}
