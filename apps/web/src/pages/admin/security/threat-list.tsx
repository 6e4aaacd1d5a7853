import { type Threat, type ThreatFilter, threatKinds, threatSeverities } from '@stroma/contracts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { Download, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo, formatCount, formatMoment } from '../../../lib/format.ts';
import { useLive } from '../../../lib/live-events.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { type SecuritySearch, threatStates } from '../../../search-parameters.ts';
import { ActionWords, ThreatSeverityMark, ThreatStatusMark, useThreatSentence } from './threat-marks.tsx';
import { ThreatPanel } from './threat-panel.tsx';

const cell = 'px-3 py-2 text-start align-top sm:px-4';

function filterOf({ kind, severity, status }: SecuritySearch): ThreatFilter {
  return { ...(kind && { kind }), ...(severity && { severity }), ...(status && { status }) };
}

/** Threats as they come: the page hears of each at once. */
export function ThreatList({
  search,
  onChange,
}: {
  search: SecuritySearch;
  onChange: (next: SecuritySearch) => void;
}) {
  const { t } = useTranslation('security');
  const { t: common } = useTranslation();
  const live = useLive();
  const filter = filterOf(search);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: queryKeys.threatList(filter),
    queryFn: ({ pageParam, signal }) =>
      client.threats.list({
        query: { ...filter, limit: 50, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const threats = data?.pages.flatMap(({ items }) => items);
  const open = data?.pages[0]?.open;
  const filtered = Object.keys(filter).length > 0;
  const change = (next: SecuritySearch) =>
    onChange(Object.fromEntries(Object.entries({ ...search, ...next }).filter(([, value]) => value)));
  return (
    <>
      <dl className="mb-6 grid grid-cols-2 gap-3 sm:grid-cols-4">
        {threatSeverities.toReversed().map((severity) => (
          <div key={severity} className={`${panelClass} px-4 py-3`}>
            <dt>
              <ThreatSeverityMark severity={severity} />
            </dt>
            <dd className="mt-1 text-title font-semibold tabular-nums">
              {open === undefined ? '–' : formatCount(open[severity] ?? 0)}{' '}
              <span className="text-small font-normal text-ink-faint">{t('unresolved')}</span>
            </dd>
          </div>
        ))}
      </dl>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <Select
          aria-label={t('status')}
          value={search.status ?? ''}
          onChange={({ target }) => change({ status: target.value as 'open' })}
          className="sm:max-w-44"
        >
          <option value="">{t('every_status')}</option>
          {threatStates.map((status) => (
            <option key={status} value={status}>
              {t(`status_${status}`)}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('kind')}
          value={search.kind ?? ''}
          onChange={({ target }) => change({ kind: target.value as 'unusual_export' })}
          className="sm:max-w-56"
        >
          <option value="">{t('every_kind')}</option>
          {threatKinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(`kind_${kind}`)}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('severity')}
          value={search.severity ?? ''}
          onChange={({ target }) => change({ severity: target.value as 'low' })}
          className="sm:max-w-44"
        >
          <option value="">{t('every_severity')}</option>
          {threatSeverities.slice(1).map((severity) => (
            <option key={severity} value={severity}>
              {t(severity === 'critical' ? 'only_critical' : 'at_least', {
                severity: t(`severity_${severity}`),
              })}
            </option>
          ))}
        </Select>
        {filtered && (
          <Button look="quiet" onClick={() => onChange({})}>
            {t('clear')}
          </Button>
        )}
        <span className="flex-1" />
        {!live && <span className="text-small text-ink-soft">{t('not_live')}</span>}
        <Button
          disabled={threats === undefined || threats.length === 0}
          onClick={() =>
            window.location.assign(
              `/api/v1/security/threats.csv?${new URLSearchParams(filter as Record<string, string>)}`,
            )
          }
        >
          <Download size={16} aria-hidden />
          {t('export')}
        </Button>
      </div>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : threats === undefined ? (
        <SkeletonRows rows={8} className="h-12" />
      ) : threats.length === 0 ? (
        <EmptyState
          icon={ShieldCheck}
          title={t(filtered ? 'none_matching' : 'none')}
          action={
            filtered ? (
              <Button onClick={() => onChange({})}>{t('clear')}</Button>
            ) : (
              <Button onClick={() => onChange({ view: 'policy' })}>{t('see_policy')}</Button>
            )
          }
        >
          {t(filtered ? 'none_matching_text' : 'none_text')}
        </EmptyState>
      ) : (
        <ThreatTable threats={threats} onOpen={(threat) => change({ threat })} />
      )}
      {hasNextPage && (
        <div className="mt-4 flex justify-center">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {common('show_more')}
          </Button>
        </div>
      )}
      <ThreatPanel id={search.threat} onClose={() => change({ threat: '' })} />
    </>
  );
}

function ThreatTable({ threats, onOpen }: { threats: readonly Threat[]; onOpen: (id: string) => void }) {
  const { t } = useTranslation('security');
  const sentence = useThreatSentence();
  return (
    <div className={`${panelClass} overflow-x-auto`}>
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-small text-ink-soft">
            <th className={cell}>{t('severity')}</th>
            <th className={cell}>{t('what')}</th>
            <th className={clsx(cell, 'hidden md:table-cell')}>{t('who')}</th>
            <th className={clsx(cell, 'hidden xl:table-cell')}>{t('done')}</th>
            <th className={clsx(cell, 'hidden sm:table-cell')}>{t('when')}</th>
            <th className={clsx(cell, 'hidden sm:table-cell')}>{t('status')}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {threats.map((threat) => (
            <tr key={threat.threat_id} className="hover:bg-hover">
              <td className={cell}>
                <ThreatSeverityMark severity={threat.severity} />
              </td>
              <td className={clsx(cell, 'max-w-[36rem]')}>
                <button
                  type="button"
                  className="text-start font-medium underline-offset-2 hover:underline"
                  onClick={() => onOpen(threat.threat_id)}
                >
                  {t(`kind_${threat.kind}`)}
                </button>
                <p className="text-small text-ink-soft wrap-anywhere">{sentence(threat)}</p>
                <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-small text-ink-soft sm:hidden">
                  <ThreatStatusMark threat={threat} />
                  {formatAgo(threat.last_at)}
                </p>
              </td>
              <td className={clsx(cell, 'hidden md:table-cell')}>
                {threat.actor?.name ?? <span className="text-ink-faint">{t('nobody_known')}</span>}
                {threat.address && (
                  <code className="block font-mono text-small text-ink-soft">{threat.address}</code>
                )}
              </td>
              <td className={clsx(cell, 'hidden max-w-72 text-small text-ink-soft xl:table-cell')}>
                <ActionWords actions={threat.actions} />
              </td>
              <td className={clsx(cell, 'hidden whitespace-nowrap sm:table-cell')}>
                <time dateTime={threat.last_at} title={formatMoment(threat.last_at)}>
                  {formatAgo(threat.last_at)}
                </time>
                {threat.occurrences > 1 && (
                  <span className="block text-small text-ink-soft tabular-nums">
                    {t('times', { count: threat.occurrences })}
                  </span>
                )}
              </td>
              <td className={clsx(cell, 'hidden sm:table-cell')}>
                <ThreatStatusMark threat={threat} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
