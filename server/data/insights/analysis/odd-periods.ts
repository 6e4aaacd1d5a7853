import {
  extremeDeviates,
  madToSd,
  median,
  medianDeviation,
  normalUpperQuantile,
  runningMedian,
} from '@stroma/stats';
import type { Series } from './series.ts';
import { phaseSpreads, type Season } from './series-findings.ts';

export interface OddPeriod {
  /** First and past-the-last index. */
  from: number;
  to: number;
  /** Index of the most extreme value. */
  worst: number;
  value: number;
  lower: number;
  upper: number;
  /** Robust standard deviations of the worst value from what was expected. */
  z: number;
  points: number;
}

export interface OddPeriods {
  periods: OddPeriod[];
  /** What each value was expected to be. */
  expected: Float64Array;
}

/** The largest share of values that is looked for. */
const mostShare = 0.05;
/** Odd values nearer to each other than this share of the series are one period. */
const togetherShare = 0.005;

/**
 * Seasonal-hybrid ESD: the season by medians and a running median over a fifth of the series are taken off, and what is
 * left goes through the generalised ESD test with median and MAD. Odd stretches of up to a tenth of the series do not
 * move what is expected, and each phase of the season is held against its own spread. Hochenbaum, Vallis & Kejariwal 2017, arXiv:1704.07706.
 */
export function oddPeriods(
  { values }: Series,
  season: Season | null,
  slope: number,
  alpha: number,
): OddPeriods {
  const n = values.length;
  const flat = values.map(
    (value, at) =>
      value - slope * at - (season === null ? 0 : (season.parts.season[at % season.period] as number)),
  );
  const level = runningMedian(flat, Math.max(11, Math.floor(n / 5)));
  const spreads = phaseSpreads(season);
  const spreadAt = (at: number) => spreads[at % spreads.length] as number;
  const rest = flat.map((value, at) => (value - (level[at] as number)) / spreadAt(at));
  const centre = median(rest);
  const sd = madToSd * medianDeviation(rest, centre);
  const expected = values.map((value, at) => value - ((rest[at] as number) - centre) * spreadAt(at));
  const odd = extremeDeviates(rest, { alpha, most: Math.ceil(n * mostShare), robust: true }).sort(
    (a, b) => a - b,
  );
  const gap = Math.max(1, Math.floor(n * togetherShare));
  const periods: OddPeriod[] = [];
  const reach = (at: number) => Math.abs((rest[at] as number) - centre);
  // Later steps of the test are a little keener than its first.
  const least = Math.min(sd * normalUpperQuantile(alpha / (2 * n)), ...odd.map(reach));
  for (const at of odd) {
    const z = ((rest[at] as number) - centre) / sd;
    const last = periods.at(-1);
    const here = {
      worst: at,
      value: values[at] as number,
      lower: (expected[at] as number) - least * spreadAt(at),
      upper: (expected[at] as number) + least * spreadAt(at),
      z,
    };
    if (last !== undefined && at - last.to < gap) {
      last.to = at + 1;
      last.points += 1;
      if (Math.abs(z) > Math.abs(last.z)) Object.assign(last, here);
    } else periods.push({ from: at, to: at + 1, points: 1, ...here });
  }
  return { periods, expected };
}
