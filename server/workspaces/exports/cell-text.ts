import type { TileResult } from '@stroma/contracts';

type Column = TileResult['columns'][number];
type Cell = TileResult['rows'][number][number];

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0, useGrouping: false });
const digits = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 6, useGrouping: 'min2' });

/** A value as it is read in a table; a missing one is empty. */
export function cellText(value: Cell, { type }: Pick<Column, 'type'>): string {
  if (value === null) return '';
  if (type === 'integer') return whole.format(BigInt(String(value).split('.')[0] ?? '0'));
  if (type === 'number' && typeof value === 'number')
    return Math.abs(value) >= 1e15 || (value !== 0 && Math.abs(value) < 1e-4)
      ? value.toExponential(4)
      : digits.format(value);
  if (type === 'timestamp' && typeof value === 'string')
    return value.replace('T', ' ').replace(/(\.0+)?(Z|\+00(:00)?)?$/, '');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
