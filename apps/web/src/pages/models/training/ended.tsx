import type { Training, TrainingProgress } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { BaseTold } from './base-told.tsx';
import { Leaderboard } from './leaderboard.tsx';
import { LearningCurve } from './learning-curve.tsx';
import { NetworkCurves } from './network-curves.tsx';
import { SearchCurve } from './search-curve.tsx';
import { Told } from './told.tsx';
import { evaluationQuery } from './training-queries.ts';

/** What came of a training: why it stopped, its models, and what could not learn. */
export function Ended({
  result,
  progress,
}: {
  result: NonNullable<Training['result']>;
  progress: TrainingProgress | null;
}) {
  const { t } = useTranslation('models');
  const { data, error, refetch } = useQuery(evaluationQuery(result.model_id, result.number));
  if (error)
    return (
      <>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        {progress !== null && <Leaderboard entries={progress.leaderboard} />}
        {progress !== null && <SearchCurve progress={progress} />}
      </>
    );
  if (data === undefined) return <SkeletonRows rows={6} />;
  return (
    <>
      <Notice tone="info" title={t('stopped')}>
        {data.stopped.message}
      </Notice>
      {data.leaks.map(({ kind, columns, message }) => (
        <Notice key={`${kind} ${columns.join()}`} tone="warning" title={t('leak')}>
          {message}
        </Notice>
      ))}
      <BaseTold base={data.base} domain_shift={data.domain_shift} />
      {data.leaderboard.length > 0 && (
        <Section title={t('leaderboard')}>
          <Leaderboard entries={data.leaderboard} />
        </Section>
      )}
      {data.training_curve !== undefined && (
        <NetworkCurves curve={data.training_curve} metric={data.training_metric ?? data.metric} />
      )}
      <div className="grid grid-cols-1 items-start gap-8 empty:hidden xl:grid-cols-2">
        {progress !== null && <SearchCurve progress={progress} />}
        <LearningCurve points={data.learning_curve} metric={data.metric} />
      </div>
      <Told title={t('decisions')} lines={data.decisions.map(({ message }) => message)} />
      <Told
        title={t('could_not_learn')}
        lines={data.failed.map(({ model, fault }) => `${model}: ${fault}`)}
      />
    </>
  );
}
