import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Database } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { allDatasetsQuery, useLoadSamples } from '../../lib/datasets.ts';
import { emptyDraft } from './definition-draft.ts';
import { ViewForm } from './view-form.tsx';

/** A new definition of features. */
export function NewViewPage() {
  const { t } = useTranslation('features');
  const navigate = useNavigate();
  const samples = useLoadSamples();
  const { data, error, refetch } = useQuery(allDatasetsQuery);
  useCrumbName(t('new'));
  return (
    <Page wide title={t('new')} intro={t('new_intro')}>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={6} className="h-12" />
      ) : data.items.length === 0 ? (
        <EmptyState
          icon={Database}
          title={t('no_datasets')}
          action={
            <Button disabled={samples.isPending} onClick={() => samples.mutate()}>
              {t('load_samples')}
            </Button>
          }
        >
          {t('no_datasets_text')}
        </EmptyState>
      ) : (
        <ViewForm
          initial={emptyDraft}
          datasets={data.items}
          view={null}
          onSaved={({ view_id }) =>
            void navigate({ to: '/models/features/$viewId', params: { viewId: view_id } })
          }
        />
      )}
    </Page>
  );
}
