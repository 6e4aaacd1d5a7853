import type { ModelMonitor, MonitorRetrainingRun } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { cellClass, PlainTable } from '../../../components/plain-table.tsx';
import { formatAgo, formatNumber, formatTime } from '../../../lib/format.ts';
import { firingsQuery, retrainingsQuery } from './monitoring-queries.ts';
import { useRuleWords, useWithheldWords } from './rule-words.ts';

const tones = {
  training: 'info',
  comparing: 'info',
  promotion_asked: 'warning',
  not_promoted: 'plain',
  failed: 'critical',
} as const;
const verdictTones = { better: 'good', unclear: 'plain', worse: 'critical' } as const;

/** What followed from looks: rules that fired and were over, and the trainings that began of them. */
export function RetrainingList({ monitor }: { monitor: ModelMonitor }) {
  const { t } = useTranslation('monitoring');
  const { data, error, refetch } = useQuery(
    retrainingsQuery(monitor.monitor_id, monitor.running_retraining !== null),
  );
  const { data: firings } = useQuery(firingsQuery(monitor.monitor_id));
  const said = useRuleWords();
  const withheldWords = useWithheldWords();
  return (
    <>
      {firings !== undefined && firings.items.length > 0 && (
        <Section title={t('firings')}>
          <ul className={`${panelClass} divide-y divide-line`}>
            {firings.items.map(({ firing_id, name, to_state, withheld, withheld_because, at, ...told }) => (
              <li key={firing_id} className="grid gap-1 px-4 py-2">
                <p className="flex flex-wrap items-center gap-2">
                  <Badge tone={to_state === 'firing' ? 'critical' : 'good'}>
                    {t(to_state === 'firing' ? 'fired' : 'over')}
                  </Badge>
                  <span className="font-medium wrap-anywhere">{name}</span>
                  <time dateTime={at} title={formatTime(at)} className="text-small text-ink-faint">
                    {formatAgo(at)}
                  </time>
                </p>
                <p className="text-ink-soft wrap-anywhere">{said(told)}</p>
                {withheld !== null && (
                  <p className="text-small text-ink-faint">{withheldWords(withheld, withheld_because)}</p>
                )}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : (
        data !== undefined && (
          <Section title={t('retrainings')}>
            {data.items.length === 0 ? (
              <p className="text-ink-soft">{t('no_retrainings')}</p>
            ) : (
              <Retrainings items={data.items} />
            )}
          </Section>
        )
      )}
    </>
  );
}

function Retrainings({ items }: { items: readonly MonitorRetrainingRun[] }) {
  const { t } = useTranslation('monitoring');
  const { t: words } = useTranslation('models');
  const wide = `${cellClass} max-md:hidden`;
  return (
    <PlainTable
      label={t('retrainings')}
      headings={[
        { label: t('version_word'), className: `${cellClass} text-start` },
        { label: t('state'), className: `${cellClass} text-start` },
        { label: t('comparison'), className: `${cellClass} text-start max-sm:hidden` },
        { label: t('cause'), className: `${wide} text-start` },
        { label: t('began'), className: `${wide} text-start` },
      ]}
    >
      {items.map(
        ({
          retraining_id,
          from_number,
          to_number,
          training_id,
          state,
          comparison,
          cause,
          message,
          not_promoted_because,
          started_at,
        }) => (
          <tr key={retraining_id}>
            <td className={cellClass}>
              <Link
                to="/models/trainings/$trainingId"
                params={{ trainingId: training_id }}
                className="font-medium hover:text-accent"
              >
                {t('from_to', { from: from_number, to: to_number ?? '…' })}
              </Link>
            </td>
            <td className={cellClass}>
              <Badge tone={tones[state]}>{t(`retraining_${state}`)}</Badge>
              <p className="mt-1 text-small text-ink-faint wrap-anywhere">
                {state === 'failed' || not_promoted_because === 'refused'
                  ? message
                  : t(`retraining_${not_promoted_because ?? state}_text`, {
                      from: from_number,
                      to: to_number,
                    })}
              </p>
            </td>
            <td className={`${cellClass} max-sm:hidden`}>
              {comparison === null ? (
                t('nothing')
              ) : (
                <>
                  <Badge tone={verdictTones[comparison.verdict]}>{t(`verdict_${comparison.verdict}`)}</Badge>
                  <p className="mt-1 text-small text-ink-faint">
                    {words(`metric_${comparison.metric}`)} {formatNumber(comparison.before.value, 3)} →{' '}
                    {formatNumber(comparison.after.value, 3)} ({formatNumber(comparison.change.low, 2)} –{' '}
                    {formatNumber(comparison.change.high, 2)})
                  </p>
                </>
              )}
            </td>
            <td className={wide}>{t(`cause_${cause}`)}</td>
            <td className={wide}>
              <time dateTime={started_at} title={formatTime(started_at)}>
                {formatAgo(started_at)}
              </time>
            </td>
          </tr>
        ),
      )}
    </PlainTable>
  );
}
