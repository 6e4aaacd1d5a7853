import type { StreamWindow, Topic } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { cellLabel, isNumeric } from '../../../lib/cell.ts';
import { client } from '../../../lib/client.ts';
import { formatMoment } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { WindowDialog } from './window-dialog.tsx';

const refreshMs = 2000;

/** Windowed aggregates of a topic, each with what it last gave. */
export function StreamWindows({ topic, mayChange }: { topic: Topic; mayChange: boolean }) {
  const { t } = useTranslation('streams');
  const { topic_id: id } = topic;
  const [adding, setAdding] = useState(false);
  const { data } = useQuery({
    queryKey: queryKeys.topicWindows(id),
    queryFn: ({ signal }) => client.streams.windows({ params: { id }, signal }),
    refetchInterval: refreshMs,
    retry: false,
  });
  const add = mayChange && (
    <Button onClick={() => setAdding(true)}>
      <Plus size={16} aria-hidden />
      {t('add_window')}
    </Button>
  );
  return (
    <Section title={t('windows')} actions={add}>
      {data?.items.length === 0 ? (
        <p className="text-ink-soft">{t('no_windows')}</p>
      ) : (
        <div className="grid gap-6">
          {data?.items.map((window) => (
            <OneWindow key={window.window_id} window={window} mayChange={mayChange} />
          ))}
        </div>
      )}
      {adding && <WindowDialog topic={topic} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function OneWindow({ window, mayChange }: { window: StreamWindow; mayChange: boolean }) {
  const { t } = useTranslation('streams');
  const { window_id: id, topic_id } = window;
  const queryClient = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const { data } = useQuery({
    queryKey: queryKeys.windowResults(id),
    queryFn: ({ signal }) => client.streams.windowResults({ params: { id }, query: { limit: 12 }, signal }),
    refetchInterval: refreshMs,
    retry: false,
  });
  const shown = window.columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ name }) => name !== 'window_start' && name !== 'window_end');
  const start = { className: `${cellClass} text-start` };
  return (
    <article className="grid gap-2">
      <h3 className="flex flex-wrap items-center gap-2 font-medium">
        <span className="wrap-anywhere">{window.name}</span>
        <Badge>{t(`kind_${window.kind}`)}</Badge>
        {window.late_events > 0 && (
          <Badge tone="warning">{t('late_count', { count: window.late_events })}</Badge>
        )}
        {mayChange && (
          <Button look="quiet" onClick={() => setRemoving(true)}>
            {t('remove_window')}
          </Button>
        )}
      </h3>
      {window.error !== null && (
        <Notice tone="critical" title={window.name}>
          {window.error}
        </Notice>
      )}
      {data === undefined || data.items.length === 0 ? (
        <p className="text-ink-soft">{t('no_results')}</p>
      ) : (
        <PlainTable
          label={window.name}
          headings={[
            { label: t('window_begin'), ...start },
            { label: t('window_end'), ...start },
            ...shown.map(({ name, type }) => ({
              label: name,
              className: `${cellClass} ${isNumeric(type) ? 'text-end' : 'text-start'}`,
            })),
          ]}
        >
          {data.items.flatMap((result) =>
            result.rows.slice(0, 5).map((row) => (
              <tr key={`${result.window_start} ${result.window_end} ${JSON.stringify(row)}`}>
                <td className={`${cellClass} whitespace-nowrap`}>{formatMoment(result.window_start)}</td>
                <td className={`${cellClass} whitespace-nowrap`}>
                  {formatMoment(result.window_end)}{' '}
                  <Badge>{t(result.final ? 'closed_window' : 'open_window')}</Badge>
                </td>
                {shown.map(({ name, type, index }) => (
                  <td key={name} className={isNumeric(type) ? `${numberClass} tabular-nums` : cellClass}>
                    {cellLabel(row[index])}
                  </td>
                ))}
              </tr>
            )),
          )}
        </PlainTable>
      )}
      {removing && (
        <ConfirmDialog
          title={t('remove_window')}
          text={t('remove_window_text')}
          button={t('remove_window')}
          danger
          onClose={() => setRemoving(false)}
          run={async () => {
            await client.streams.removeWindow({ params: { id } });
            await queryClient.invalidateQueries({ queryKey: queryKeys.topicWindows(topic_id) });
          }}
        />
      )}
    </article>
  );
}
