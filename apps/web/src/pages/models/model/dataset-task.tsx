import type { Dataset, Job, ModelEvaluation, Permission } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Field, Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass } from '../../../components/page.tsx';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import { allDatasetsQuery } from '../../../lib/datasets.ts';
import { jobEnded, jobQuery } from '../../../lib/jobs.ts';
import { usePermission } from '../../../lib/session.ts';

/** A job of a version on a dataset: on which, what else it asks for, and how it stands. */
export function DatasetTask({
  evaluation,
  button,
  progress,
  permission = 'models:write',
  unlearned = false,
  ready = true,
  request,
  onMade,
  children,
}: {
  evaluation: ModelEvaluation;
  button: string;
  /** What the bar tells. */
  progress: string;
  permission?: Permission;
  /** Only of what the version has not learned from. */
  unlearned?: boolean;
  ready?: boolean;
  request: (dataset: Dataset) => Promise<{ job_id: string }>;
  onMade: (job: Job) => void;
  children?: (dataset: Dataset) => ReactNode;
}) {
  const { t } = useTranslation('models');
  const mayAsk = usePermission(permission);
  const { data: datasets } = useQuery(allDatasetsQuery);
  const [picked, setPicked] = useState<string | null>(null);
  const [jobId, setJobId] = useState<string | null>(null);
  const choices =
    datasets?.items.filter(
      ({ version }) =>
        evaluation.signature.every(({ name }) => version.columns.some((each) => each.name === name)) &&
        (!unlearned || version.version_id !== evaluation.dataset.version_id),
    ) ?? [];
  const dataset =
    choices.find(({ dataset_id }) => dataset_id === picked) ??
    choices.find(({ dataset_id }) => dataset_id !== evaluation.dataset.dataset_id) ??
    choices[0];
  const ask = useMutation({
    mutationFn: (on: Dataset) => request(on),
    onSuccess: ({ job_id }) => setJobId(job_id),
  });
  if (!mayAsk || datasets === undefined) return null;
  if (dataset === undefined)
    return <p className="text-ink-soft">{t(unlearned ? 'no_unlearned' : 'no_fitting')}</p>;
  const submit = (
    <Button type="submit" disabled={!ready || ask.isPending || jobId !== null}>
      {button}
    </Button>
  );
  return (
    <form
      className={`${panelClass} grid grid-cols-1 gap-4 p-4`}
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate(dataset);
      }}
    >
      <div className="flex flex-wrap items-end gap-3">
        <div className="w-64 max-w-full">
          <Field label={t('dataset')}>
            {(field) => (
              <Select
                {...field}
                value={dataset.dataset_id}
                onChange={({ target }) => setPicked(target.value)}
              >
                {choices.map(({ dataset_id, name }) => (
                  <option key={dataset_id} value={dataset_id}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        {children === undefined && submit}
      </div>
      {children?.(dataset)}
      {children !== undefined && <div>{submit}</div>}
      {ask.error && <ErrorNotice error={ask.error} />}
      {jobId !== null && (
        <FollowedJob
          key={jobId}
          jobId={jobId}
          label={progress}
          onEnded={(job) => {
            if (job.status === 'succeeded') setJobId(null);
            onMade(job);
          }}
          onClose={() => setJobId(null)}
        />
      )}
    </form>
  );
}

function FollowedJob({
  jobId,
  label,
  onEnded,
  onClose,
}: {
  jobId: string;
  label: string;
  onEnded: (job: Job) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('models');
  const cache = useQueryClient();
  const { data: job } = useQuery(jobQuery(jobId));
  const [ended, setEnded] = useState<Job | null>(null);
  const hasEnded = job !== undefined && jobEnded(job.status);
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, when it has ended
  useEffect(() => {
    if (!hasEnded) return;
    // The stream tells that a job has ended, and not what came of it.
    void cache.fetchQuery({ ...jobQuery(jobId), staleTime: 0 }).then((whole) => {
      setEnded(whole);
      onEnded(whole);
    });
  }, [hasEnded]);
  if (ended !== null && ended.status !== 'succeeded')
    return <ErrorNotice error={new Error(ended.error?.message ?? t('job_failed'))} onRetry={onClose} />;
  return <ProgressBar value={job?.progress ?? 0} label={label} />;
}
