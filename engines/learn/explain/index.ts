/** Why a model says what it says: of anything that predicts. */

export { type KernelExplanation, type KernelShapOptions, kernelShap } from './kernel-shap.ts';
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
