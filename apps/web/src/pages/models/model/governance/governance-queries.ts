import { queryOptions } from '@tanstack/react-query';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';

export const governanceQuery = (id: string, number: number) =>
  queryOptions({
    queryKey: queryKeys.modelPart(id, 'governance', { number }),
    queryFn: ({ signal }) => client.modelGovernance.version({ params: { id, number }, signal }),
    // Predictions come in while the page is elsewhere.
    refetchOnMount: 'always',
  });

export const recordsQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.modelPart(id, 'records'),
    queryFn: ({ signal }) => client.modelGovernance.records({ params: { id }, query: { limit: 50 }, signal }),
  });

export const recordQuery = (modelId: string, recordId: string) =>
  queryOptions({
    queryKey: queryKeys.modelPart(modelId, 'record', { recordId }),
    queryFn: ({ signal }) => client.modelGovernance.record({ params: { id: recordId }, signal }),
  });

export const reviewsQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.modelPart(id, 'reviews'),
    queryFn: ({ signal }) =>
      client.modelGovernance.reviews({ params: { id }, query: { limit: 50, state: 'waiting' }, signal }),
    refetchOnMount: 'always',
  });

export const criticalPolicyQuery = queryOptions({
  queryKey: [...queryKeys.model('critical-policy')],
  queryFn: ({ signal }) => client.modelGovernance.policy({ signal }),
});
