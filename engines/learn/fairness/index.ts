/** Whether a model serves groups of people alike, and what can be done where it does not. */

export { type ThresholdCriterion, thresholdCriteria } from './common-points.ts';
export { differenceOf, type Estimate } from './estimates.ts';
export {
  type ClassFairness,
  type FairnessOptions,
  type FairnessReport,
  fairnessOf,
  type NumberFairness,
} from './fairness.ts';
export {
  chancesByGroup,
  drawCalls,
  fitGroupThresholds,
  type GroupRule,
  type GroupThresholds,
  type ThresholdEffect,
  type ThresholdOptions,
} from './group-thresholds.ts';
export {
  type Criterion,
  type CriterionName,
  classCriteria,
  defaultBounds,
  type FairnessBounds,
  type FairnessVerdict,
  numberCriteria,
} from './report.ts';
export { type Reweighing, reweigh } from './reweighing.ts';
