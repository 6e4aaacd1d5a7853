import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { boardQuery } from './board-data.ts';
import { BoardDesk } from './board-desk.tsx';

const route = getRouteApi('/frame/dashboards/$dashboardId');

export function BoardPage() {
  const { t } = useTranslation('dashboards');
  const { dashboardId } = route.useParams();
  const { data: board, error, refetch } = useQuery(boardQuery(dashboardId));
  useCrumbName(board?.name ?? null);
  if (error)
    return (
      <Page title={t('title')}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </Page>
    );
  if (board === undefined)
    return (
      <Page wide title={t('title')} heading={<Skeleton className="h-8 w-72" />}>
        <div className="grid gap-4 md:grid-cols-2">
          {['a', 'b', 'c', 'd'].map((key) => (
            <Skeleton key={key} className="h-80" />
          ))}
        </div>
      </Page>
    );
  return <BoardDesk key={board.dashboard_id} board={board} />;
}
