import type { ModelMonitor, MonitorRuleState, RuleFound } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent, formatTime } from '../../../lib/format.ts';
import { windowLabels } from './window-labels.ts';

const digits = 3;

/** What a rule found, in the language of the page; in the server's words where no figures were kept of it. */
export function useRuleWords(): (told: Pick<MonitorRuleState, 'message' | 'found'>) => string {
  const { t } = useTranslation('monitoring');
  const { t: words } = useTranslation('models');
  const number = (value: number) => formatNumber(value, digits);
  const untold = ({ windows, wanted, because, rows, of, until }: Extract<RuleFound, { kind: 'untold' }>) => {
    const why =
      because === 'open'
        ? until === null
          ? t('untold_open_rows', { rows, of })
          : t('untold_open_time', { time: formatTime(until) })
        : t(`untold_${because}`, { rows });
    return wanted > 1 ? `${t('untold_windows', { windows, wanted })} ${why}` : why;
  };
  return ({ message, found }) => {
    if (found === null) return message;
    if (found.kind === 'untold') return untold(found);
    const within = t('in_window', { window: windowLabels([{ name: found.window }])[0] });
    switch (found.kind) {
      case 'drift': {
        const side = found.of === 'any' ? null : (found.column ?? t(`side_${found.of}`));
        return `${t(`severity_${found.severity}`)}${side === null ? '' : `: ${side}`}, ${within}`;
      }
      case 'worse':
        return t('found_worse', {
          ...{ metric: words(`metric_${found.metric}`), value: number(found.value) },
          ...{ held: number(found.held_out), within },
        });
      case 'metric':
        return t('found_metric', {
          ...{ metric: words(`metric_${found.metric}`), value: number(found.value) },
          ...{ low: number(found.low), high: number(found.high), within },
        });
      case 'measure': {
        const { measure, value, column } = found;
        const shown = shares.has(measure) ? formatPercent(value) : number(value);
        const named = t(`measure_${measure}`);
        return `${column === null ? capital(named) : `${column}: ${named}`} ${shown}, ${within}`;
      }
    }
  };
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

const shares: ReadonlySet<string> = new Set([
  'labelled_share',
  'missing_share',
  'unseen_share',
  'mean_confidence',
]);

/** Why a rule that says so began no retraining. */
export function useWithheldWords() {
  const { t } = useTranslation('monitoring');
  return (withheld: string, because: { code: string; next_at: string | null } | null): string =>
    because?.code === 'goes_on'
      ? t('withheld_goes_on')
      : because?.code === 'too_soon' && because.next_at !== null
        ? t('withheld_too_soon', { time: formatTime(because.next_at) })
        : t('withheld', { why: withheld });
}

/** What the newest window says of the rules, where they do not say it themselves. */
export function usePresentWords(): (present: NonNullable<ModelMonitor['present']>) => string {
  const { t } = useTranslation('monitoring');
  return ({ window, whole, rows, of, until, severity }) => {
    const label = windowLabels([{ name: window }])[0];
    if (severity === null) return t('present_few', { window: label, rows });
    const found = t(`severity_${severity}`);
    if (whole) return t('present_whole', { window: label, found });
    return until === null
      ? t('present_fills', { found, rows, of })
      : t('present_open', { window: label, found, time: formatTime(until) });
  };
}
