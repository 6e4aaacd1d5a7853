import type { LearningMetric } from '@stroma/contracts';

/** Between which a metric can lie; null where it has no such end. */
const ranges: Readonly<Record<LearningMetric, readonly [low: number | null, high: number | null]>> = {
  roc_auc: [0, 1],
  accuracy: [0, 1],
  balanced_accuracy: [0, 1],
  average_precision: [0, 1],
  f1: [0, 1],
  mcc: [-1, 1],
  log_loss: [0, null],
  brier: [0, 2],
  rmse: [0, null],
  mae: [0, null],
  r2: [null, 1],
};

/** Scores of it are of one size, whatever is predicted. */
export const isBounded = (metric: LearningMetric): boolean => metric !== 'rmse' && metric !== 'mae';

/** The part of an interval in which the metric can lie: intervals over few folds reach beyond. */
export function possible(
  metric: LearningMetric,
  interval: readonly [number, number] | null,
): readonly [number, number] | null {
  if (interval === null) return null;
  const [low, high] = ranges[metric];
  return [
    Math.max(interval[0], low ?? Number.NEGATIVE_INFINITY),
    Math.min(interval[1], high ?? Number.POSITIVE_INFINITY),
  ];
}

/** Where scores are drawn: with room around them, also where all are the same, and not past what is possible. */
export function scoreDomain(
  metric: LearningMetric | null,
  scores: readonly number[],
): [low: number, high: number] | undefined {
  if (scores.length === 0) return undefined;
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  const room = Math.max((most - least) / 4, Math.abs(most) / 50, 1e-6);
  const ends = [least - room, most + room] as const;
  const [low, high] = metric === null ? ends : (possible(metric, ends) ?? ends);
  return [low, high];
}
