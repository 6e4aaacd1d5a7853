/**
 * Why a model says what it says: of anything that predicts (`Predict`), in the columns it was given.
 *
 *   kernelShap             rows -> what each column adds to each prediction
 *   summariseShap          those of many rows -> what a beeswarm is drawn from; waterfallOf: of one row
 *   permutationImportance  rows and their target -> how much worse it is without a column
 *   partialDependence      a column -> what is said at its values on average, and for single rows
 *   accumulatedEffects     a column -> the same, where columns go together
 *   lime                   a row -> a sparse linear stand-in for the model near it, and how faithful it is
 *   alikeByTrees, alikeByColumns  a row -> the training rows most like it; prototypesOf: rows that stand for all
 *   counterfactuals        a row and what is wanted -> the least that would have to be otherwise
 *   viewAutoml             an AutoML model -> the predictor of matrices all of these take
 *   explainRow             a row of a table and its AutoML model -> what each column adds, quickly
 *   treeExplainer          an AutoML model of trees alone -> the same, exactly
 */

export {
  type AccumulatedEffects,
  type AccumulatedEffectsOptions,
  accumulatedEffects,
} from './accumulated-effects.ts';
export { type AutomlView, type ViewedModel, viewAutoml } from './automl-view.ts';
export {
  type Counterfactual,
  type CounterfactualOptions,
  type Counterfactuals,
  counterfactuals,
} from './counterfactuals/counterfactuals.ts';
export type { Goal } from './counterfactuals/goal.ts';
export type { ColumnLimit } from './counterfactuals/limits.ts';
export {
  alikeByColumns,
  alikeByTrees,
  type Example,
  type Prototypes,
  prototypesOf,
} from './examples.ts';
export { type KernelExplanation, type KernelShapOptions, kernelShap } from './kernel-shap.ts';
export { type LimeExplanation, type LimeOptions, lime } from './lime.ts';
export {
  type PartialDependence,
  type PartialDependenceOptions,
  partialDependence,
} from './partial-dependence.ts';
export {
  type PermutationImportance,
  type PermutationImportanceOptions,
  permutationImportance,
} from './permutation-importance.ts';
export {
  type ColumnGroup,
  drawRows,
  type ExplanationRun,
  groupsOfSources,
  type Predict,
} from './predicting.ts';
export {
  explainRow,
  explainRowLater,
  type RowExplanation,
  type RowExplanationOptions,
} from './row-explanation.ts';
export {
  type ShapSummary,
  type ShapValues,
  type ShownValue,
  type SummaryOptions,
  shapOfGroups,
  summariseShap,
  type Waterfall,
  waterfallOf,
} from './shap-summary.ts';
export { type TreeExplainer, type TreeScale, treeExplainer } from './tree-explanation.ts';
