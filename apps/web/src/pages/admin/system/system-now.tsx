import type { SystemState } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { panelClass } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo, formatCount, formatDuration, formatNumber, formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { Meters } from './meters.tsx';
import { Sparkline } from './sparkline.tsx';
import { SystemTables } from './system-tables.tsx';

const everyMs = 5_000;
const remembered = 60;

/** The installation as it stands, read again every five seconds while the page is looked at. */
export function SystemNow() {
  const { t } = useTranslation('system');
  const { data, error, refetch, dataUpdatedAt } = useQuery({
    queryKey: queryKeys.systemState,
    queryFn: ({ signal }) => client.system.state({ signal }),
    refetchInterval: everyMs,
  });
  const rates = useLastRates(data, dataUpdatedAt);
  if (data === undefined)
    return error ? (
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    ) : (
      <SkeletonRows rows={4} className="h-24" />
    );
  return (
    <div className="grid grid-cols-1 gap-8">
      {error && (
        <Notice tone="warning" title={t('not_answering')}>
          {t('last_figures', { when: formatAgo(data.at) })}
        </Notice>
      )}
      <ActiveAlerts state={data} />
      <Figures state={data} rates={rates} />
      <Meters state={data} />
      <SystemTables state={data} />
      <p className="text-small text-ink-faint">
        {t('as_of', { time: formatTime(data.at), host: data.host })}
      </p>
    </div>
  );
}

/** Requests a second as they were told since the page was opened, the last five minutes of it. */
function useLastRates(state: SystemState | undefined, updatedAt: number): readonly number[] {
  const [rates, setRates] = useState<readonly number[]>([]);
  const rate = state?.requests.per_second;
  useEffect(() => {
    if (rate !== undefined && updatedAt > 0) setRates((before) => [...before, rate].slice(-remembered));
  }, [rate, updatedAt]);
  return rates;
}

function ActiveAlerts({ state }: { state: SystemState }) {
  const { t } = useTranslation('system');
  const active = state.alerts.filter(({ status }) => status === 'active');
  if (active.length === 0) return null;
  return (
    <div className="grid gap-2">
      {active.map((alert) => (
        <Notice
          key={alert.alert_id}
          tone={alert.highest_percent >= 95 ? 'critical' : 'warning'}
          title={t(`alert_${alert.measure}`, { percent: formatNumber(Math.round(alert.highest_percent)) })}
        >
          <p>{t(`advice_${alert.measure}`)}</p>
          <p className="mt-1 text-small">
            {t('alert_facts', {
              host: alert.host,
              when: formatTime(alert.raised_at),
              threshold: alert.threshold_percent,
            })}
          </p>
        </Notice>
      ))}
    </div>
  );
}

const ms = (value: number | null): string => (value === null ? '–' : formatDuration(value));
const rate = (value: number): string => formatNumber(value, 3);

function Figures({ state, rates }: { state: SystemState; rates: readonly number[] }) {
  const { t } = useTranslation('system');
  const { requests, statements, transactions, jobs, events } = state;
  const timesOf = ({ p50_ms, p99_ms }: SystemState['requests']) =>
    p99_ms === null ? t('none_in_minute') : t('p50_p99', { p50: ms(p50_ms), p99: ms(p99_ms) });
  const waiting = jobs.open.reduce((sum, each) => sum + each.waiting, 0);
  const running = jobs.open.reduce((sum, each) => sum + each.running, 0);
  const oldest = Math.max(0, ...jobs.open.map((each) => each.oldest_seconds));
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Figure
        name={t('requests')}
        value={rate(requests.per_second)}
        unit={t('per_second')}
        note={t('failed_in_minute', { count: requests.failed, shown: formatCount(requests.failed) })}
        tone={requests.failed > 0 ? 'critical' : undefined}
        drawing={<Sparkline values={rates} />}
      />
      <Figure
        name={t('answer_time')}
        value={ms(requests.p95_ms)}
        unit={requests.p95_ms === null ? '' : t('p95')}
        note={timesOf(requests)}
      />
      <Figure
        name={t('jobs_waiting')}
        value={formatCount(waiting)}
        unit={t('running', { count: running, shown: formatCount(running) })}
        note={waiting === 0 ? t('nothing_waits') : t('oldest', { time: formatDuration(oldest * 1000) })}
      />
      <Figure
        name={t('queries')}
        value={rate(statements.per_second)}
        unit={t('per_second')}
        note={t('processes_busy', {
          busy: formatCount(statements.busy),
          processes: formatCount(statements.processes),
          waiting: formatCount(statements.waiting),
        })}
      />
      <Figure
        name={t('query_time')}
        value={ms(statements.p95_ms)}
        unit={statements.p95_ms === null ? '' : t('p95')}
        note={timesOf(statements)}
      />
      <Figure
        name={t('store')}
        value={ms(transactions.p95_ms)}
        unit={t('p95')}
        note={t('connections', {
          busy: formatCount(transactions.open - transactions.idle),
          open: formatCount(transactions.open),
          waiting: formatCount(transactions.waiting),
        })}
      />
      <Figure
        name={t('live')}
        value={formatCount(events.listeners)}
        unit={t('listeners', { count: events.listeners })}
        note={t('events_and_outbox', {
          rate: formatNumber(events.per_second, 2),
          waiting: formatCount(events.outbox_waiting),
        })}
      />
      <Figure
        name={t('errors')}
        value={formatCount(state.unseen_errors)}
        unit={t('new_errors', { count: state.unseen_errors })}
        tone={state.unseen_errors > 0 ? 'critical' : undefined}
        note={
          <Link
            to="/admin/system"
            search={{ view: 'errors' }}
            className="text-accent underline underline-offset-2"
          >
            {t('see_errors')}
          </Link>
        }
      />
    </dl>
  );
}

function Figure({
  name,
  value,
  unit,
  note,
  tone,
  drawing,
}: {
  name: string;
  value: string;
  unit: string;
  note: ReactNode;
  tone?: 'critical' | undefined;
  drawing?: ReactNode;
}) {
  return (
    <div className={`${panelClass} relative px-4 py-3`}>
      <dt className="text-small text-ink-soft">{name}</dt>
      <dd className="mt-1">
        <span className="text-title font-semibold tabular-nums">{value}</span>{' '}
        <span className="text-small text-ink-faint max-sm:block">{unit}</span>
        <span className={`block text-small ${tone === 'critical' ? 'text-critical' : 'text-ink-soft'}`}>
          {note}
        </span>
        {drawing && <span className="absolute end-4 top-4 max-sm:hidden">{drawing}</span>}
      </dd>
    </div>
  );
}
