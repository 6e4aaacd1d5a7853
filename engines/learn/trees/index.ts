export { type BoostingOptions, fitBoostedTrees } from './boosting/boosted-trees.ts';
export type { CustomLoss } from './boosting/score-losses.ts';
export { loadTrees, type TreeModel } from './tree-model.ts';
export { TreeThreads } from './tree-threads.ts';
