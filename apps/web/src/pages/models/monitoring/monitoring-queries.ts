import { queryOptions } from '@tanstack/react-query';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

/** A monitor looks by the clock: its page notices within this time. */
const everyMs = 15_000;

export const monitorsQuery = queryOptions({
  queryKey: queryKeys.monitorList({ limit: 200 }),
  queryFn: ({ signal }) => client.modelMonitoring.list({ query: { limit: 200 }, signal }),
  refetchInterval: everyMs,
});

export const monitorsOfModelQuery = (model_id: string) =>
  queryOptions({
    queryKey: queryKeys.monitorList({ model_id }),
    queryFn: ({ signal }) => client.modelMonitoring.list({ query: { model_id, limit: 50 }, signal }),
    refetchInterval: everyMs,
  });

export const checksQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.monitorPart(id, 'checks'),
    queryFn: ({ signal }) => client.modelMonitoring.checks({ params: { id }, query: { limit: 30 }, signal }),
  });

export const checkQuery = (id: string, check_id: string) =>
  queryOptions({
    queryKey: queryKeys.monitorPart(id, 'check', { check_id }),
    queryFn: ({ signal }) => client.modelMonitoring.getCheck({ params: { id, check_id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const firingsQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.monitorPart(id, 'firings'),
    queryFn: ({ signal }) => client.modelMonitoring.firings({ params: { id }, query: { limit: 20 }, signal }),
  });

export const retrainingsQuery = (id: string, goesOn: boolean) =>
  queryOptions({
    queryKey: queryKeys.monitorPart(id, 'retrainings'),
    queryFn: ({ signal }) =>
      client.modelMonitoring.retrainings({ params: { id }, query: { limit: 20 }, signal }),
    refetchInterval: goesOn ? 3000 : false,
  });

export const predictionLogQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.modelPart(id, 'prediction-log'),
    queryFn: ({ signal }) => client.predictions.log({ params: { id }, signal }),
  });
