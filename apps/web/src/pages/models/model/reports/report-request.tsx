import type { Dataset, ModelEvaluation } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Field, Select } from '../../../../components/field.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { ProgressBar } from '../../../../components/progress-bar.tsx';
import { allDatasetsQuery } from '../../../../lib/datasets.ts';
import { jobEnded, jobQuery } from '../../../../lib/jobs.ts';
import { usePermission } from '../../../../lib/session.ts';

/** Null where nobody has asked for the report yet. */
export async function reportOrNull<Report>(asked: Promise<Report>): Promise<Report | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** On which dataset a report is made, what else it asks for, and how the job stands. */
export function ReportRequest({
  evaluation,
  button,
  unlearned = false,
  ready = true,
  request,
  onMade,
  children,
}: {
  evaluation: ModelEvaluation;
  button: string;
  /** Only of what the version has not learned from. */
  unlearned?: boolean;
  ready?: boolean;
  request: (dataset: Dataset) => Promise<{ job_id: string }>;
  onMade: () => void;
  children?: (dataset: Dataset) => ReactNode;
}) {
  const { t } = useTranslation('models');
  const mayAsk = usePermission('models:write');
  const { data: datasets } = useQuery(allDatasetsQuery);
  const [picked, setPicked] = useState(evaluation.dataset.dataset_id);
  const [jobId, setJobId] = useState<string | null>(null);
  const choices =
    datasets?.items.filter(
      ({ version }) =>
        evaluation.signature.every(({ name }) => version.columns.some((each) => each.name === name)) &&
        (!unlearned || version.version_id !== evaluation.dataset.version_id),
    ) ?? [];
  const dataset = choices.find(({ dataset_id }) => dataset_id === picked) ?? choices[0];
  const ask = useMutation({
    mutationFn: (on: Dataset) => request(on),
    onSuccess: ({ job_id }) => setJobId(job_id),
  });
  if (!mayAsk || datasets === undefined) return null;
  if (dataset === undefined) return <p className="text-ink-soft">{t('no_unlearned')}</p>;
  return (
    <form
      className={`${panelClass} grid gap-4 p-4`}
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
        <Button type="submit" disabled={!ready || ask.isPending || jobId !== null}>
          {button}
        </Button>
      </div>
      {children?.(dataset)}
      {ask.error && <ErrorNotice error={ask.error} />}
      {jobId !== null && (
        <FollowedJob
          key={jobId}
          jobId={jobId}
          onEnded={(good) => {
            if (good) setJobId(null);
            onMade();
          }}
          onClose={() => setJobId(null)}
        />
      )}
    </form>
  );
}

function FollowedJob({
  jobId,
  onEnded,
  onClose,
}: {
  jobId: string;
  onEnded: (good: boolean) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('models');
  const { data: job } = useQuery(jobQuery(jobId));
  const ended = job !== undefined && jobEnded(job.status) ? job.status : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, when it has ended
  useEffect(() => {
    if (ended !== null) onEnded(ended === 'succeeded');
  }, [ended]);
  if (ended !== null && ended !== 'succeeded')
    return <ErrorNotice error={new Error(job?.error?.message ?? t('job_ended'))} onRetry={onClose} />;
  return <ProgressBar value={job?.progress ?? 0} label={t('report_progress')} />;
}
