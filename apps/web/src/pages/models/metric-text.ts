import type { MetricNumber } from '@stroma/contracts';
import { formatNumber } from '../../lib/format.ts';

/** A metric as it is read; what is no number is written as it came. */
export const metricText = (value: MetricNumber): string =>
  typeof value === 'number' ? formatNumber(value) : value;

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
