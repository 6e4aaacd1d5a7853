import { median } from '@stroma/stats';
import { type BucketWidth, secondsOf, type TimePlan } from '../insights.plan.ts';
import { momentOf } from '../insights.sql.ts';

/** A regular series without gaps. */
export interface Series {
  values: Float64Array;
  /** Buckets of the plan that each value stands for. */
  step: number;
  /** Bucket of the first value. */
  first: number;
  /** Values that were missing and lie on a line between their neighbours. */
  filled: number;
  time: TimePlan;
}

/** More filled-in values than this say more about the filling. */
const mostFilled = 0.2;
const fewest = 12;

export const startOf = ({ time, first, step }: Series, at: number): string =>
  momentOf(time, first + at * step);

/** Seconds between two values. */
export const stepSeconds = ({ time, step }: Series): number => secondsOf(time.width) * step;

/**
 * Lays buckets on a regular grid, coarser by whole factors until at most a fifth of it is empty, and fills the gaps.
 * Values of joined buckets are weighted by their rows. Null where even then too little is there.
 */
export function regularSeries(
  bucket: Float64Array,
  count: Float64Array,
  values: Float64Array,
  time: TimePlan,
): Series | null {
  const known: number[] = [];
  for (let at = 0; at < bucket.length; at++) if (Number.isFinite(values[at] as number)) known.push(at);
  if (known.length < fewest) return null;
  const from = bucket[known[0] as number] as number;
  const span = (bucket[known.at(-1) as number] as number) - from + 1;
  for (const step of [1, 2, 3, 4, 6, 12, 24, 48]) {
    const n = Math.ceil(span / step);
    if (n < fewest) return null;
    const first = Math.floor(from / step) * step;
    const sums = new Float64Array(n + 1);
    const weights = new Float64Array(n + 1);
    for (const at of known) {
      const place = Math.floor(((bucket[at] as number) - first) / step);
      const weight = count[at] as number;
      sums[place] = (sums[place] as number) + weight * (values[at] as number);
      weights[place] = (weights[place] as number) + weight;
    }
    const size = (weights[n] as number) > 0 ? n + 1 : n;
    const laid = Float64Array.from({ length: size }, (_, at) =>
      (weights[at] as number) > 0 ? (sums[at] as number) / (weights[at] as number) : Number.NaN,
    );
    const filled = fillGaps(laid);
    if (filled / size <= mostFilled) return { values: laid, step, first, filled, time };
  }
  return null;
}

/** Puts a line through gaps; both ends are known. Returns how many values were missing. */
function fillGaps(values: Float64Array): number {
  let filled = 0;
  let last = 0;
  for (let at = 1; at < values.length; at++) {
    if (Number.isNaN(values[at] as number)) continue;
    const [from, to] = [values[last] as number, values[at] as number];
    for (let gap = last + 1; gap < at; gap++) {
      values[gap] = from + ((to - from) * (gap - last)) / (at - last);
      filled += 1;
    }
    last = at;
  }
  return filled;
}

/** At most `most` values, each the median of equally many; a shorter rest at the end is left out. */
export function coarsened(values: Float64Array, most: number): { values: Float64Array; factor: number } {
  const factor = Math.max(1, Math.ceil(values.length / most));
  if (factor === 1) return { values, factor };
  const size = Math.floor(values.length / factor);
  const out = Float64Array.from({ length: size }, (_, at) =>
    median(values.subarray(at * factor, (at + 1) * factor)),
  );
  return { values: out, factor };
}

const day = 86_400;

/** Periods of the calendar, in steps of the series, that fit into it at least three times; with what they are called. */
export function calendarPeriods(series: Series): { period: number; name: string }[] {
  const { time, step, values } = series;
  const ofWidth = (width: BucketWidth): { seconds: number; name: string }[] => {
    if (width === 'year') return [];
    if (width === 'month') return [{ seconds: 12 * secondsOf('month'), name: 'yearly' }];
    return [
      { seconds: 60, name: 'each minute' },
      { seconds: 3600, name: 'hourly' },
      { seconds: day, name: 'daily' },
      { seconds: 7 * day, name: 'weekly' },
      { seconds: 365.2425 * day, name: 'yearly' },
    ];
  };
  const seconds = secondsOf(time.width) * step;
  return ofWidth(time.width)
    .map(({ seconds: length, name }) => ({ exact: length / seconds, name }))
    .filter(({ exact, name }) => name === 'yearly' || Math.abs(exact - Math.round(exact)) < 1e-9)
    .map(({ exact, name }) => ({ period: Math.round(exact), name }))
    .filter(({ period }) => period >= 2 && values.length >= 3 * period);
}
