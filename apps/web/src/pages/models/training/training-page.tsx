import type { Training } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../components/button.tsx';
import { useCrumbName } from '../../../components/frame/crumbs.ts';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Page, panelClass, Section } from '../../../components/page.tsx';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import { Skeleton, SkeletonRows } from '../../../components/skeleton.tsx';
import { StatusMark } from '../../../components/status-mark.tsx';
import { client } from '../../../lib/client.ts';
import { datasetQuery } from '../../../lib/datasets.ts';
import { formatBytes, formatCount, formatDuration } from '../../../lib/format.ts';
import { jobEnded } from '../../../lib/jobs.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import { Ended } from './ended.tsx';
import { Leaderboard } from './leaderboard.tsx';
import { phaseText } from './learner-name.ts';
import { NetworkCurves } from './network-curves.tsx';
import { SearchCurve } from './search-curve.tsx';
import { limitOf, trainingQuery } from './training-queries.ts';

const route = getRouteApi('/frame/models/trainings/$trainingId');

/** A training while it goes on, and what came of it. */
export function TrainingPage() {
  const { t } = useTranslation('models');
  const { trainingId } = route.useParams();
  const { data, error, refetch } = useQuery(trainingQuery(trainingId));
  useCrumbName(data === undefined ? null : t('training_of', { name: data.name }));
  if (error)
    return (
      <Page title={t('training')}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        <Link to="/models" className={buttonClass({}, 'mt-4')}>
          {t('to_models')}
        </Link>
      </Page>
    );
  if (data === undefined)
    return (
      <Page wide title="Stroma" heading={<Skeleton className="h-8 w-64" />}>
        <SkeletonRows rows={6} />
      </Page>
    );
  return <LoadedTraining training={data} />;
}

function LoadedTraining({ training }: { training: Training }) {
  const { t } = useTranslation('models');
  const { name, target, status, progress, error, result } = training;
  const { data: dataset } = useQuery(datasetQuery(training.dataset_id));
  const ended = jobEnded(status);
  return (
    <Page
      wide
      title={t('training_of', { name })}
      intro={
        <>
          {t('predicts', { target })}{' '}
          {dataset && (
            <Link
              to="/data/$datasetId"
              params={{ datasetId: dataset.dataset_id }}
              className="text-accent underline"
            >
              {dataset.name}
            </Link>
          )}
        </>
      }
      actions={
        result !== null ? (
          <Link
            to="/models/$modelId"
            params={{ modelId: result.model_id }}
            search={{ version: result.number }}
            className={buttonClass({ look: 'primary' })}
          >
            {t('open_model')}
          </Link>
        ) : ended ? (
          <Link
            to="/models/train"
            search={{ dataset: training.dataset_id }}
            className={buttonClass({ look: 'primary' })}
          >
            {t('train_again')}
          </Link>
        ) : (
          <CancelButton id={training.training_id} />
        )
      }
    >
      <div className="grid grid-cols-1 gap-8">
        <Standing training={training} />
        {error !== null && (
          <Notice tone="critical" title={t('training_failed')}>
            <p>{error.message}</p>
            <p className="mt-1 text-small">
              <code className="font-mono">{error.code}</code>
            </p>
          </Notice>
        )}
        {status === 'cancelled' && <Notice tone="plain" title={t('training_cancelled')} />}
        {result === null ? (
          progress?.network !== undefined ? (
            <NetworkCurves curve={progress.network.curve} metric={progress.metric} />
          ) : progress !== null && progress.leaderboard.length > 0 ? (
            <div className="grid grid-cols-1 items-start gap-8 xl:grid-cols-2">
              <Section title={t('leaderboard')} note={t('so_far')}>
                <Leaderboard entries={progress.leaderboard} />
              </Section>
              <div className="max-xl:order-first">
                <SearchCurve progress={progress} />
              </div>
            </div>
          ) : ended ? null : (
            <p className={`${panelClass} grid min-h-96 place-items-center px-4 text-center text-ink-soft`}>
              {t('nothing_yet')}
            </p>
          )
        ) : (
          <Ended result={result} progress={progress} />
        )}
      </div>
    </Page>
  );
}

function Standing({ training }: { training: Training }) {
  const { t } = useTranslation('models');
  const { t: common } = useTranslation();
  const { status, progress } = training;
  const limit = limitOf(training);
  const left =
    progress?.network?.seconds_left ??
    (limit === null || progress === null ? null : Math.max(0, limit - progress.seconds));
  const facts = [
    jobEnded(status) || !progress || progress.network ? null : phaseText(t, progress.phase),
    progress && progress.network === undefined
      ? t('fits', { count: progress.fits, shown: formatCount(progress.fits) })
      : null,
    progress?.network && !jobEnded(status)
      ? t('epoch_of', {
          epoch: formatCount(Math.ceil(progress.network.epoch)),
          epochs: formatCount(Math.ceil(progress.network.epochs)),
        })
      : null,
    progress?.network && !jobEnded(status)
      ? t('memory_needed', { size: formatBytes(progress.network.memory_bytes) })
      : null,
    left !== null && !jobEnded(status) && left > 0
      ? common('time_left', { time: formatDuration(left * 1000) })
      : null,
    jobEnded(status) && progress ? t('after', { time: formatDuration(progress.seconds * 1000) }) : null,
  ].filter((each) => typeof each === 'string' && each !== '');
  return (
    <div className={`${panelClass} grid gap-3 px-4 py-3`}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <StatusMark status={status} />
        <p role="status" className="text-ink-soft">
          {facts.join(' · ')}
        </p>
      </div>
      {!jobEnded(status) && (
        <ProgressBar value={100 * (progress?.fraction ?? 0)} label={t('training_progress')} />
      )}
    </div>
  );
}

function CancelButton({ id }: { id: string }) {
  const { t } = useTranslation('models');
  const cache = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => client.jobs.cancel({ params: { id } }),
    onError: (error) => toast(error.message, { tone: 'critical' }),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.training(id) }),
  });
  return (
    <Button disabled={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate()}>
      {t('stop_training')}
    </Button>
  );
}
