import type { Training } from '@stroma/contracts';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../../../lib/client.ts';
import { jobEnded } from '../../../lib/jobs.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

/** The stream tells of each step; this tells how it ended. */
const everyMs = 2000;

export const trainingQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.training(id),
    queryFn: ({ signal }) => client.training.get({ params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data && jobEnded(state.data.status) ? false : everyMs),
  });

export const runningTrainingsQuery = queryOptions({
  queryKey: queryKeys.trainingList({ status: 'running' }),
  queryFn: ({ signal }) => client.training.list({ query: { status: 'running', limit: 10 }, signal }),
  refetchInterval: 10_000,
});

/** What can be learned on from. */
export const baseModelsQuery = queryOptions({
  queryKey: queryKeys.baseModels,
  queryFn: ({ signal }) => client.training.baseModels({ signal }),
});

/** Of the version a training made, or of one of a model. */
export const evaluationQuery = (modelId: string, number: number) =>
  queryOptions({
    queryKey: queryKeys.modelPart(modelId, 'evaluation', { number }),
    queryFn: ({ signal }) =>
      client.predictions.metrics({ params: { id: modelId }, query: { version: String(number) }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** Seconds it may take; null where nothing says so. */
export function limitOf({ parameters }: Training): number | null {
  const { time_limit_s: limit } = parameters;
  return typeof limit === 'number' ? limit : null;
}
