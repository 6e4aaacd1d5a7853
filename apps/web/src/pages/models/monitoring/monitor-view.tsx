import type { Model, ModelMonitor } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Radar } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Select } from '../../../components/field.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { formatAgo, formatCount, formatTime } from '../../../lib/format.ts';
import { FindingsView } from './findings-view.tsx';
import { HealthMark, healthOf, SeverityMark } from './health.tsx';
import { MonitorActions } from './monitor-actions.tsx';
import { checkQuery, checksQuery } from './monitoring-queries.ts';
import { RetrainingList } from './retraining-list.tsx';
import { RuleList } from './rule-list.tsx';
import { usePresentWords } from './rule-words.ts';

/** One monitor: how it stands, what it found at a look, its rules, and what followed from them. */
export function MonitorView({
  model,
  monitor,
  choice,
}: {
  model: Model;
  monitor: ModelMonitor;
  choice: ReactNode;
}) {
  const { t } = useTranslation('monitoring');
  const [picked, setPicked] = useState<string | null>(null);
  const { data: checks } = useQuery(checksQuery(monitor.monitor_id));
  const shown = picked ?? monitor.newest?.check_id ?? null;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <HealthMark monitor={monitor} />
        <p className="min-w-0 flex-1 basis-56 text-ink-soft wrap-anywhere">
          {[
            monitor.name,
            monitor.number === null ? t('no_version') : t('version', { number: monitor.number }),
            monitor.next_at === null ? null : t('next_look', { time: formatAgo(monitor.next_at) }),
          ]
            .filter((each) => each !== null)
            .join(' · ')}
        </p>
        <div className="flex min-w-0 items-center gap-3 max-sm:w-full">
          {choice}
          {checks !== undefined && checks.items.length > 1 && (
            <Select
              aria-label={t('look_shown')}
              className="w-52! min-w-0 max-sm:flex-1"
              value={shown ?? ''}
              onChange={({ target }) => setPicked(target.value)}
            >
              {checks.items.map(({ check_id, created_at }) => (
                <option key={check_id} value={check_id}>
                  {formatTime(created_at)}
                </option>
              ))}
            </Select>
          )}
          {monitor.may_change && (
            <MonitorActions model={model} monitor={monitor} onChecked={() => setPicked(null)} />
          )}
        </div>
      </div>
      <Standing monitor={monitor} />
      {shown === null ? (
        <EmptyState icon={Radar} title={t('not_looked')}>
          {t('not_looked_text')}
        </EmptyState>
      ) : (
        <Look monitor={monitor} checkId={shown} />
      )}
      <RetrainingList monitor={monitor} />
    </>
  );
}

/** What the mark says in a sentence, and who is told. */
function Standing({ monitor }: { monitor: ModelMonitor }) {
  const { t } = useTranslation('monitoring');
  const said = usePresentWords();
  const { present, rules, rule_states, notified } = monitor;
  const health = healthOf(monitor);
  const firing = rules.filter(({ rule_id }) =>
    rule_states.some((own) => own.rule_id === rule_id && own.state === 'firing'),
  );
  return (
    <div className="-mt-4 grid gap-1 text-ink-soft">
      <p className="wrap-anywhere">
        {[
          health === 'firing'
            ? t('standing_firing', { names: firing.map(({ name }) => name).join(', ') })
            : null,
          health === 'paused' || health === 'blind' || health === 'failed' ? t(`standing_${health}`) : null,
          present === null ? null : said(present),
          health === 'drifting' && rules.length > 0 ? t('standing_no_rule') : null,
        ]
          .filter((each) => each !== null)
          .join(' ')}
      </p>
      <p className="text-small text-ink-faint wrap-anywhere">
        {t('told_to', { names: notified.map(({ name }) => name ?? t('somebody')).join(', ') })}
      </p>
    </div>
  );
}

function Look({ monitor, checkId }: { monitor: ModelMonitor; checkId: string }) {
  const { t } = useTranslation('monitoring');
  const { data: check, error, refetch } = useQuery(checkQuery(monitor.monitor_id, checkId));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (check === undefined) return <SkeletonRows rows={6} className="h-12" />;
  const { findings } = check;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <SeverityMark severity={check.severity} />
        <p className="text-ink-soft">
          {[
            ...(findings === null ? [] : [t('worst_of', { count: findings.windows.length })]),
            `${t('look_of')} ${formatTime(check.created_at)}`,
            t('version', { number: check.number }),
            t('rows_count', { count: check.rows, shown: formatCount(check.rows) }),
            t('outcomes_known', { count: check.labelled_rows }),
            ...(findings === null ? [] : [t('against', { rows: formatCount(findings.reference_rows) })]),
          ].join(' · ')}
        </p>
      </div>
      {check.error !== null && (
        <Notice tone="critical" title={t('look_failed')}>
          <p>{check.error.message}</p>
          <p className="mt-1 text-small">
            <code className="font-mono">{check.error.code}</code>
          </p>
        </Notice>
      )}
      <RuleList monitor={monitor} states={check.rules} />
      {findings === null ? (
        check.error === null && <Notice tone="plain" title={t('nothing_kept')} />
      ) : (
        <FindingsView findings={findings} />
      )}
    </>
  );
}
