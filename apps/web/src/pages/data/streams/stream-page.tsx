import type { Topic } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import clsx from 'clsx';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Facts } from '../../../components/facts.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Page, Section } from '../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo, formatBytes, formatCount, formatMoment, formatNumber } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { StreamWindows } from './stream-windows.tsx';

const route = getRouteApi('/frame/data/streams/$topicId');
const refreshMs = 2000;

/** One topic: how much comes, what came last, its columns and its windows. */
export function StreamPage() {
  const { t } = useTranslation('streams');
  const { topicId: id } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.topic(id),
    queryFn: ({ signal }) => client.streams.get({ params: { id }, signal }),
    refetchInterval: refreshMs,
  });
  if (error)
    return (
      <Page title={t('title')}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </Page>
    );
  if (data === undefined)
    return (
      <Page title={t('title')}>
        <SkeletonRows rows={4} className="h-14" />
      </Page>
    );
  return <Loaded topic={data} />;
}

function Loaded({ topic }: { topic: Topic }) {
  const { t } = useTranslation('streams');
  const { topic_id: id } = topic;
  const mayChange = usePermission('streams:write');
  const [removing, setRemoving] = useState(false);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.topics });
  const land = useMutation({
    mutationFn: () => client.streams.land({ params: { id } }),
    onSuccess: () => toast(t('landed')),
    onSettled: refresh,
  });
  return (
    <Page
      title={topic.name}
      intro={
        <span className="flex flex-wrap items-center gap-2 wrap-anywhere">
          <Link to="/data/streams" className="text-accent hover:underline">
            {t('title')}
          </Link>
          <span className="min-w-0">{topic.description}</span>
        </span>
      }
      actions={
        <>
          {mayChange && (
            <>
              <Button look="quiet" onClick={() => setRemoving(true)}>
                {t('remove')}
              </Button>
              <Button disabled={land.isPending} onClick={() => land.mutate()}>
                {t(land.isPending ? 'landing' : 'land')}
              </Button>
            </>
          )}
          <Link
            to="/data/$datasetId"
            params={{ datasetId: topic.dataset_id }}
            className={buttonClass({ look: 'primary' })}
          >
            {t('open_dataset')}
          </Link>
        </>
      }
    >
      <div className="grid grid-cols-1 gap-10">
        {land.error !== null && <ErrorNotice error={land.error} />}
        <Facts
          facts={[
            [t('per_second'), formatNumber(topic.events_per_second, 3)],
            [t('accepted'), formatCount(topic.next_offset)],
            [t('waiting'), formatCount(topic.next_offset - topic.landed_offset)],
            [t('last_landed'), topic.landed_at === null ? t('never') : formatAgo(topic.landed_at)],
            [t('kept'), formatBytes(topic.kept_bytes)],
            [t('listening'), formatCount(topic.consumers)],
          ]}
        />
        <NewestEvents topic={topic} />
        <StreamWindows topic={topic} mayChange={mayChange} />
        <Section title={t('schema')}>
          <PlainTable
            label={t('schema')}
            headings={[{ label: t('name') }, { label: t('type') }, { label: t('required') }].map((each) => ({
              ...each,
              className: `${cellClass} text-start`,
            }))}
          >
            {topic.columns.map(({ name, type, required }) => (
              <tr key={name}>
                <td className={`${cellClass} font-mono`}>{name}</td>
                <td className={cellClass}>{type}</td>
                <td className={cellClass}>{t(required ? 'yes' : 'no')}</td>
              </tr>
            ))}
          </PlainTable>
        </Section>
      </div>
      {removing && (
        <ConfirmDialog
          title={t('remove_title')}
          text={t('remove_text', { count: topic.next_offset - topic.first_offset })}
          button={t('remove')}
          danger
          onClose={() => setRemoving(false)}
          run={async () => {
            await client.streams.remove({ params: { id } });
            await navigate({ to: '/data/streams' });
            await refresh();
          }}
        />
      )}
    </Page>
  );
}

function NewestEvents({ topic }: { topic: Topic }) {
  const { t } = useTranslation('streams');
  const { topic_id: id, name, columns } = topic;
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.topicEvents(id),
    queryFn: ({ signal }) => client.streams.events({ params: { id }, query: { limit: 20 }, signal }),
    refetchInterval: refreshMs,
    retry: false,
  });
  const send = `curl -H 'authorization: Bearer …' -H 'content-type: application/x-ndjson' --data-binary @events.ndjson ${location.origin}/api/v1/streams/${name}`;
  return (
    <Section title={t('newest')}>
      {error instanceof ApiError && error.code === 'FORBIDDEN' ? (
        <Notice tone="info" title={t('newest')}>
          {t('not_whole')}
        </Notice>
      ) : error !== null ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={5} className="h-10" />
      ) : data.items.length === 0 ? (
        <div className="grid gap-2">
          <p className="text-ink-soft">{t('no_events')}</p>
          <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-small">{send}</pre>
        </div>
      ) : (
        <PlainTable
          label={t('newest')}
          headings={[
            { label: t('offset'), className: `${cellClass} text-end` },
            { label: t('received'), className: `${cellClass} text-start` },
            ...columns.map((column) => ({
              label: column.name,
              className: `${cellClass} ${isNumber(column.type) ? 'text-end' : 'text-start'}`,
            })),
          ]}
        >
          {data.items.map((event) => (
            <tr key={event.offset}>
              <td className={`${numberClass} tabular-nums text-ink-faint`}>{event.offset}</td>
              <td className={`${cellClass} whitespace-nowrap`}>{formatMoment(event.received_at)}</td>
              {columns.map((column) => (
                <td
                  key={column.name}
                  className={
                    isNumber(column.type)
                      ? `${numberClass} tabular-nums`
                      : clsx(cellClass, column.type === 'timestamp' && 'whitespace-nowrap')
                  }
                >
                  {shownValue(column.type, event.data[column.name])}
                </td>
              ))}
            </tr>
          ))}
        </PlainTable>
      )}
    </Section>
  );
}

type ColumnType = Topic['columns'][number]['type'];

const isNumber = (type: ColumnType): boolean => type === 'integer' || type === 'number';

function shownValue(type: ColumnType, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (type === 'number') return formatNumber(Number(value), 6);
  return type === 'timestamp' ? formatMoment(String(value)) : String(value);
}
