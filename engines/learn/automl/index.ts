/** A target and a time limit -> the best model found, with how good it is and why. */

export {
  type AutomlOptions,
  type AutomlProgress,
  type AutomlResult,
  automl,
} from './automl.ts';
export {
  type AutomlModel,
  type AutomlPrediction,
  asTrained,
  loadAutoml,
  type SavedAutoml,
} from './automl-model.ts';
export type { AutomlState, FinishedFit } from './automl-state.ts';
export { conformalHalfWidth } from './calibration.ts';
export { type Combination, combine, fitStack, greedyBlend } from './ensemble.ts';
export { type HeldOutRows, type Holdout, holdoutOf } from './holdout.ts';
export type { LeaderboardEntry } from './leaderboard.ts';
export { type FamilyName, familyNames, type Settings } from './learners.ts';
export { modelText, readModelText } from './model-text.ts';
export { type NetworkLearners, networkFamilyNames } from './network-families.ts';
export { defaultMetric, objectiveOf } from './objective.ts';
export { type Decision, type Prepared, prepare as prepareTable } from './preparation.ts';
export { type Preset, presets } from './presets.ts';
export { type AutomlSplit, splitWays } from './row-parts.ts';
