import type { Model, ModelVersion } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../../../components/button.tsx';
import { useCrumbName } from '../../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { Skeleton, SkeletonRows } from '../../../components/skeleton.tsx';
import { LoadedModel } from './loaded-model.tsx';
import { modelQuery, versionsQuery } from './model-queries.ts';

const route = getRouteApi('/frame/models/$modelId');

/** A registered model: how good it is, what it goes by, what it says, and where its versions stand. */
export function ModelPage() {
  const { t } = useTranslation('models');
  const { modelId } = route.useParams();
  const { version: wanted } = route.useSearch();
  const model = useQuery(modelQuery(modelId));
  const versions = useQuery(versionsQuery(modelId));
  useCrumbName(model.data?.name ?? null);
  const error = model.error ?? versions.error;
  if (error) {
    const gone = error instanceof ApiError && error.status === 404;
    const retry = () => void Promise.all([model.refetch(), versions.refetch()]);
    return (
      <Page title={t(gone ? 'model_not_found' : 'model')}>
        {gone ? null : <ErrorNotice error={error} onRetry={retry} />}
        <Link to="/models" className={buttonClass({}, 'mt-4')}>
          {t('to_models')}
        </Link>
      </Page>
    );
  }
  if (model.data === undefined || versions.data === undefined)
    return (
      <Page title="Stroma" wide heading={<Skeleton className="h-8 w-64" />}>
        <SkeletonRows rows={8} />
      </Page>
    );
  const { items } = versions.data;
  const shown = shownVersion(model.data, items, wanted);
  return <LoadedModel key={shown?.version_id ?? ''} model={model.data} versions={items} shown={shown} />;
}

/** The version the address names; without one that in production, else the newest. */
function shownVersion(
  { stages }: Model,
  versions: readonly ModelVersion[],
  wanted: number | undefined,
): ModelVersion | null {
  const number = wanted ?? stages.production;
  return versions.find((each) => each.number === number) ?? versions[0] ?? null;
}
