import { formatNumber } from '../../lib/format.ts';

/** A score with its interval of 95 %. */
export function ScoreInterval({ score, ci }: { score: number; ci: readonly [number, number] | null }) {
  return (
    <span className="whitespace-nowrap">
      {formatNumber(score)}
      {ci !== null && (
        <span className="ms-2 text-small text-ink-faint">
          {formatNumber(ci[0], 3)} – {formatNumber(ci[1], 3)}
        </span>
      )}
    </span>
  );
}
