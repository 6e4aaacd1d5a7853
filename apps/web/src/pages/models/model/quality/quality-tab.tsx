import type { ModelEvaluation } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { formatCount, formatDuration, formatPercent } from '../../../../lib/format.ts';
import { Leaderboard } from '../../training/leaderboard.tsx';
import { LearningCurve } from '../../training/learning-curve.tsx';
import { NetworkCurves } from '../../training/network-curves.tsx';
import { Told } from '../../training/told.tsx';
import { CalibrationChart, PrecisionRecallChart, RocChart } from './class-charts.tsx';
import { ConfusionChart } from './confusion-chart.tsx';
import { ActualChart, ResidualChart } from './number-charts.tsx';
import { Scores } from './scores.tsx';

/** How good a version is on rows that no choice has seen, and how it came to be. */
export function QualityTab({ evaluation }: { evaluation: ModelEvaluation }) {
  const { t } = useTranslation('models');
  const { holdout, residuals, confusion, roc, precision_recall, calibration } = evaluation;
  const isImported = evaluation.stopped.reason === 'imported';
  return (
    <div className="grid grid-cols-1 gap-8">
      {evaluation.leaks.map(({ kind, columns, message }) => (
        <Notice key={`${kind} ${columns.join()}`} tone="warning" title={t('leak')}>
          {message}
        </Notice>
      ))}
      {holdout !== null && (
        <Section
          title={t('scores')}
          note={t(isImported ? 'judged_note' : 'holdout_note', {
            count: holdout.rows,
            shown: formatCount(holdout.rows),
          })}
        >
          <Scores evaluation={evaluation} holdout={holdout} />
          {holdout.coverage !== null && (
            <p className="mt-2 text-small text-ink-faint">
              {t('coverage', { share: formatPercent(holdout.coverage) })}
            </p>
          )}
        </Section>
      )}
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        {confusion !== null && <ConfusionChart confusion={confusion} />}
        {roc.length > 0 && <RocChart curves={roc} />}
        {precision_recall.length > 0 && <PrecisionRecallChart curves={precision_recall} />}
        {calibration.length > 0 && <CalibrationChart curves={calibration} />}
        {residuals !== null && <ActualChart residuals={residuals} target={evaluation.target} />}
        {residuals !== null && <ResidualChart residuals={residuals} target={evaluation.target} />}
        <LearningCurve points={evaluation.learning_curve} metric={evaluation.metric} />
      </div>
      {evaluation.training_curve !== undefined && (
        <NetworkCurves
          curve={evaluation.training_curve}
          metric={evaluation.training_metric ?? evaluation.metric}
        />
      )}
      {evaluation.leaderboard.length > 0 && (
        <Section
          title={t('leaderboard')}
          note={t('found_in', {
            count: evaluation.fits,
            shown: formatCount(evaluation.fits),
            time: formatDuration(evaluation.seconds * 1000),
          })}
        >
          <Leaderboard entries={evaluation.leaderboard} />
        </Section>
      )}
      <Told title={t('stopped')} lines={[evaluation.stopped.message].filter((line) => line !== '')} />
      <Told title={t('decisions')} lines={evaluation.decisions.map(({ message }) => message)} />
      <Told
        title={t('could_not_learn')}
        lines={evaluation.failed.map(({ model, fault }) => `${model}: ${fault}`)}
      />
    </div>
  );
}
