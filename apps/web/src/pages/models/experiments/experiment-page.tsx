import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../../../components/button.tsx';
import { useCrumbName } from '../../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { RunList } from './run-list.tsx';

const route = getRouteApi('/frame/models/experiments/$experimentId');

/** The runs of an experiment: found, chosen, compared. */
export function ExperimentPage() {
  const { t } = useTranslation('models');
  const { experimentId: id } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.experiment(id),
    queryFn: ({ signal }) => client.experiments.get({ params: { id }, signal }),
  });
  useCrumbName(data?.name ?? null);
  if (error)
    return (
      <Page title={t('experiment')}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        <Link to="/models" search={{ view: 'experiments' }} className={buttonClass({}, 'mt-4')}>
          {t('to_experiments')}
        </Link>
      </Page>
    );
  return (
    <Page wide title={data?.name ?? t('experiment')} intro={data?.description}>
      {data === undefined ? <SkeletonRows rows={6} /> : <RunList experimentId={id} />}
    </Page>
  );
}
