import type { FeatureView, FeatureViewDefinition } from '@stroma/contracts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';

export const viewQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.featureView(id),
    queryFn: ({ signal }) => client.features.get({ params: { id }, signal }),
  });

/** Every view, for the choice of features. */
export const allViewsQuery = queryOptions({
  queryKey: queryKeys.featureList({ limit: 200 }),
  queryFn: ({ signal }) => client.features.list({ query: { limit: 200 }, signal }),
});

export const previewQuery = (definition: FeatureViewDefinition | null) =>
  queryOptions({
    queryKey: queryKeys.featurePreview(definition ?? {}),
    queryFn: ({ signal }) => client.features.preview({ body: definition as FeatureViewDefinition, signal }),
    enabled: definition !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

/** What a view was defined by, to be shown and changed. */
export const definitionOf = (view: FeatureView): FeatureViewDefinition => ({
  name: view.name,
  description: view.description,
  tags: view.tags,
  entity: view.entity,
  dataset_ids: view.dataset_ids,
  sql: view.sql,
  event_time: view.event_time,
  available_time: view.available_time,
  features: view.features.map(({ name, description, unit }) => ({ name, description, unit })),
  ttl_seconds: view.ttl_seconds,
});
