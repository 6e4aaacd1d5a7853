import type { Model, ModelVersion } from '@stroma/contracts';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

/** What every part of a model's page is about. */
export interface ModelPart {
  model: Model;
  version: ModelVersion;
}

export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.model(id),
    queryFn: ({ signal }) => client.models.get({ params: { id }, signal }),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.modelPart(id, 'versions'),
    queryFn: ({ signal }) => client.models.versions({ params: { id }, query: { limit: 200 }, signal }),
  });

export const deletedVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.modelPart(id, 'versions', { deleted: true }),
    queryFn: ({ signal }) =>
      client.models.versions({ params: { id }, query: { limit: 200, deleted: 'true' }, signal }),
  });

export const comparisonQuery = (id: string, from: number, to: number) =>
  queryOptions({
    queryKey: queryKeys.modelPart(id, 'comparison', { from, to }),
    queryFn: ({ signal }) => client.models.compare({ params: { id }, query: { from, to }, signal }),
  });

export const promotionsQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.modelPart(id, 'promotions'),
    queryFn: ({ signal }) => client.models.promotions({ params: { id }, query: { limit: 50 }, signal }),
  });

export const cardQuery = ({ model_id: id, number }: ModelVersion) =>
  queryOptions({
    queryKey: queryKeys.modelPart(id, 'card', { number }),
    queryFn: ({ signal }) => client.models.card({ params: { id, number }, signal }),
  });
