export { type BoostingOptions, fitBoostedTrees } from './boosting/boosted-trees.ts';
export type { CustomLoss } from './boosting/score-losses.ts';
export {
  type ForestSettings,
  fitDecisionTree,
  fitExtraTrees,
  fitRandomForest,
} from './forests/forests.ts';
export { type ExplainOptions, explainTrees, type TreeExplanation } from './shap/tree-shap.ts';
export { loadTrees, type TreeModel } from './tree-model.ts';
export { TreeThreads } from './tree-threads.ts';
