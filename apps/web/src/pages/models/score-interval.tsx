import type { LearningMetric } from '@stroma/contracts';
import { formatNumber } from '../../lib/format.ts';
import { possible } from './metric-range.ts';

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
      {formatNumber(score)}
      {interval !== null && (
        <span className="ms-2 text-small text-ink-faint">
          {formatNumber(interval[0], 3)} – {formatNumber(interval[1], 3)}
        </span>
      )}
    </span>
  );
}
