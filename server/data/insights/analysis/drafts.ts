import type { Finding } from '@stroma/contracts';

/** A finding before it is known how many things were looked at. */
export interface Draft extends Omit<Finding, 'finding_id' | 'p_adjusted' | 'rows'> {
  /** Numbers of the rows to be shown, from 1. */
  row_numbers: number[];
  /** Names of the columns shown of them. */
  row_columns: string[];
  /** Greater is shown first among those of its kind. */
  weight: number;
  /** Place of its test among all tests; null where it is kept at its own stated rate. */
  test: number | null;
}

/** Everything that was looked at, whatever came of it: what p-values are corrected for. */
export class Looked {
  readonly p: number[] = [];

  /** Returns the test's place. */
  test(p: number): number {
    this.p.push(Number.isFinite(p) ? p : 1);
    return this.p.length - 1;
  }
}

export interface Found {
  drafts: Draft[];
  notFound: string[];
}

const unset = {
  value: null,
  expected: null,
  period: null,
  effect: null,
  p: null,
  chart: null,
  based_on: [],
  action: null,
  sampled: false,
  row_numbers: [],
  row_columns: [],
  test: null,
} satisfies Partial<Draft>;

export function draft(
  given: Pick<
    Draft,
    'group' | 'kind' | 'severity' | 'columns' | 'title' | 'text' | 'numbers' | 'n' | 'sql' | 'weight'
  > &
    Partial<Draft>,
): Draft {
  return { ...unset, ...given };
}

/** Four significant digits, without a thousands separator; whole numbers up to nine digits as they are. */
export function say(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const short = Number(value.toPrecision(4));
  return Math.abs(short) >= 1e9 || (short !== 0 && Math.abs(short) < 1e-4)
    ? short.toExponential()
    : String(short);
}

export const percent = (share: number): string => `${say(share * 100)} %`;

export function sayP(p: number): string {
  return p < 1e-15 ? 'p < 1e-15' : `p = ${Number(p.toPrecision(2))}`;
}

/** UCUM's words that nobody says. */
const spoken: Readonly<Record<string, string>> = {
  Cel: '°C',
  '[degF]': '°F',
  '[in_i]': 'in',
  '[lb_av]': 'lb',
};

export const withUnit = (value: number, unit: string | null): string =>
  unit === null ? say(value) : `${say(value)} ${spoken[unit] ?? unit}`;

/** `one row`, `12 rows`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  count === 1 ? `1 ${one}` : `${say(count)} ${many}`;
