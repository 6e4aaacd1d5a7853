import { type LearningMetric, learningMetrics, type MetricNumber } from '@stroma/contracts';
import type { TFunction } from 'i18next';
import { formatFixed, formatNumber } from '../../lib/format.ts';
import { isBounded } from './metric-range.ts';

/** A metric as it is read; what is no number is written as it came. */
export const metricText = (value: MetricNumber): string =>
  typeof value === 'number' ? formatNumber(value) : value;

/** A score as it is read: one between fixed ends with as many decimals as the others, so that they stand in line. */
export const scoreText = (metric: LearningMetric, value: number, decimals = 4): string =>
  isBounded(metric) ? formatFixed(value, decimals) : significant(value, decimals);

/** As `formatNumber`, zeros at the end kept. */
function significant(value: number, digits: number): string {
  const size = Math.floor(Math.log10(Math.abs(value)));
  return size < -4 || size >= digits ? formatNumber(value, digits) : formatFixed(value, digits - 1 - size);
}

export const intervalText = (metric: LearningMetric, [low, high]: readonly [number, number]): string =>
  `${scoreText(metric, low, 3)} – ${scoreText(metric, high, 3)}`;

const isLearned = (key: string): key is LearningMetric => learningMetrics.some((each) => each === key);

/** A metric that a run logged, by the name it has on every page; others by the key they were logged under. */
export function namedMetric(
  t: TFunction<'models'>,
  [key, value]: readonly [key: string, value: MetricNumber],
): [name: string, value: string] {
  if (!isLearned(key)) return [key, metricText(value)];
  return [t(`metric_${key}`), typeof value === 'number' ? scoreText(key, value) : value];
}

/** What a model is judged by first: a training logs the baseline of that metric beside it. */
export function metricsByWeight(
  metrics: Readonly<Record<string, MetricNumber>>,
): readonly (readonly [key: string, value: MetricNumber])[] {
  const isChosen = (key: string) => Number(`baseline_${key}` in metrics);
  const isBeside = (key: string) => Number(/^(baseline|folds|learning)_/.test(key));
  return Object.entries(metrics).toSorted(
    ([a], [b]) => isChosen(b) - isChosen(a) || isBeside(a) - isBeside(b) || a.localeCompare(b),
  );
}
