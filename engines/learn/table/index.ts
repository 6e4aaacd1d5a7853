/** From the lake's columns to what a learner sees: features, encoders, splits, leaks and the kind of problem. */

export { type Encoder, fitEncoder, loadEncoder, type UnseenLevels } from './encoder.ts';
export {
  denseEncoding,
  type EncodedPart,
  type EncoderOptions,
  nativeEncoding,
  type SavedEncoder,
} from './encoder-options.ts';
export {
  type CategoryColumn,
  checkTable,
  columnNamed,
  type FeatureColumn,
  type FeatureTable,
  mostColumns,
  type NumberColumn,
  type TextColumn,
  type TimeColumn,
  takeRows,
  withoutColumns,
} from './feature-table.ts';
export { categoriesOf, featureTableOf, type LakeValues, type LeftOutColumn } from './lake-columns.ts';
export { type Leak, type LeakKind, type LeakOptions, leakKinds, leaksOf } from './leakage.ts';
export {
  fewestRows,
  inferProblem,
  type Problem,
  type ProblemType,
  problemTypes,
  targetOf,
} from './problem-type.ts';
export { foldsOf, holdOut, kFolds, type Split, type SplitPlan, siteHeldOut, sitesInTurn } from './splits.ts';
export { rowsOfTarget, takeTarget } from './target.ts';
