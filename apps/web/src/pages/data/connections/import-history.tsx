import type { ImportRun } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Section } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount, formatTime } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const tones = { succeeded: 'good', unchanged: 'plain', failed: 'critical' } as const;

/** Every run of every import of a connection, newest first: what it read, what changed, how it ended. */
export function ImportHistory({ connectionId }: { connectionId: string }) {
  const { t } = useTranslation('connections');
  const pages = usePages<ImportRun>(queryKeys.sourceImports(connectionId, 'runs'), (cursor, signal) =>
    client.connections.runs({ params: { id: connectionId }, query: { limit: 20, ...cursor }, signal }),
  );
  return (
    <Section title={t('history')}>
      <PagedList
        pages={pages}
        skeleton={{ rows: 3, className: 'h-10' }}
        empty={<p className="text-ink-soft">{t('no_history')}</p>}
      >
        {(runs) => (
          <PlainTable
            label={t('history')}
            headings={[
              { label: t('ended'), className: `${cellClass} text-start` },
              { label: t('outcome'), className: `${cellClass} text-start` },
              { label: t('rows_read'), className: numberClass },
              { label: t('rows_total'), className: numberClass },
              { label: t('found'), className: `${cellClass} text-start` },
            ]}
          >
            {runs.map((run) => (
              <tr key={run.run_id}>
                <td className={`${cellClass} whitespace-nowrap`}>{formatTime(run.ended_at)}</td>
                <td className={cellClass}>
                  <Badge tone={tones[run.status]}>{t(`run_${run.status}`)}</Badge>
                </td>
                <td className={numberClass}>{formatCount(run.rows_read)}</td>
                <td className={numberClass}>{run.rows_total === null ? '–' : formatCount(run.rows_total)}</td>
                <td className={`${cellClass} min-w-56 text-small wrap-anywhere`}>
                  <Found run={run} />
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
      </PagedList>
    </Section>
  );
}

function Found({ run }: { run: ImportRun }) {
  const { t } = useTranslation('connections');
  return (
    <>
      {run.error !== null && <p className="text-critical">{run.error.message}</p>}
      {run.error === null &&
        run.changes.map(({ change, column, before, after }) => (
          <p key={`${change} ${column}`}>
            {t(`change_${change}`, { column, before: before ?? '', after: after ?? '' })}
          </p>
        ))}
      {run.left_out > 0 && <p>{t('left_out', { count: run.left_out, shown: formatCount(run.left_out) })}</p>}
      {run.misfits > 0 && <p>{t('misfits', { count: run.misfits, shown: formatCount(run.misfits) })}</p>}
      {run.cursor_to !== null && (
        <p className="text-ink-faint">
          {run.cursor_from === null
            ? t('window_to', { to: run.cursor_to })
            : t('window', { from: run.cursor_from, to: run.cursor_to })}
        </p>
      )}
      {run.error === null && run.dataset_id !== null && (
        <Link
          to="/data/$datasetId"
          params={{ datasetId: run.dataset_id }}
          className="text-accent hover:underline"
        >
          {t('open_dataset')}
        </Link>
      )}
    </>
  );
}
