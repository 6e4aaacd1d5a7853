import type { SubjectRequest } from '@stroma/contracts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download, Inbox } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../../components/button.tsx';
import { EmptyState } from '../../../../components/empty-state.tsx';
import { Select } from '../../../../components/field.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Page } from '../../../../components/page.tsx';
import { cellClass as cell, PlainTable } from '../../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { formatTime } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import { ReceiveDialog, requestKinds } from './receive-dialog.tsx';
import { RequestStatus } from './request-status.tsx';

const route = getRouteApi('/frame/admin/privacy/');
const statuses = ['open', 'in_progress', 'done', 'refused', 'withdrawn'] as const;

/** The register of what persons asked for. */
export function RequestsPage() {
  const { t } = useTranslation('privacy');
  const { t: common } = useTranslation();
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const mayChange = usePermission('privacy:write');
  const [receiving, setReceiving] = useState(false);
  const query = { limit: 50, ...filters };
  const list = useInfiniteQuery({
    queryKey: queryKeys.subjectRequestList(query),
    queryFn: ({ pageParam, signal }) =>
      client.subjectRequests.list({
        query: { ...query, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const requests = list.data?.pages.flatMap(({ items }) => items);
  const isFiltered = Object.keys(filters).length > 0;
  const choose = (change: object) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const receive = mayChange && (
    <Button look="primary" onClick={() => setReceiving(true)}>
      <Inbox size={16} aria-hidden />
      {t('receive')}
    </Button>
  );
  return (
    <Page
      wide
      title={t('requests_title')}
      intro={t('requests_intro')}
      actions={
        <>
          <a
            className={buttonClass({})}
            href={client.subjectRequests.export.url({ query: filters })}
            download
          >
            <Download size={16} aria-hidden />
            {t('export_csv')}
          </a>
          {requests !== undefined && (requests.length > 0 || isFiltered) && receive}
        </>
      }
    >
      <div className="grid grid-cols-1 gap-4">
        <div className="flex flex-wrap items-center gap-3">
          <Select
            aria-label={t('kind')}
            className="!w-44"
            value={filters.kind ?? ''}
            onChange={({ target }) => choose({ kind: target.value === '' ? undefined : target.value })}
          >
            <option value="">{t('any_kind')}</option>
            {requestKinds.map((each) => (
              <option key={each} value={each}>
                {t(`kind_${each}`)}
              </option>
            ))}
          </Select>
          <Select
            aria-label={t('status')}
            className="!w-44"
            value={filters.status ?? ''}
            onChange={({ target }) => choose({ status: target.value === '' ? undefined : target.value })}
          >
            <option value="">{t('any_status')}</option>
            {statuses.map((each) => (
              <option key={each} value={each}>
                {t(`status_${each}`)}
              </option>
            ))}
          </Select>
          <label className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={filters.overdue === 'true'}
              onChange={({ target }) => choose({ overdue: target.checked ? 'true' : undefined })}
            />
            {t('only_overdue')}
          </label>
        </div>
        {list.error ? (
          <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
        ) : requests === undefined ? (
          <SkeletonRows rows={5} className="h-12" />
        ) : requests.length === 0 ? (
          isFiltered ? (
            <p className="text-ink-soft">{t('no_match')}</p>
          ) : (
            <EmptyState icon={Inbox} title={t('no_request')} action={receive}>
              {t('no_request_text')}
            </EmptyState>
          )
        ) : (
          <RequestTable requests={requests} />
        )}
        {list.hasNextPage && (
          <div className="flex justify-center">
            <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {common('show_more')}
            </Button>
          </div>
        )}
      </div>
      {receiving && <ReceiveDialog onClose={() => setReceiving(false)} />}
    </Page>
  );
}

function RequestTable({ requests }: { requests: readonly SubjectRequest[] }) {
  const { t } = useTranslation('privacy');
  return (
    <PlainTable
      label={t('requests')}
      headings={[
        { label: t('subject') },
        { label: t('kind') },
        { label: t('status') },
        { label: t('due') },
        { label: t('received'), className: `${cell} hidden md:table-cell` },
        { label: t('handler'), className: `${cell} hidden md:table-cell` },
      ]}
    >
      {requests.map((request) => (
        <tr key={request.request_id}>
          <td className={cell}>
            <Link
              to="/admin/privacy/requests/$requestId"
              params={{ requestId: request.request_id }}
              className="block min-w-24 font-medium text-accent wrap-anywhere hover:underline"
            >
              {request.subject ?? t('erased_person')}
            </Link>
          </td>
          <td className={cell}>
            {t(`kind_${request.kind}`)}
            <span className="block text-small text-ink-faint">{request.article}</span>
          </td>
          <td className={cell}>
            <RequestStatus request={request} />
          </td>
          <td className={cell}>{formatTime(request.extended?.until ?? request.due_at)}</td>
          <td className={`${cell} hidden text-ink-soft md:table-cell`}>{formatTime(request.received_at)}</td>
          <td className={`${cell} hidden text-ink-soft md:table-cell`}>
            {request.handler?.name ?? t('nobody')}
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}
