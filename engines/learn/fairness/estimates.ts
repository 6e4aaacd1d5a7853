import { normalUpperQuantile, studentUpperQuantile } from '@stroma/stats';
import { wilsonInterval } from '../scores/intervals.ts';

/** A number and where it would lie, at the level of the report, had other rows been drawn. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** The estimate at a level: comparing many groups asks for a higher one. Null: there are no rows to tell it from. */
export type Estimator = (level: number) => Estimate | null;

/** Of a share, by Wilson's interval. */
export const shareOf =
  (hits: number, rows: number): Estimator =>
  (level) => {
    if (rows === 0) return null;
    const { value, low, high } = wilsonInterval(hits / rows, rows, level);
    return { value, low, high };
  };

/** Of a mean, by Student's t. */
export const meanWithin =
  (values: Float64Array): Estimator =>
  (level) => {
    const moments = momentsOf(values);
    if (moments === null) return null;
    const reach = reachOf(moments.sd, values.length, level);
    return { value: moments.mean, low: moments.mean - reach, high: moments.mean + reach };
  };

/** Of the root of a mean of squares: Student's t on its logarithm, so that no bound falls below 0. */
export const rootMeanSquare =
  (errors: Float64Array): Estimator =>
  (level) => {
    const moments = momentsOf(errors.map((own) => own * own));
    if (moments === null) return null;
    const value = Math.sqrt(moments.mean);
    if (value === 0) return { value, low: 0, high: 0 };
    const factor = Math.exp(reachOf(moments.sd / moments.mean, errors.length, level) / 2);
    return { value, low: value / factor, high: value * factor };
  };

function momentsOf(values: Float64Array): { mean: number; sd: number } | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, own) => sum + own, 0) / values.length;
  const squares = values.reduce((sum, own) => sum + (own - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

function reachOf(sd: number, rows: number, level: number): number {
  const beyond = (1 - level) / 2;
  // Past this Student's t is the normal to four digits, and the normal's quantile is quick.
  const t = rows > 10_000 ? normalUpperQuantile(beyond) : studentUpperQuantile(beyond, rows - 1);
  return (t * sd) / Math.sqrt(rows);
}

/**
 * a - b of independent estimates, from their own bounds: of shares with Wilson's this is Newcombe's tenth method, 1998,
 * doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
 */
export function differenceOf(a: Estimate, b: Estimate): Estimate {
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}

/** a / b of independent estimates that are not negative, b above 0. Donner & Zou 2012, doi:10.1177/0962280210383082. */
export function ratioOf(a: Estimate, b: Estimate): Estimate {
  const product = a.value * b.value;
  const least = (end: number, own: number) => end * (2 * own - end);
  const under = least(a.low, a.value);
  const root = Math.sqrt(Math.max(0, product ** 2 - under * least(b.high, b.value)));
  const below = least(b.low, b.value);
  const above = Math.sqrt(Math.max(0, product ** 2 - least(a.high, a.value) * below));
  return {
    value: a.value / b.value,
    low: product + root > 0 ? Math.max(0, under / (product + root)) : 0,
    high: below > 0 ? (product + above) / below : Number.POSITIVE_INFINITY,
  };
}

/** How far groups are apart in one rate, or in the rate of several in which they are furthest apart. */
export interface Apart {
  /** The greatest less the least, 0 or more. */
  difference: Estimate;
  /** The least over the greatest, 0 to 1; null where all are 0. */
  ratio: Estimate | null;
  /** The groups of the greatest difference. */
  lowest: number;
  highest: number;
}

/**
 * `rates`: of each rate, its estimator in each group. The bounds hold together for all pairs of groups (Bonferroni), so
 * those of the greatest difference hold although it was picked: of more than two groups, and of equal ones, they are
 * wide rather than narrow. Null where fewer than two groups have one of the rates. O(rates · groups²).
 */
export function apart(rates: readonly (readonly Estimator[])[], level: number): Apart | null {
  const present = rates.map((groups) => [...groups.keys()].filter((at) => groups[at]?.(level) !== null));
  const pairs = present.reduce((sum, known) => sum + (known.length * (known.length - 1)) / 2, 0);
  if (present.some((known) => known.length < 2)) return null;
  const strict = 1 - (1 - level) / pairs;
  let found: Apart | null = null;
  rates.forEach((groups, rate) => {
    const known = present[rate] as number[];
    const estimates = known.map((at) => groups[at]?.(strict) as Estimate);
    for (let i = 0; i < known.length; i++)
      for (let j = i + 1; j < known.length; j++) {
        const [low, high] =
          (estimates[i] as Estimate).value <= (estimates[j] as Estimate).value ? [i, j] : [j, i];
        const own = pairApart(estimates[low] as Estimate, estimates[high] as Estimate);
        const pair = { ...own, lowest: known[low] as number, highest: known[high] as number };
        found = found === null ? pair : further(found, pair);
      }
  });
  return found;
}

function pairApart(low: Estimate, high: Estimate): Pick<Apart, 'difference' | 'ratio'> {
  const signed = differenceOf(high, low);
  const difference = {
    value: signed.value,
    low: Math.max(0, signed.low),
    high: Math.max(signed.high, -signed.low),
  };
  if (high.value <= 0 || low.value < 0) return { difference, ratio: null };
  const ratio = ratioOf(low, high);
  const turned = ratio.high > 1 ? 1 / ratio.high : 1;
  return {
    difference,
    ratio: { value: ratio.value, low: Math.min(ratio.low, turned), high: Math.min(1, ratio.high) },
  };
}

function further(a: Apart, b: Apart): Apart {
  const widest = a.difference.value >= b.difference.value ? a : b;
  const each = (pick: (...values: number[]) => number, x: Estimate, y: Estimate): Estimate => ({
    value: pick(x.value, y.value),
    low: pick(x.low, y.low),
    high: pick(x.high, y.high),
  });
  return {
    difference: each(Math.max, a.difference, b.difference),
    ratio: a.ratio === null ? b.ratio : b.ratio === null ? a.ratio : each(Math.min, a.ratio, b.ratio),
    lowest: widest.lowest,
    highest: widest.highest,
  };
}
