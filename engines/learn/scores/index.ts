/**
 * How good predictions are: scores by name (`scoreOf`) with their intervals (`scoreWithInterval`), and what they are
 * made of: confusion matrix, ROC and precision-recall curves, calibration.
 */

export { confusionMatrix, likeliest } from './confusion.ts';
export {
  averagePrecision,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocAuc,
  rocCurve,
} from './curves.ts';
export {
  type BootstrapOptions,
  bootstrapInterval,
  deLongInterval,
  type Interval,
  wilsonInterval,
} from './intervals.ts';
export { type MetricName, metricNames, metrics, metricsOf, scoreOf, scoreWithInterval } from './metrics.ts';
export { brier, type CalibrationBins, calibrationBins, calibrationError, logLoss } from './probabilities.ts';
export { concordance, mae, quantileLoss, r2, rmse } from './regression-errors.ts';
