import type { AlertRule, DashboardAlert, TileResult } from '@stroma/contracts';

/** From this many values before on, one is called unlike them. */
export const fewestValues = 8;

export interface Verdict {
  firing: boolean;
  /** What would have been all right, in words. */
  expected: string;
  message: string;
}

const digits = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 6, useGrouping: 'min2' });
const share = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 });
const said = (value: number): string => digits.format(value);

/** Whether a value is one to be told of; `before` are the values before it, the oldest first. */
export function judge(rule: AlertRule, value: number, before: readonly number[]): Verdict {
  switch (rule.kind) {
    case 'threshold':
      return threshold(rule, value);
    case 'change':
      return change(rule, value, before.at(-1) ?? null);
    case 'anomaly':
      return anomaly(rule, value, before);
  }
}

function threshold(rule: Extract<AlertRule, { kind: 'threshold' }>, value: number): Verdict {
  const { is, value: bound, upper = bound } = rule;
  const low = Math.min(bound, upper);
  const high = Math.max(bound, upper);
  switch (is) {
    case 'above':
      return verdict(value > bound, `at most ${said(bound)}`, `${said(value)} is above ${said(bound)}`);
    case 'below':
      return verdict(value < bound, `at least ${said(bound)}`, `${said(value)} is below ${said(bound)}`);
    case 'outside':
      return verdict(
        value < low || value > high,
        `${said(low)} to ${said(high)}`,
        `${said(value)} is outside ${said(low)} to ${said(high)}`,
      );
    case 'within':
      return verdict(
        value >= low && value <= high,
        `outside ${said(low)} to ${said(high)}`,
        `${said(value)} is within ${said(low)} to ${said(high)}`,
      );
  }
}

/** A relative change from 0 is without bound: any is enough. */
function change(
  { direction, amount, relative }: Extract<AlertRule, { kind: 'change' }>,
  value: number,
  before: number | null,
): Verdict {
  const asked = `a change of less than ${relative ? share.format(amount) : said(amount)}`;
  if (before === null) return verdict(false, asked, `${said(value)} is the first value`);
  const difference = value - before;
  const size = relative
    ? before === 0
      ? difference === 0
        ? 0
        : Number.POSITIVE_INFINITY
      : Math.abs(difference / before)
    : Math.abs(difference);
  const right = direction === 'either' || (direction === 'up' ? difference > 0 : difference < 0);
  const how =
    relative && Number.isFinite(size)
      ? `${difference < 0 ? '−' : '+'}${share.format(size)}`
      : `${difference < 0 ? '−' : '+'}${said(Math.abs(difference))}`;
  return verdict(right && size >= amount, asked, `${said(value)} after ${said(before)} (${how})`);
}

/**
 * Robust z of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993): 0.6745 (x - median) / MAD; where more
 * than half of the values are the same and MAD is 0, (x - median) / (1.2533 mean absolute deviation).
 */
function anomaly(
  { z, direction }: Extract<AlertRule, { kind: 'anomaly' }>,
  value: number,
  before: readonly number[],
): Verdict {
  if (before.length < fewestValues)
    return verdict(
      false,
      'not known yet',
      `${said(value)}; ${fewestValues - before.length} more values are needed to know what is usual`,
    );
  const middle = median(before);
  const distances = before.map((each) => Math.abs(each - middle));
  const mad = median(distances);
  const mean = distances.reduce((a, b) => a + b, 0) / distances.length;
  const unit = mad > 0 ? mad / 0.6745 : 1.2533 * mean;
  const score =
    value === middle ? 0 : unit > 0 ? (value - middle) / unit : Math.sign(value - middle) * Infinity;
  const right = direction === 'either' || (direction === 'up' ? score > 0 : score < 0);
  return verdict(
    right && Math.abs(score) >= z,
    `${said(middle - z * unit)} to ${said(middle + z * unit)}`,
    `${said(value)} where ${said(middle)} is usual (robust z ${Number.isFinite(score) ? score.toFixed(1) : 'without bound'})`,
  );
}

const verdict = (firing: boolean, expected: string, message: string): Verdict => ({
  firing,
  expected,
  message,
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The numbers of one column of an answer, in the order of its rows; null where there is no such column. */
export function numbersOf(
  { columns, rows }: Pick<TileResult, 'columns' | 'rows'>,
  column: string | null,
): number[] | null {
  const at = columns.findIndex(({ name, type }) =>
    column === null ? type === 'integer' || type === 'number' : name === column,
  );
  if (at === -1) return null;
  return rows.flatMap((row) => {
    const value = row[at];
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? [number] : [];
  });
}

/** One value of them, and those before it where the rows are a series. Null: there is none. */
export function takenValue(
  numbers: readonly number[],
  take: DashboardAlert['take'],
): { value: number; before: number[] } | null {
  const [first] = numbers;
  const last = numbers.at(-1);
  if (first === undefined || last === undefined) return null;
  switch (take) {
    case 'last':
      return { value: last, before: numbers.slice(0, -1) };
    case 'first':
      return { value: first, before: numbers.slice(1).reverse() };
    case 'max':
      return { value: numbers.reduce((a, b) => Math.max(a, b)), before: [] };
    case 'min':
      return { value: numbers.reduce((a, b) => Math.min(a, b)), before: [] };
    case 'sum':
      return { value: numbers.reduce((a, b) => a + b), before: [] };
    case 'mean':
      return { value: numbers.reduce((a, b) => a + b) / numbers.length, before: [] };
  }
}
