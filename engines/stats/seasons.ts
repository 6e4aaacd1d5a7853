import { chiSquaredUpper } from './distributions.ts';
import { meanOf, median, ranksOf, sorted, varianceOf } from './order-statistics.ts';

export interface Decomposition {
  /** Running median over one period or more; level of each moment. */
  trend: Float64Array;
  /** By phase of the period; its median is 0. */
  season: Float64Array;
  remainder: Float64Array;
}

/**
 * Splits a regular series into a running median, the median of each phase of the period, and what remains. Medians in
 * place of the means of the classical decomposition let a tenth of odd values leave all three as they are. Values are
 * finite, at least two periods. `window` is the width of the running median, in steps; at least one period.
 * O(n · window) at worst.
 */
export function decompose(values: Float64Array, period: number, window = period): Decomposition {
  const trend = runningMedian(values, Math.max(window, period));
  const detrended = values.map((value, at) => value - (trend[at] as number));
  const season = phaseMedians(detrended, period);
  return {
    trend,
    season,
    remainder: detrended.map((value, at) => value - (season[at % period] as number)),
  };
}

function phaseMedians(detrended: Float64Array, period: number): Float64Array {
  const season = new Float64Array(period);
  for (let phase = 0; phase < period; phase++)
    season[phase] = median(detrended.filter((_, at) => at % period === phase));
  const middle = median(season);
  return season.map((value) => value - middle);
}

/**
 * Median of the window around each value, moved inwards at both ends. The window is kept sorted and one value is put
 * in and one taken out at each step. O(n · width) moves of memory, which are fast.
 */
export function runningMedian(values: Float64Array, width: number): Float64Array {
  const n = values.length;
  const size = Math.min(n, Math.max(1, width));
  const window = sorted(values.subarray(0, size));
  const middle = () => ((window[(size - 1) >> 1] as number) + (window[size >> 1] as number)) / 2;
  const out = new Float64Array(n);
  const half = size >> 1;
  for (let at = 0; at <= Math.min(half, n - 1); at++) out[at] = middle();
  for (let from = 1; from + size <= n; from++) {
    replaceSorted(window, values[from - 1] as number, values[from + size - 1] as number);
    out[from + half] = middle();
  }
  const last = out[n - size + half] as number;
  for (let at = n - size + half + 1; at < n; at++) out[at] = last;
  return out;
}

function replaceSorted(window: Float64Array, gone: number, come: number): void {
  const from = lowerBound(window, gone);
  if (come >= gone) {
    const to = lowerBound(window, come);
    window.copyWithin(from, from + 1, to);
    window[to - 1] = come;
    if (to === from) window[from] = come;
  } else {
    const to = lowerBound(window, come);
    window.copyWithin(to + 1, to, from);
    window[to] = come;
  }
}

function lowerBound(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const at = (low + high) >> 1;
    if ((values[at] as number) < value) low = at + 1;
    else high = at;
  }
  return low;
}

/**
 * How much of the variation left by the trend the season explains, 0-1: 1 - var(remainder) / var(season + remainder).
 * Wang, Smith & Hyndman 2006, doi:10.1007/s10618-005-0039-x.
 */
export function seasonalStrength({ season, remainder }: Decomposition): number {
  const both = remainder.map((value, at) => value + (season[at % season.length] as number));
  const whole = varianceOf(both);
  return whole > 0 ? Math.max(0, 1 - varianceOf(remainder) / whole) : 0;
}

export interface FriedmanTest {
  statistic: number;
  df: number;
  p: number;
}

/**
 * Friedman's test that the phases of a period do not differ, each whole period a block, ties allowed. Levels that
 * move from period to period do not disturb it. Values are finite. Friedman 1937, doi:10.1080/01621459.1937.10503522.
 */
export function friedman(values: Float64Array, period: number): FriedmanTest {
  const blocks = Math.floor(values.length / period);
  const sums = new Float64Array(period);
  let correction = 0;
  for (let block = 0; block < blocks; block++) {
    const { ranks, ties } = ranksOf(values.slice(block * period, (block + 1) * period));
    for (let phase = 0; phase < period; phase++)
      sums[phase] = (sums[phase] as number) + (ranks[phase] as number);
    for (const size of ties) correction += size ** 3 - size;
  }
  let squares = 0;
  for (const sum of sums) squares += sum * sum;
  const k = period;
  const raw = (12 * squares) / (blocks * k * (k + 1)) - 3 * blocks * (k + 1);
  const scale = 1 - correction / (blocks * k * (k * k - 1));
  const statistic = scale > 0 ? raw / scale : 0;
  return { statistic, df: k - 1, p: blocks < 2 ? 1 : chiSquaredUpper(statistic, k - 1) };
}

/** Autocorrelation at one lag; 0 of constant values. */
export function autocorrelation(values: Float64Array, lag: number): number {
  const mean = meanOf(values);
  let product = 0;
  let whole = 0;
  for (let at = 0; at < values.length; at++) {
    const value = (values[at] as number) - mean;
    whole += value * value;
    if (at >= lag) product += value * ((values[at - lag] as number) - mean);
  }
  return whole > 0 ? product / whole : 0;
}
