import type { Job } from '@stroma/contracts';
import { queryOptions } from '@tanstack/react-query';
import { client } from './client.ts';
import { queryKeys } from './query-keys.ts';

export const jobEnded = (status: Job['status']): boolean => status !== 'queued' && status !== 'running';

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.job(id),
    queryFn: ({ signal }) => client.jobs.get({ params: { id }, signal }),
    /** The stream tells of changes; this only covers the time when it is broken. */
    refetchInterval: ({ state }) => (state.data && jobEnded(state.data.status) ? false : 5000),
  });

/** The newest jobs, which every list and indicator of the page shares. */
export const recentJobsQuery = queryOptions({
  queryKey: queryKeys.jobList({ limit: 50 }),
  queryFn: ({ signal }) => client.jobs.list({ query: { limit: 50 }, signal }),
});

/** The dataset a job made, when it made one. */
export function datasetOf(job: Job): string | null {
  const id = job.result?.dataset_id;
  return typeof id === 'string' ? id : null;
}
