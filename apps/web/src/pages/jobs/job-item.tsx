import type { Job } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StatusMark } from '../../components/status-mark.tsx';
import { client } from '../../lib/client.ts';
import { formatAgo, formatDuration, formatTime } from '../../lib/format.ts';
import { datasetOf, jobEnded } from '../../lib/jobs.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { ReadAgainOfJob } from './read-again-of-job.tsx';

export function JobItem({ job }: { job: Job }) {
  const { t } = useTranslation('jobs');
  const { t: common } = useTranslation();
  const mayWrite = usePermission('jobs:write');
  const queryClient = useQueryClient();
  const after = {
    onError: (error: Error) => toast(error.message, { tone: 'critical' }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.jobs }),
  };
  const cancel = useMutation({
    mutationFn: () => client.jobs.cancel({ params: { id: job.job_id } }),
    ...after,
  });
  const retry = useMutation({
    mutationFn: () => client.jobs.retry({ params: { id: job.job_id } }),
    ...after,
  });
  const running = !jobEnded(job.status);
  const datasetId = datasetOf(job);
  const took =
    job.started_at && job.finished_at
      ? t('took', { time: formatDuration(Date.parse(job.finished_at) - Date.parse(job.started_at)) })
      : null;
  const facts = [
    job.started_at === null
      ? t('queued_since', { time: formatAgo(job.created_at) })
      : t('started', { time: formatAgo(job.started_at) }),
    took,
    job.attempt > 1 ? t('attempt', { number: job.attempt }) : null,
    running ? job.phase : null,
    job.seconds_left === null ? null : common('time_left', { time: formatDuration(job.seconds_left * 1000) }),
  ].filter((fact) => fact !== null);
  return (
    <li className="grid grid-cols-1 gap-2 px-4 py-3" data-job={job.job_id}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="shrink-0 sm:w-28">
          <StatusMark status={job.status} />
        </span>
        <div className="min-w-0 flex-1 basis-48">
          <p className="truncate font-medium">{job.title}</p>
          <p className="truncate text-small text-ink-faint" title={formatTime(job.created_at)}>
            {facts.join(' · ')}
          </p>
        </div>
        {running && mayWrite && (
          <Button
            size="small"
            aria-label={t('cancel_of', { title: job.title })}
            disabled={cancel.isPending}
            onClick={() => cancel.mutate()}
          >
            {t('cancel')}
          </Button>
        )}
        {(job.status === 'failed' || job.status === 'cancelled') && mayWrite && (
          <Button
            size="small"
            aria-label={t('retry_of', { title: job.title })}
            disabled={retry.isPending}
            onClick={() => retry.mutate()}
          >
            {t('retry')}
          </Button>
        )}
        {job.kind === 'data.process' && (job.status === 'failed' || job.status === 'cancelled') && (
          <ReadAgainOfJob job={job} />
        )}
        {job.kind === 'ml.train' && (
          <Link
            to="/models/trainings/$trainingId"
            params={{ trainingId: job.job_id }}
            className={buttonClass({ size: 'small' })}
          >
            {t('open')}
          </Link>
        )}
        {datasetId !== null && (
          <Link to="/data/$datasetId" params={{ datasetId }} className={buttonClass({ size: 'small' })}>
            {t('open')}
          </Link>
        )}
      </div>
      {job.status === 'running' && (
        <div className="flex items-center gap-3">
          <ProgressBar value={job.progress} label={job.title} />
          <span className="w-12 text-end text-small text-ink-soft">{Math.round(job.progress)} %</span>
        </div>
      )}
      {job.error && <JobError error={job.error} />}
    </li>
  );
}

function JobError({ error }: { error: NonNullable<Job['error']> }) {
  const { t } = useTranslation('jobs');
  return (
    <div className="rounded-md bg-critical-soft px-3 py-2">
      <p className="wrap-anywhere">{error.message}</p>
      <details className="mt-1 text-small text-ink-soft">
        <summary className="w-fit rounded">{t('error_details')}</summary>
        <p className="mt-1">
          {t('error_code')}: <code className="font-mono">{error.code}</code>
        </p>
        <pre className="mt-1 overflow-x-auto font-mono whitespace-pre-wrap">
          {JSON.stringify(error.details, null, 2)}
        </pre>
      </details>
    </div>
  );
}
