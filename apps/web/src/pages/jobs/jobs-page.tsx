import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Activity } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page, panelClass } from '../../components/page.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { jobStatuses } from '../../search-parameters.ts';
import { JobItem } from './job-item.tsx';

const route = getRouteApi('/frame/jobs');

export function JobsPage() {
  const { t } = useTranslation('jobs');
  const { t: common } = useTranslation();
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const query = { limit: 30, ...(status && { status }) };
  const list = useInfiniteQuery({
    queryKey: queryKeys.jobList({ ...query, pages: true }),
    queryFn: ({ signal, pageParam }) =>
      client.jobs.list({ query: { ...query, ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  const jobs = list.data?.pages.flatMap(({ items }) => items);
  return (
    <Page title={t('title')} intro={t('intro')}>
      <div className="mb-4 overflow-x-auto pb-1">
        <Segmented
          label={t('filter')}
          value={status ?? 'all'}
          onChange={(next) =>
            void navigate({ search: { status: jobStatuses.find((each) => each === next) }, replace: true })
          }
          options={[
            { value: 'all', label: t('filter_all') },
            ...jobStatuses.map((value) => ({ value, label: common(`status_${value}`) })),
          ]}
        />
      </div>
      {list.error ? (
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : jobs === undefined ? (
        <SkeletonRows rows={6} className="h-16" />
      ) : jobs.length === 0 ? (
        <EmptyState
          icon={Activity}
          title={t(status === undefined ? 'empty_title' : 'empty_filtered')}
          action={
            <Link to="/data" className={buttonClass({})}>
              {t('empty_action')}
            </Link>
          }
        >
          {t('empty_text')}
        </EmptyState>
      ) : (
        <ul className={`${panelClass} divide-y divide-line`}>
          {jobs.map((job) => (
            <JobItem key={job.job_id} job={job} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button className="mt-4" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </Page>
  );
}
