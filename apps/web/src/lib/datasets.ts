import type { Dataset } from '@stroma/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { client } from './client.ts';
import { queryKeys } from './query-keys.ts';
import { toast } from './toasts.ts';

export const datasetQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.dataset(id),
    queryFn: ({ signal }) => client.datasets.get({ params: { id }, signal }),
  });

export const recentDatasetsQuery = queryOptions({
  queryKey: queryKeys.datasetList({ limit: 6 }),
  queryFn: ({ signal }) => client.datasets.list({ query: { limit: 6 }, signal }),
});

/** Every dataset, for pickers; beyond 200 the person searches by name. */
export const allDatasetsQuery = queryOptions({
  queryKey: queryKeys.datasetList({ limit: 200, sort: 'name' }),
  queryFn: ({ signal }) => client.datasets.list({ query: { limit: 200, sort: 'name' }, signal }),
});

export const historyQuery = (limit: number) =>
  queryOptions({
    queryKey: queryKeys.historyList({ limit }),
    queryFn: ({ signal }) => client.queries.history({ query: { limit }, signal }),
  });

interface Asked {
  question: string | null;
  sql: string | null;
  dataset_ids: string[];
}

/** The part of the address that asks it again. */
export const askedAgain = ({ question, sql, dataset_ids }: Asked) => ({
  datasets: dataset_ids.join(','),
  ...(question ? { q: question } : sql ? { sql } : {}),
});

/** The newest of each question about the same datasets. */
export function withoutRepeats<Item extends Asked>(items: readonly Item[]): Item[] {
  const seen = new Set<string>();
  return items.filter(({ question, sql, dataset_ids }) => {
    const key = JSON.stringify([question ?? sql, dataset_ids.toSorted()]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Deletes at once and offers to undo it. */
export function useDeleteDataset() {
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.datasets });
  const failed = (error: Error) => toast(error.message, { tone: 'critical' });
  const restore = useMutation({
    mutationFn: ({ dataset_id }: Dataset) => client.datasets.restore({ params: { id: dataset_id } }),
    onSuccess: ({ name }) => toast(i18next.t('data:restored', { name })),
    onError: failed,
    onSettled: refresh,
  });
  return useMutation({
    mutationFn: ({ dataset_id }: Dataset) => client.datasets.remove({ params: { id: dataset_id } }),
    onSuccess: (_, dataset) => {
      toast(i18next.t('data:deleted', { name: dataset.name }), {
        action: { label: i18next.t('common:undo'), run: () => restore.mutate(dataset) },
      });
    },
    onError: failed,
    onSettled: refresh,
  });
}

export function useLoadSamples() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => client.datasets.loadSamples(),
    onSuccess: () => {
      toast(i18next.t('data:samples_loading'));
      void queryClient.invalidateQueries({ queryKey: queryKeys.jobs });
      void queryClient.invalidateQueries({ queryKey: queryKeys.datasets });
    },
    onError: (error) => toast(error.message, { tone: 'critical' }),
  });
}
