import type { Run } from '@stroma/contracts';
import { useNavigate } from '@tanstack/react-router';
import { GitCompareArrows } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { SearchField } from '../../../components/search-field.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo, formatDuration, formatTime } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { metricsByWeight, metricText } from '../metric-text.ts';
import { RunFacts } from './run-facts.tsx';
import { RunStatusMark } from './run-status.tsx';

const most = 20;
const shownMetrics = 3;
const wide = `${cellClass} max-lg:hidden`;
/** A narrow page has room for the first metric alone. */
const metricClass = (at: number) => (at === 0 ? numberClass : `${numberClass} max-sm:hidden`);

export function RunList({ experimentId }: { experimentId: string }) {
  const { t } = useTranslation('models');
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [open, setOpen] = useState<Run | null>(null);
  const query = { experiment_id: experimentId, limit: 50, ...(filter !== '' && { filter }) };
  const pages = usePages(queryKeys.runList(query), (cursor, signal) =>
    client.experiments.runs({ query: { ...query, ...cursor }, signal }),
  );
  const toggle = (id: string) =>
    setChosen((now) => (now.includes(id) ? now.filter((each) => each !== id) : [...now, id].slice(-most)));
  return (
    <>
      <form
        className="mb-4 flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          setFilter(typed.trim());
        }}
      >
        <SearchField
          code
          label={t('find_runs')}
          placeholder={t('find_runs_example')}
          value={typed}
          onText={(text) => {
            setTyped(text);
            if (text === '') setFilter('');
          }}
          className="w-96! min-w-0 flex-1 sm:flex-none"
        />
        <Button type="submit">{t('find')}</Button>
        <span className="flex-1 max-sm:hidden" />
        <Button
          look="primary"
          disabled={chosen.length < 2}
          onClick={() => void navigate({ to: '/models/comparison', search: { runs: chosen.join(',') } })}
        >
          <GitCompareArrows size={16} aria-hidden />
          {chosen.length < 2 ? t('compare') : t('compare_runs', { count: chosen.length })}
        </Button>
      </form>
      <PagedList
        pages={pages}
        empty={<p className="text-ink-soft">{t(filter === '' ? 'no_runs' : 'none_found')}</p>}
      >
        {(items) => {
          const keys = metricKeys(items);
          return (
            <PlainTable
              label={t('runs')}
              headings={[
                { label: t('choose'), unseen: true, className: 'w-10' },
                { label: t('run'), className: `${cellClass} text-start` },
                { label: t('state'), className: `${cellClass} text-start max-sm:hidden` },
                ...keys.map((label, at) => ({ label, className: metricClass(at) })),
                { label: t('took'), className: `${numberClass} max-md:hidden` },
                { label: t('owner'), className: `${wide} text-start` },
                { label: t('began'), className: `${wide} text-start` },
              ]}
            >
              {items.map((run) => (
                <tr key={run.run_id} className="hover:bg-hover">
                  <td className="ps-4">
                    <input
                      type="checkbox"
                      aria-label={t('choose_run', { name: run.name })}
                      checked={chosen.includes(run.run_id)}
                      onChange={() => toggle(run.run_id)}
                      className="block size-4 accent-accent"
                    />
                  </td>
                  <td className={cellClass}>
                    <button
                      type="button"
                      className="rounded text-start font-medium hover:text-accent wrap-anywhere"
                      onClick={() => setOpen(run)}
                    >
                      {run.name}
                    </button>
                  </td>
                  <td className={`${cellClass} max-sm:hidden`}>
                    <RunStatusMark status={run.status} />
                  </td>
                  {keys.map((key, at) => (
                    <td key={key} className={metricClass(at)}>
                      {run.metrics[key] === undefined ? t('nothing') : metricText(run.metrics[key].value)}
                    </td>
                  ))}
                  <td className={`${numberClass} max-md:hidden`}>
                    {run.ended_at === null
                      ? t('nothing')
                      : formatDuration(Date.parse(run.ended_at) - Date.parse(run.started_at))}
                  </td>
                  <td className={wide}>{run.created_by.name ?? t('nothing')}</td>
                  <td className={wide}>
                    <time dateTime={run.started_at} title={formatTime(run.started_at)}>
                      {formatAgo(run.started_at)}
                    </time>
                  </td>
                </tr>
              ))}
            </PlainTable>
          );
        }}
      </PagedList>
      <Dialog open={open !== null} onOpenChange={() => setOpen(null)}>
        {open !== null && (
          <DialogContent side title={open.name} description={t('run_intro')}>
            <RunFacts run={open} />
          </DialogContent>
        )}
      </Dialog>
    </>
  );
}

/** Those that most runs have, and of these what models are judged by first. */
function metricKeys(runs: readonly Run[]): string[] {
  const counts = new Map<string, number>();
  for (const { metrics } of runs)
    for (const key of Object.keys(metrics)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return metricsByWeight(Object.fromEntries(counts))
    .map(([key]) => key)
    .toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
    .slice(0, shownMetrics);
}
