import clsx from 'clsx';
import { useTranslation } from 'react-i18next';

/** A quality score 0-1 as a number of 100 and a short bar. */
export function QualityMark({ score }: { score: number }) {
  const { t } = useTranslation();
  const points = Math.round(score * 100);
  return (
    <span className="inline-flex items-center gap-2" role="img" aria-label={t('quality', { score: points })}>
      <span className="h-1.5 w-10 overflow-hidden rounded-full bg-hover">
        <span
          className={clsx(
            'block h-full rounded-full',
            points >= 90 ? 'bg-good' : points >= 70 ? 'bg-warning' : 'bg-critical',
          )}
          style={{ width: `${points}%` }}
        />
      </span>
      <span className="w-7 text-end">{points}</span>
    </span>
  );
}
