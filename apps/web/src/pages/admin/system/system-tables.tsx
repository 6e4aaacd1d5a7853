import type { SystemState } from '@stroma/contracts';
import clsx from 'clsx';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Section } from '../../../components/page.tsx';
import { cellClass, type Heading, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatTime,
} from '../../../lib/format.ts';

const code = (text: string) => <code className="font-mono text-small wrap-anywhere">{text}</code>;

/** Queues, storage, routes, processes and what was told of. */
export function SystemTables({ state }: { state: SystemState }) {
  return (
    <div className="grid grid-cols-1 gap-8">
      <div className="grid grid-cols-1 items-start gap-8 xl:grid-cols-2">
        <div className="grid grid-cols-1 gap-8">
          <Storage storage={state.storage} cache={state.cache} />
          <Alerts alerts={state.alerts} />
        </div>
        <div className="grid grid-cols-1 gap-8">
          <Queues open={state.jobs.open} />
          <Processes processes={state.processes} />
        </div>
      </div>
      <Routes routes={state.routes} />
    </div>
  );
}

function Table({
  title,
  note,
  headings,
  empty,
  rows,
}: {
  title: string;
  note?: string;
  headings: readonly Heading[];
  empty: string;
  rows: readonly (readonly [key: string, cells: ReactNode])[];
}) {
  return (
    <Section title={title} note={note}>
      {rows.length === 0 ? (
        <p className="text-ink-soft">{empty}</p>
      ) : (
        <PlainTable label={title} headings={headings}>
          {rows.map(([key, cells]) => (
            <tr key={key}>{cells}</tr>
          ))}
        </PlainTable>
      )}
    </Section>
  );
}

const number = (label: string): Heading => ({ label, className: `${numberClass} text-end` });

function Storage({ storage, cache }: Pick<SystemState, 'storage' | 'cache'>) {
  const { t } = useTranslation('system');
  const kinds = storage.toSorted((a, b) => b.bytes - a.bytes);
  const largest = Math.max(1, ...kinds.map(({ bytes }) => bytes));
  return (
    <Table
      title={t('storage')}
      note={t('cache', { entries: formatCount(cache.entries), bytes: formatBytes(cache.bytes) })}
      empty={t('storage_unknown')}
      headings={[
        { label: t('kind') },
        { label: t('share'), className: `${cellClass} w-1/2` },
        number(t('size')),
      ]}
      rows={kinds.map(({ kind, bytes }) => [
        kind,
        <>
          <td className={cellClass}>{t(`storage_${kind}` as 'storage_store', { defaultValue: kind })}</td>
          <td className={cellClass}>
            <div aria-hidden className="h-1.5 rounded-full bg-hover">
              <div
                className="h-full rounded-full bg-accent"
                style={{ width: `${(bytes / largest) * 100}%` }}
              />
            </div>
          </td>
          <td className={`${numberClass} tabular-nums`}>{formatBytes(bytes)}</td>
        </>,
      ])}
    />
  );
}

function Queues({ open }: { open: SystemState['jobs']['open'] }) {
  const { t } = useTranslation('system');
  return (
    <Table
      title={t('queues')}
      empty={t('queues_empty')}
      headings={[
        { label: t('job_kind') },
        number(t('waiting')),
        number(t('under_way')),
        number(t('oldest_waits')),
      ]}
      rows={open.map(({ kind, waiting, running, oldest_seconds }) => [
        kind,
        <>
          <td className={cellClass}>{code(kind)}</td>
          <td className={`${numberClass} tabular-nums`}>{formatCount(waiting)}</td>
          <td className={`${numberClass} tabular-nums`}>{formatCount(running)}</td>
          <td className={numberClass}>{waiting === 0 ? '–' : formatDuration(oldest_seconds * 1000)}</td>
        </>,
      ])}
    />
  );
}

function Routes({ routes }: Pick<SystemState, 'routes'>) {
  const { t } = useTranslation('system');
  return (
    <Table
      title={t('routes')}
      note={t('routes_note')}
      empty={t('routes_empty')}
      headings={[
        { label: t('route') },
        number(t('asked')),
        number(t('failed')),
        number(t('mean')),
        number(t('p95_below')),
      ]}
      rows={routes.map(({ method, route, count, failed, mean_ms, p95_below_ms }) => [
        `${method} ${route}`,
        <>
          <td className={`${cellClass} min-w-60`}>{code(`${method} ${route}`)}</td>
          <td className={`${numberClass} tabular-nums`}>{formatCount(count)}</td>
          <td className={clsx(numberClass, 'tabular-nums', failed > 0 && 'text-critical')}>
            {formatCount(failed)}
          </td>
          <td className={numberClass}>{formatDuration(mean_ms)}</td>
          <td className={numberClass}>{p95_below_ms === null ? '> 30 s' : formatDuration(p95_below_ms)}</td>
        </>,
      ])}
    />
  );
}

function Processes({ processes }: Pick<SystemState, 'processes'>) {
  const { t } = useTranslation('system');
  return (
    <Table
      title={t('processes')}
      note={t('processes_note')}
      empty={t('processes_empty')}
      headings={[
        { label: t('host') },
        { label: t('role') },
        number(t('requests_rate')),
        number(t('cpu')),
        number(t('memory')),
      ]}
      rows={processes.map((each) => [
        each.process,
        <>
          <td className={`${cellClass} min-w-32`}>
            {code(each.host)}
            <span className="block text-small text-ink-faint">{formatAgo(each.at)}</span>
          </td>
          <td className={cellClass}>{t(`role_${each.role}` as 'role_all', { defaultValue: each.role })}</td>
          <td className={`${numberClass} tabular-nums`}>{formatNumber(each.requests_per_second, 3)}</td>
          <td className={numberClass}>{formatPercent(each.process_percent / 100, 0)}</td>
          <td className={numberClass}>{formatBytes(each.process_bytes)}</td>
        </>,
      ])}
    />
  );
}

function Alerts({ alerts }: Pick<SystemState, 'alerts'>) {
  const { t } = useTranslation('system');
  return (
    <Table
      title={t('alerts')}
      note={t('alerts_note')}
      empty={t('alerts_empty')}
      headings={[{ label: t('what') }, number(t('highest')), { label: t('raised') }, { label: t('over') }]}
      rows={alerts.map((alert) => [
        alert.alert_id,
        <>
          <td className={cellClass}>
            {t(alert.measure)}
            <span className="block text-small text-ink-faint">{alert.host}</span>
          </td>
          <td className={numberClass}>{formatPercent(alert.highest_percent / 100, 0)}</td>
          <td className={cellClass}>{formatTime(alert.raised_at)}</td>
          <td className={cellClass}>
            {alert.resolved_at === null ? (
              <Badge tone="warning">{t('active')}</Badge>
            ) : (
              formatTime(alert.resolved_at)
            )}
          </td>
        </>,
      ])}
    />
  );
}
