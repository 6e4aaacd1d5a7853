import { normalTwoSided, normalUpperQuantile } from './distributions.ts';
import { meanOf, quantileOfSorted, ranksOf } from './order-statistics.ts';

export interface TrendTest {
  n: number;
  /** Concordant less discordant pairs. */
  s: number;
  /** Of `s` under no trend, with ties and, where asked for, serial correlation taken into account. */
  variance: number;
  /** Kendall's tau-b against time. */
  tau: number;
  z: number;
  p: number;
}

/**
 * Mann-Kendall test for a monotonic trend of values in the order of time, ties allowed; two-sided, with continuity
 * correction. `serial` widens the variance by the rank autocorrelation of the detrended values that is significant at
 * 5 %, up to `lags`: Hamed & Rao 1998, doi:10.1016/S0022-1694(97)00125-X. Values are finite, at least 3.
 * Mann 1945, doi:10.2307/1907187; Kendall 1975. O(n²).
 */
export function mannKendall(values: Float64Array, serial: { lags: number } | null = null): TrendTest {
  const n = values.length;
  const s = concordance(values);
  const { ties } = ranksOf(values);
  let variance = (n * (n - 1) * (2 * n + 5)) / 18;
  let tied = 0;
  for (const size of ties) {
    variance -= (size * (size - 1) * (2 * size + 5)) / 18;
    tied += (size * (size - 1)) / 2;
  }
  if (serial !== null && variance > 0) variance *= serialInflation(values, serial.lags);
  const pairs = (n * (n - 1)) / 2;
  const tau = tied >= pairs ? 0 : s / Math.sqrt(pairs * (pairs - tied));
  const z = variance <= 0 || s === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance);
  return { n, s, variance, tau, z, p: normalTwoSided(z) };
}

function concordance(values: Float64Array): number {
  let s = 0;
  for (let i = 0; i < values.length; i++) {
    const first = values[i] as number;
    for (let j = i + 1; j < values.length; j++) {
      const second = values[j] as number;
      s += second > first ? 1 : second < first ? -1 : 0;
    }
  }
  return s;
}

function serialInflation(values: Float64Array, lags: number): number {
  const n = values.length;
  const { slope } = senSlope(values);
  const { ranks } = ranksOf(values.map((value, at) => value - (at + 1) * slope));
  const bound = normalUpperQuantile(0.025) / Math.sqrt(n);
  const mean = meanOf(ranks);
  let denominator = 0;
  for (const rank of ranks) denominator += (rank - mean) ** 2;
  if (denominator === 0) return 1;
  let sum = 0;
  for (let lag = 1; lag <= Math.min(lags, n - 2); lag++) {
    let product = 0;
    for (let at = 0; at < n - lag; at++)
      product += ((ranks[at] as number) - mean) * ((ranks[at + lag] as number) - mean);
    const correlation = product / denominator;
    if (Math.abs(correlation) > bound) sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
  }
  // Negative correlation could make it vanish; a test is never made keener than that of independent values.
  return Math.max(1, 1 + (2 * sum) / (n * (n - 1) * (n - 2)));
}

export interface SenSlope {
  /** Median of the slopes of all pairs; per step of time. */
  slope: number;
  /** So that half of the values lie above the line: median of `value - slope * at`, `at` from 0. */
  intercept: number;
  lower: number;
  upper: number;
}

/**
 * Sen's slope with its confidence interval by Mann-Kendall's variance. Values are finite, at least 2, one each step.
 * Sen 1968, doi:10.1080/01621459.1968.10480934. O(n² log n), 8 n²/2 bytes.
 */
export function senSlope(values: Float64Array, level = 0.95, variance?: number): SenSlope {
  const n = values.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) slopes[at++] = ((values[j] as number) - (values[i] as number)) / (j - i);
  slopes.sort();
  const slope = quantileOfSorted(slopes, 0.5);
  const rest = values.map((value, index) => value - slope * index).sort();
  const spread = normalUpperQuantile((1 - level) / 2) * Math.sqrt(variance ?? plainVariance(values));
  const rank = (position: number) => slopes[Math.min(slopes.length - 1, Math.max(0, position - 1))] as number;
  return {
    slope,
    intercept: quantileOfSorted(rest, 0.5),
    lower: rank(Math.round((slopes.length - spread) / 2)),
    upper: rank(Math.round((slopes.length + spread) / 2) + 1),
  };
}

function plainVariance(values: Float64Array): number {
  const n = values.length;
  let variance = (n * (n - 1) * (2 * n + 5)) / 18;
  for (const size of ranksOf(values).ties) variance -= (size * (size - 1) * (2 * size + 5)) / 18;
  return variance;
}
