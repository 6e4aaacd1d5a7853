import { lessIsBetter, type ModelEvaluation } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { intervalText, scoreText } from '../../metric-text.ts';

type Holdout = NonNullable<ModelEvaluation['holdout']>;

/** Each score with its interval; the chosen one against what says the same of every row. */
export function Scores({ evaluation, holdout }: { evaluation: ModelEvaluation; holdout: Holdout }) {
  const { t } = useTranslation('models');
  return (
    <PlainTable
      label={t('scores')}
      headings={[
        { label: t('metric'), className: `${cellClass} text-start` },
        { label: t('score'), className: numberClass },
        { label: t('interval'), className: numberClass },
        { label: t('baseline'), className: `${numberClass} max-sm:hidden` },
        { label: t('better'), className: `${cellClass} text-start max-md:hidden` },
      ]}
    >
      {holdout.scores.map(({ metric, score, ci }) => {
        const chosen = metric === evaluation.metric;
        return (
          <tr key={metric}>
            <th
              scope="row"
              className={`${cellClass} text-start font-normal`}
              title={t(`metric_${metric}_hint`)}
            >
              <span className={chosen ? 'font-medium' : 'text-ink-soft'}>{t(`metric_${metric}`)}</span>
              {chosen && <span className="ms-2 text-small text-ink-faint">{t('chosen_metric')}</span>}
            </th>
            <td className={`${numberClass} ${chosen ? 'font-medium' : ''}`}>{scoreText(metric, score)}</td>
            <td className={numberClass}>{ci === null ? t('nothing') : intervalText(metric, ci)}</td>
            <td className={`${numberClass} max-sm:hidden`}>
              {chosen ? scoreText(metric, holdout.baseline) : t('nothing')}
            </td>
            <td className={`${cellClass} max-md:hidden text-ink-faint`}>
              {t(lessIsBetter.has(metric) ? 'lower' : 'higher')}
            </td>
          </tr>
        );
      })}
    </PlainTable>
  );
}
