import { StromaError } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import { rowsOfTarget, takeTarget } from '../table/target.ts';
import {
  accuracy,
  balancedAccuracy,
  confusionMatrix,
  f1,
  likeliest,
  macroF1,
  matthews,
  type Weights,
} from './confusion.ts';
import { averagePrecision, columnOf, eachAgainstRest, isOf, rocAuc } from './curves.ts';
import { bootstrapInterval, deLongInterval, type Interval, wilsonInterval } from './intervals.ts';
import { brier, logLoss } from './probabilities.ts';
import { concordance, mae, r2, rmse } from './regression-errors.ts';

export const metricNames = [
  'accuracy',
  'balanced_accuracy',
  'roc_auc',
  'average_precision',
  'f1',
  'mcc',
  'log_loss',
  'brier',
  'rmse',
  'mae',
  'r2',
  'concordance',
] as const;
export type MetricName = (typeof metricNames)[number];

interface Metric {
  of: Target['kind'];
  /** Whether more is better. */
  more: boolean;
  /** The score of a perfect prediction. */
  best: number;
}

/** Of two classes roc_auc, average_precision and f1 are of the second; of more, means over each that is there against the rest. */
export const metrics: Readonly<Record<MetricName, Metric>> = {
  accuracy: { of: 'class', more: true, best: 1 },
  balanced_accuracy: { of: 'class', more: true, best: 1 },
  roc_auc: { of: 'class', more: true, best: 1 },
  average_precision: { of: 'class', more: true, best: 1 },
  f1: { of: 'class', more: true, best: 1 },
  mcc: { of: 'class', more: true, best: 1 },
  log_loss: { of: 'class', more: false, best: 0 },
  brier: { of: 'class', more: false, best: 0 },
  rmse: { of: 'number', more: false, best: 0 },
  mae: { of: 'number', more: false, best: 0 },
  r2: { of: 'number', more: true, best: 1 },
  concordance: { of: 'survival', more: true, best: 1 },
};

export const metricsOf = (kind: Target['kind']): MetricName[] =>
  metricNames.filter((name) => metrics[name].of === kind);

/**
 * `predicted` as a Predictor gives it: rows x outputs, by row. Throws INVALID_INPUT for a metric of another kind of
 * target, for other lengths, and for curves of one class.
 */
export function scoreOf(
  name: MetricName,
  target: Target,
  predicted: Float64Array,
  weights?: Weights,
): number {
  if (target.kind === 'number') {
    if (name === 'rmse') return rmse(target.values, predicted, weights);
    if (name === 'mae') return mae(target.values, predicted, weights);
    if (name === 'r2') return r2(target.values, predicted, weights);
  }
  if (target.kind === 'survival' && name === 'concordance')
    return concordance(target.times, target.events, predicted);
  if (target.kind === 'class') return scoreOfClasses(name, target.codes, target.classes, predicted, weights);
  return unfit(name, target);
}

function unfit(name: MetricName, target: Pick<Target, 'kind'>): never {
  const known = metricsOf(target.kind);
  throw new StromaError(
    'INVALID_INPUT',
    `A metric of a ${target.kind} target was expected, ${known.length > 0 ? `one of ${known.join(', ')}` : 'of which there is none'}; "${name}" was given.`,
    { metric: name, known },
  );
}

function scoreOfClasses(
  name: MetricName,
  codes: Int32Array,
  classes: number,
  predicted: Float64Array,
  weights: Weights,
): number {
  if (predicted.length !== codes.length * classes)
    throw new StromaError(
      'INVALID_INPUT',
      `A probability of each of ${classes} classes was expected for ${codes.length} rows; ${predicted.length} numbers were given.`,
    );
  const second = () => columnOf(predicted, classes, 1);
  const confusion = () => confusionMatrix(codes, likeliest(predicted, classes), classes, weights);
  switch (name) {
    case 'accuracy':
      return accuracy(confusion());
    case 'balanced_accuracy':
      return balancedAccuracy(confusion());
    case 'f1':
      return classes === 2 ? f1(confusion(), 1) : macroF1(confusion());
    case 'mcc':
      return matthews(confusion());
    case 'log_loss':
      return logLoss(codes, predicted, classes, weights);
    case 'brier':
      return brier(codes, predicted, classes, weights);
    case 'roc_auc':
    case 'average_precision': {
      const score = name === 'roc_auc' ? rocAuc : averagePrecision;
      return classes === 2
        ? score(isOf(codes, 1), second(), weights)
        : eachAgainstRest(score, codes, predicted, classes, weights);
    }
    default:
      return unfit(name, { kind: 'class' });
  }
}

/**
 * The score and its interval: Wilson's of accuracy, DeLong's of the area for two classes, else by bootstrap, within
 * classes where there are classes. Rows count alike. Throws as `scoreOf`.
 */
export function scoreWithInterval(
  name: MetricName,
  target: Target,
  predicted: Float64Array,
  options: { seed: number; level?: number; resamples?: number },
): Interval {
  const rows = rowsOfTarget(target);
  if (name === 'accuracy') return wilsonInterval(scoreOf(name, target, predicted), rows, options.level);
  if (name === 'roc_auc' && target.kind === 'class' && target.classes === 2)
    return deLongInterval(isOf(target.codes, 1), columnOf(predicted, 2, 1), options.level);
  const width = predicted.length / rows;
  const strata = target.kind === 'class' ? { strata: target.codes } : {};
  return bootstrapInterval(
    rows,
    (drawn) => scoreOf(name, takeTarget(target, drawn), byRows(predicted, width, drawn)),
    { ...options, ...strata },
  );
}

function byRows(byRow: Float64Array, width: number, rows: Uint32Array): Float64Array {
  const taken = new Float64Array(rows.length * width);
  for (let at = 0; at < rows.length; at++) {
    const from = (rows[at] as number) * width;
    for (let column = 0; column < width; column++)
      taken[at * width + column] = byRow[from + column] as number;
  }
  return taken;
}
