import type { Dataset, IngestOverridesInput } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../../lib/client.ts';
import { jobEnded, jobQuery } from '../../../lib/jobs.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';

const route = getRouteApi('/frame/data/$datasetId');

/** Reads the raw file again and follows the job until its new version stands. */
export function useReingest(dataset: Dataset) {
  const { t } = useTranslation('dataset');
  const queryClient = useQueryClient();
  const navigate = route.useNavigate();
  const [jobId, setJobId] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: (overrides: IngestOverridesInput) =>
      client.datasets.reingest({ params: { id: dataset.dataset_id }, body: { overrides } }),
    onSuccess: ({ job_id }) => setJobId(job_id),
  });
  const { data: job } = useQuery({
    ...jobQuery(jobId ?? ''),
    enabled: jobId !== null,
    refetchInterval: ({ state }) => (state.data && jobEnded(state.data.status) ? false : 1000),
  });
  const before = dataset.version.number;
  const status = job?.status;
  useEffect(() => {
    if (status !== 'succeeded') return;
    setJobId(null);
    void (async () => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.dataset(dataset.dataset_id) });
      await queryClient.invalidateQueries({ queryKey: queryKeys.datasets });
      const changed = queryClient.getQueryData<Dataset>(queryKeys.dataset(dataset.dataset_id));
      const number = changed?.version.number ?? before;
      toast(number === before ? t('read_again_same') : t('read_again_done', { number }));
      await navigate({ search: ({ version: _, ...rest }) => rest, replace: true });
    })();
  }, [status, dataset.dataset_id, before, queryClient, navigate, t]);
  return {
    start: start.mutate,
    job: jobId === null ? null : (job ?? null),
    busy: start.isPending || (jobId !== null && !(status !== undefined && jobEnded(status))),
    failure: start.error ?? (job?.status === 'failed' ? new Error(job.error?.message ?? '') : null),
  };
}
