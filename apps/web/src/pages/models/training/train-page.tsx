import type { Dataset } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Database } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { useCrumbName } from '../../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { allDatasetsQuery, datasetQuery, useLoadSamples } from '../../../lib/datasets.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { DatasetField } from '../dataset-field.tsx';
import { TrainForm } from './train-form.tsx';

const route = getRouteApi('/frame/models/train');

/** What is to be predicted, by what it is judged, and how long may be looked: then the training begins. */
export function TrainPage() {
  const { t } = useTranslation('models');
  const { dataset: id } = route.useSearch();
  useCrumbName(t('train'));
  return (
    <Page wide title={t('train')} intro={t('train_intro')}>
      {id === undefined ? <DatasetChoice /> : <OfDataset id={id} />}
    </Page>
  );
}

function OfDataset({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(datasetQuery(id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={8} className="h-12" />;
  return <OfVersion key={data.version.version_id} dataset={data} />;
}

function OfVersion({ dataset }: { dataset: Dataset }) {
  const { dataset_id: datasetId, version } = dataset;
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.datasetPart(datasetId, 'profile', { version: version.version_id }),
    queryFn: ({ signal }) =>
      client.datasets.profile({
        params: { id: datasetId },
        query: { version_id: version.version_id },
        signal,
      }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={8} className="h-12" />;
  return <TrainForm dataset={dataset} profile={data} />;
}

function DatasetChoice() {
  const { t } = useTranslation('models');
  const navigate = route.useNavigate();
  const samples = useLoadSamples();
  const { data, error, refetch } = useQuery(allDatasetsQuery);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={2} />;
  if (data.items.length === 0)
    return (
      <EmptyState
        icon={Database}
        title={t('no_datasets')}
        action={
          <Button look="primary" disabled={samples.isPending} onClick={() => samples.mutate()}>
            {t('load_samples')}
          </Button>
        }
      >
        {t('no_datasets_text')}
      </EmptyState>
    );
  return (
    <div className="max-w-md">
      <DatasetField
        label={t('dataset')}
        value=""
        onPick={(id) => void navigate({ search: { dataset: id }, replace: true })}
      />
    </div>
  );
}
