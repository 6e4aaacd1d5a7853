import type { Dataset, DatasetVersion } from '@stroma/contracts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';

const route = getRouteApi('/frame/data/$datasetId');

/** What every tab of a dataset is about. */
export interface DatasetPart {
  dataset: Dataset;
  version: DatasetVersion;
}

export const versionsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: queryKeys.datasetPart(datasetId, 'versions'),
    queryFn: ({ signal }) =>
      client.datasets.versions({ params: { id: datasetId }, query: { limit: 200 }, signal }),
  });

/** The version the address names, or the newest. */
export function useShownVersion(dataset: Dataset): DatasetVersion {
  const { version } = route.useSearch();
  const older = version !== undefined && version !== dataset.version.version_id;
  const { data } = useQuery({ ...versionsQuery(dataset.dataset_id), enabled: older });
  return (older ? data?.items.find((each) => each.version_id === version) : undefined) ?? dataset.version;
}

export const profileQuery = ({ dataset, version }: DatasetPart) =>
  queryOptions({
    queryKey: queryKeys.datasetPart(dataset.dataset_id, 'profile', { version: version.version_id }),
    queryFn: ({ signal }) =>
      client.datasets.profile({
        params: { id: dataset.dataset_id },
        query: { version_id: version.version_id },
        signal,
      }),
  });
