import type { LearningMetric } from '@stroma/contracts';
import { possible } from './metric-range.ts';
import { intervalText, scoreText } from './metric-text.ts';

/** A score with its interval of 95 %. */
export function ScoreInterval({
  metric,
  score,
  ci,
}: {
  metric: LearningMetric;
  score: number;
  ci: readonly [number, number] | null;
}) {
  const interval = possible(metric, ci);
  return (
    <span className="whitespace-nowrap">
      {scoreText(metric, score)}
      {interval !== null && (
        <span className="ms-2 text-small text-ink-faint">{intervalText(metric, interval)}</span>
      )}
    </span>
  );
}
