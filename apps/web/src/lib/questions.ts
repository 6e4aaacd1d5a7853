import type { Answer, Dataset } from '@stroma/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Correction } from '../search-parameters.ts';
import { client } from './client.ts';
import { queryClient } from './query-client.ts';
import { queryKeys } from './query-keys.ts';

export interface AnswerRequest {
  datasetIds: readonly string[];
  question: string | undefined;
  sql: string | undefined;
  corrections: readonly Correction[];
}

/** Runs the SQL when there is some, otherwise asks the question; the same request is answered once. */
export const answerQuery = (request: AnswerRequest) =>
  queryOptions({
    queryKey: queryKeys.answer(request),
    queryFn: async ({ signal }): Promise<Answer> => {
      const dataset_ids = [...request.datasetIds];
      const answer =
        request.sql !== undefined
          ? await client.queries.sql({ body: { sql: request.sql, dataset_ids }, signal })
          : await client.queries.natural({
              body: {
                question: request.question ?? '',
                dataset_ids,
                ...(request.corrections.length > 0 && { corrections: [...request.corrections] }),
              },
              signal,
            });
      void queryClient.invalidateQueries({ queryKey: queryKeys.history });
      return answer;
    },
    enabled: request.datasetIds.length > 0 && Boolean(request.sql ?? request.question),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const suggestionsQuery = (datasetIds: readonly string[]) =>
  queryOptions({
    queryKey: queryKeys.suggestions(datasetIds),
    queryFn: ({ signal }) =>
      client.queries.suggestions({ query: { dataset_ids: datasetIds.join(','), limit: 6 }, signal }),
    enabled: datasetIds.length > 0,
    staleTime: 300_000,
  });

/** Tables and columns as the SQL editor completes them; a single dataset is also `dataset`. */
export function schemaOf(datasets: readonly Dataset[]): Record<string, string[]> {
  const tables = datasets.map(({ table_name, version }) => [
    table_name,
    version.columns.map(({ name }) => name),
  ]);
  const only =
    datasets.length === 1 ? [['dataset', datasets[0]?.version.columns.map(({ name }) => name) ?? []]] : [];
  return Object.fromEntries([...tables, ...only]) as Record<string, string[]>;
}
