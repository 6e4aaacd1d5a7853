import type { ModelEvaluation, Prediction } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../../../components/notice.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { formatNumber, formatPercent } from '../../../../lib/format.ts';

const mostClasses = 8;

/** What is said of the row and how sure it is, with what the model has never seen of it. */
export function Outcome({ prediction, evaluation }: { prediction: Prediction; evaluation: ModelEvaluation }) {
  const { t } = useTranslation('models');
  const { prediction: said, confidence, probabilities, low, high, unseen, outside } = prediction;
  const classes = Object.entries(probabilities ?? {})
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, mostClasses);
  return (
    <section aria-label={t('prediction')} className={`${panelClass} grid gap-4 p-4`}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <div>
          <p className="text-small text-ink-faint">{evaluation.target}</p>
          <p role="status" className="text-title font-semibold tabular-nums wrap-anywhere">
            {typeof said === 'number' ? formatNumber(said) : said}
          </p>
        </div>
        {low !== null && high !== null ? (
          <p className="text-ink-soft">
            {t('interval_of', {
              low: formatNumber(low),
              high: formatNumber(high),
              share: confidence === null ? '' : formatPercent(confidence, 0),
            })}
          </p>
        ) : (
          confidence !== null && (
            <p className="text-ink-soft">{t('confidence', { share: formatPercent(confidence) })}</p>
          )
        )}
      </div>
      {classes.length > 0 && (
        <ul
          aria-label={t('probabilities')}
          className="grid grid-cols-[fit-content(45%)_minmax(3rem,1fr)_auto] gap-x-3 gap-y-2"
        >
          {classes.map(([label, share]) => (
            <li key={label} className="col-span-3 grid grid-cols-subgrid items-center">
              <span className="truncate" title={label}>
                {label}
              </span>
              <span aria-hidden className="h-2 overflow-hidden rounded-full bg-hover">
                <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
              </span>
              <span className="text-end tabular-nums">{formatPercent(share)}</span>
            </li>
          ))}
        </ul>
      )}
      {unseen.length > 0 && (
        <Notice tone="warning" title={t('unseen')}>
          {unseen.map(({ column, value }) => `${column}: ${value}`).join(', ')}
        </Notice>
      )}
      {outside.length > 0 && (
        <Notice tone="warning" title={t('outside')}>
          {outside.join(', ')}
        </Notice>
      )}
    </section>
  );
}
