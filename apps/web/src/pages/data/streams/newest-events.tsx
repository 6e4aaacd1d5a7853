import type { KeptEvent, Topic } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation, useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import type { Cell } from '../../../lib/cell.ts';
import { client } from '../../../lib/client.ts';
import { formatMoment, formatNumber } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { fileStem, saveFile, toCsv } from '../../../lib/table-export.ts';

const refreshMs = 2000;
/** As many as can be asked for at once. */
const mostExported = 200;
const exportTypes = { csv: 'text/csv;charset=utf-8', ndjson: 'application/x-ndjson' } as const;

/** What came last, as it came, with a way to take it along. */
export function NewestEvents({ topic }: { topic: Topic }) {
  const { t } = useTranslation('streams');
  const { topic_id: id, name, columns } = topic;
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.topicEvents(id),
    queryFn: ({ signal }) => client.streams.events({ params: { id }, query: { limit: 20 }, signal }),
    refetchInterval: refreshMs,
    retry: false,
  });
  const exporting = useMutation({
    mutationFn: async (format: 'csv' | 'ndjson') => {
      const { items } = await client.streams.events({ params: { id }, query: { limit: mostExported } });
      const file = format === 'csv' ? eventsCsv(topic, items) : eventLines(items);
      saveFile(`${fileStem(name)}-events.${format}`, file, exportTypes[format]);
    },
  });
  const send = `curl -H 'authorization: Bearer …' -H 'content-type: application/x-ndjson' --data-binary @events.ndjson ${location.origin}/api/v1/streams/${name}`;
  return (
    <Section
      title={t('newest')}
      actions={
        data !== undefined &&
        data.items.length > 0 && (
          <>
            {exporting.error !== null && <span className="text-critical">{exporting.error.message}</span>}
            {(['csv', 'ndjson'] as const).map((format) => (
              <Button
                key={format}
                size="small"
                disabled={exporting.isPending}
                onClick={() => exporting.mutate(format)}
              >
                {t(`export_${format}`)}
              </Button>
            ))}
          </>
        )
      }
    >
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
                      : clsx(cellClass, column.type === 'text' ? 'min-w-28' : 'whitespace-nowrap')
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

const own = [
  { name: 'event_offset', type: 'integer' },
  { name: 'received_at', type: 'timestamp' },
] as const;

/** Oldest first, with the columns they get when they land. */
function eventsCsv({ columns }: Topic, items: readonly KeptEvent[]): string {
  const rows = items
    .toReversed()
    .map(({ offset, received_at, data }) => [
      ...columns.map(({ name }) => (data[name] ?? null) as Cell),
      offset,
      received_at,
    ]);
  return toCsv([...columns, ...own], rows);
}

const eventLines = (items: readonly KeptEvent[]): string =>
  items
    .toReversed()
    .map(
      ({ offset, received_at, data }) =>
        `${JSON.stringify({ ...data, event_offset: offset, received_at })}\n`,
    )
    .join('');
