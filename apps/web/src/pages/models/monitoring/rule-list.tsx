import type { ModelMonitor, MonitorRuleState } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../components/page.tsx';
import { cellClass, PlainTable } from '../../../components/plain-table.tsx';
import { formatAgo, formatTime } from '../../../lib/format.ts';
import { RuleMark } from './health.tsx';
import { useRuleWords } from './rule-words.ts';

/** Each rule with how it stood after a look, and why. */
export function RuleList({
  monitor,
  states,
}: {
  monitor: ModelMonitor;
  states: readonly MonitorRuleState[];
}) {
  const { t } = useTranslation('monitoring');
  const said = useRuleWords();
  return (
    <Section title={t('rules')}>
      {monitor.rules.length === 0 ? (
        <p className="text-ink-soft">{t('no_rules_text')}</p>
      ) : (
        <PlainTable
          label={t('rules')}
          headings={[
            { label: t('rule'), className: `${cellClass} text-start` },
            { label: t('state'), className: `${cellClass} text-start` },
            { label: t('found'), className: `${cellClass} text-start max-sm:hidden` },
            { label: t('since'), className: `${cellClass} text-start max-md:hidden` },
          ]}
        >
          {monitor.rules.map(({ rule_id, name, retrain }) => {
            const state = states.find((each) => each.rule_id === rule_id);
            const now = monitor.rule_states.find((each) => each.rule_id === rule_id);
            const found = state === undefined ? '' : said(state);
            const since = state?.since ?? (now?.state === state?.state ? now?.since : null);
            return (
              <tr key={rule_id}>
                <td className={cellClass}>
                  <span className="font-medium wrap-anywhere">{name}</span>
                  {retrain && <p className="text-small text-ink-faint">{t('rule_retrains')}</p>}
                  <p className="text-small text-ink-soft sm:hidden">{found}</p>
                </td>
                <td className={cellClass}>
                  <RuleMark state={state?.state ?? 'unknown'} />
                </td>
                <td className={`${cellClass} text-ink-soft max-sm:hidden`}>{found}</td>
                <td className={`${cellClass} max-md:hidden`}>
                  {since ? (
                    <time dateTime={since} title={formatTime(since)}>
                      {formatAgo(since)}
                    </time>
                  ) : (
                    t('nothing')
                  )}
                </td>
              </tr>
            );
          })}
        </PlainTable>
      )}
    </Section>
  );
}
