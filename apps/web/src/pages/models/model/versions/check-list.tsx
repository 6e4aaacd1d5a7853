import type { CheckResult } from '@stroma/contracts';
import { CircleCheck, CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../../../lib/format.ts';
import { metricText } from '../../metric-text.ts';

/** What was expected of a version and what it has. */
export function CheckList({ checks }: { checks: readonly CheckResult[] }) {
  const { t } = useTranslation('models');
  if (checks.length === 0) return null;
  return (
    <ul aria-label={t('checks')} className="grid gap-1">
      {checks.map(({ metric, at_least, at_most, value, passed }) => {
        const Icon = passed ? CircleCheck : CircleX;
        return (
          <li
            key={`${metric} ${at_least} ${at_most}`}
            className="flex flex-wrap items-center gap-2 text-small"
          >
            <Icon size={14} aria-hidden className={passed ? 'text-good' : 'text-critical'} />
            <span className="sr-only">{t(passed ? 'check_passed' : 'check_failed')}</span>
            <span className="font-medium">{metric}</span>
            <span>{value === null ? t('check_missing') : metricText(value)}</span>
            <span className="text-ink-faint">
              {[
                at_least === null ? null : t('at_least', { bound: formatNumber(at_least) }),
                at_most === null ? null : t('at_most', { bound: formatNumber(at_most) }),
              ]
                .filter((each) => each !== null)
                .join(', ')}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
