/** A target and a time limit -> the best model found, with how good it is and why. */

export {
  type AutomlOptions,
  type AutomlProgress,
  type AutomlResult,
  automl,
  type Preset,
  presets,
} from './automl.ts';
export {
  type AutomlModel,
  type AutomlPrediction,
  asTrained,
  loadAutoml,
  type SavedAutoml,
} from './automl-model.ts';
export type { AutomlState, FinishedFit } from './automl-state.ts';
export type { HeldOutRows, Holdout } from './holdout.ts';
export type { LeaderboardEntry } from './leaderboard.ts';
export { type FamilyName, familyNames, type Settings } from './learners.ts';
export { modelText, readModelText } from './model-text.ts';
