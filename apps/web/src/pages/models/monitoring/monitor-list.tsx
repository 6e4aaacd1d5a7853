import type { ModelMonitor } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { formatAgo, formatCount, formatTime } from '../../../lib/format.ts';
import { HealthMark } from './health.tsx';

const wide = `${cellClass} max-lg:hidden`;

/** Watched models, one a line: how they stand, and since when that is known. */
export function MonitorList({ monitors }: { monitors: readonly ModelMonitor[] }) {
  const { t } = useTranslation('monitoring');
  return (
    <PlainTable
      label={t('monitors')}
      headings={[
        { label: t('model'), className: `${cellClass} text-start` },
        { label: t('health'), className: `${cellClass} text-start` },
        { label: t('rules'), className: `${cellClass} text-start max-md:hidden` },
        { label: t('drifted'), className: `${numberClass} max-md:hidden` },
        { label: t('rows'), className: `${numberClass} max-lg:hidden` },
        { label: t('looked'), className: `${cellClass} text-start max-sm:hidden` },
        { label: t('next'), className: `${wide} text-start` },
      ]}
    >
      {monitors.map((monitor) => (
        <MonitorRow key={monitor.monitor_id} monitor={monitor} />
      ))}
    </PlainTable>
  );
}

function MonitorRow({ monitor }: { monitor: ModelMonitor }) {
  const { t } = useTranslation('monitoring');
  const { monitor_id, model_id, model_name, name, number, newest, present, next_at, rule_states } = monitor;
  const all = rule_states.length;
  const firing = rule_states.filter(({ state }) => state === 'firing').length;
  const unknown = rule_states.filter(({ state }) => state === 'unknown').length;
  return (
    <tr className="hover:bg-hover">
      <td className={cellClass}>
        <Link
          to="/models/$modelId"
          params={{ modelId: model_id }}
          search={{ tab: 'monitoring', monitor: monitor_id }}
          className="font-medium text-ink hover:text-accent wrap-anywhere"
        >
          {model_name}
        </Link>
        <p className="text-small text-ink-faint wrap-anywhere">
          {[name, number === null ? t('no_version') : t('version', { number })]
            .filter((each) => each !== model_name)
            .join(' · ')}
        </p>
      </td>
      <td className={cellClass}>
        <HealthMark monitor={monitor} />
      </td>
      <td className={`${cellClass} max-md:hidden`}>
        {all === 0 ? (
          <span className="text-ink-faint">{t('no_rules')}</span>
        ) : firing > 0 ? (
          t('rules_firing', { count: firing, all })
        ) : unknown > 0 ? (
          t('rules_unknown', { count: unknown, all })
        ) : (
          t('rules_quiet', { all })
        )}
      </td>
      <td className={`${numberClass} max-md:hidden`}>{present?.drifted_count ?? t('nothing')}</td>
      <td className={`${numberClass} max-lg:hidden`}>
        {newest === null ? (
          t('nothing')
        ) : (
          <>
            {formatCount(newest.rows)}
            <span className="ms-2 text-small text-ink-faint">
              {t('outcomes_known', { count: newest.labelled_rows })}
            </span>
          </>
        )}
      </td>
      <td className={`${cellClass} max-sm:hidden`}>
        {newest === null ? t('nothing') : <Moment at={newest.created_at} />}
      </td>
      <td className={wide}>{next_at === null ? t('cadence_none') : <Moment at={next_at} />}</td>
    </tr>
  );
}

const Moment = ({ at }: { at: string }) => (
  <time dateTime={at} title={formatTime(at)}>
    {formatAgo(at)}
  </time>
);
