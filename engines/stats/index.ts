/**
 * Robust statistics and time series. Everything is pure: typed arrays in, numbers out.
 *
 *   outlierRange     summary of a column -> what its values are expected to be
 *   extremeDeviates  values -> which of them are odd (generalised ESD, also with median and MAD)
 *   decompose        a series -> level, season, remainder
 *   mannKendall      a series -> is there a trend; senSlope: how steep
 *   pelt             a series -> where its level or variance changes
 *   groupDifference  moments of two groups -> how far apart, how surely
 *   falseDiscovery   p-values -> corrected for how many there are
 *   addPairs, addArms  scores of two, unit by unit -> a difference whose bounds hold at every look (sequential/)
 */

export {
  levelCost,
  type NoiseScale,
  noiseScale,
  normalCost,
  pelt,
} from './change-points.ts';
export {
  chiSquaredUpper,
  fisherUpper,
  normalTwoSided,
  normalUpper,
  normalUpperQuantile,
  studentUpper,
  studentUpperQuantile,
} from './distributions.ts';
export { type DeviateOptions, extremeDeviates } from './extreme-deviates.ts';
export { type GroupDifference, groupDifference, type Moments, pooled, without } from './group-difference.ts';
export { falseDiscovery } from './many-tests.ts';
export {
  madToSd,
  meanOf,
  median,
  medianDeviation,
  present,
  quantileOfSorted,
  ranksOf,
  sorted,
  varianceOf,
} from './order-statistics.ts';
export { type OutlierRange, outlierRange, type RobustSummary } from './outlier-range.ts';
export {
  autocorrelation,
  type Decomposition,
  decompose,
  friedman,
  runningMedian,
  seasonalStrength,
} from './seasons.ts';
export {
  type ArmScore,
  type ArmSums,
  addArms,
  addPairs,
  emptyArms,
  type PairedScore,
  pairedScale,
  randomisedScale,
  shareEvidence,
} from './sequential/comparisons.ts';
export {
  addToSequence,
  emptySequence,
  type Interval,
  intervalOf,
  type SequenceOptions,
  type SequenceState,
} from './sequential/confidence-sequence.ts';
export { mannKendall, type SenSlope, senSlope, type TrendTest } from './trend-test.ts';
