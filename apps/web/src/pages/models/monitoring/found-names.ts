import type { MonitorColumn } from '@stroma/contracts';
import type { TFunction } from 'i18next';

type Words = TFunction<'monitoring'>;

/** What a prediction is compared by, named in the language of the page. */
export function predictedName(t: Words, column: string): string {
  if (column === 'prediction') return t('prediction');
  const name = /^probability of (.+)$/s.exec(column)?.[1];
  return name === undefined ? column : t('probability_of', { name });
}

const gathered = {
  missing: 'missing_bin',
  'all others': 'others_bin',
  'not in the reference': 'new_bin',
} as const;
const atTheEnd = Object.keys(gathered).length;

/** Of a bin; those that gather what is left stand last. */
export function binName(t: Words, { bins }: Pick<MonitorColumn, 'bins'>, at: number): string | null {
  const label = bins[at]?.label ?? null;
  return label !== null && label in gathered && at >= bins.length - atTheEnd
    ? t(gathered[label as keyof typeof gathered])
    : label;
}
