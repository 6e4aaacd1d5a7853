import {
  type Decomposition,
  decompose,
  friedman,
  levelCost,
  madToSd,
  mannKendall,
  meanOf,
  median,
  medianDeviation,
  noiseScale,
  normalTwoSided,
  pelt,
  runningMedian,
  type SenSlope,
  seasonalStrength,
  senSlope,
  type TrendTest,
  varianceOf,
} from '@stroma/stats';
import type { Looked } from './drafts.ts';
import { calendarPeriods, coarsened, type Series } from './series.ts';

export interface Season {
  name: string;
  period: number;
  strength: number;
  p: number;
  test: number;
  parts: Decomposition;
}

/** Below this a season explains too little to be worth words. */
const leastStrength = 0.1;

/** The calendar's season that explains most, if one is there; each that was looked at counts as a test. */
export function seasonOf(series: Series, looked: Looked): Season | null {
  const found = calendarPeriods(series).map(({ name, period }) => {
    const { p } = friedman(series.values, period);
    const parts = decompose(
      series.values,
      period,
      Math.max(2 * period, Math.floor(series.values.length / 5)),
    );
    return { name, period, p, parts, strength: seasonalStrength(parts), test: looked.test(p) };
  });
  const sure = found.filter(({ p, strength }) => p <= 0.01 && strength >= leastStrength);
  return sure.reduce<Season | null>(
    // A longer one holds the shorter ones in it: it has to explain clearly more.
    (best, each) => (best === null || each.strength > best.strength + 0.05 ? each : best),
    null,
  );
}

export function withoutSeason({ values }: Series, season: Season | null): Float64Array {
  if (season === null) return values;
  const { parts, period } = season;
  return values.map((value, at) => value - (parts.season[at % period] as number));
}

/** Values that the spread of one phase is taken from at least, those of phases beside it among them. */
const fewestForSpread = 60;
/** No phase is taken to be quieter than this share of the whole. */
const quietest = 0.2;

/** Robust standard deviation of the remainder by phase: nights are often quieter than days. Of no season, or of one whose phases scatter alike, the one 1. */
export function phaseSpreads(season: Season | null): Float64Array {
  if (season === null) return Float64Array.of(1);
  const { parts, period } = season;
  const { remainder } = parts;
  // Phases that scatter alike share one spread: one of their own would be a guess for each.
  if (friedman(remainder.map(Math.abs), period).p > 0.01) return Float64Array.of(1);
  const cycles = Math.max(1, Math.floor(remainder.length / period));
  const reach = Math.min(Math.floor(period / 4), Math.ceil((fewestForSpread / cycles - 1) / 2));
  const whole = madToSd * medianDeviation(remainder, 0);
  return Float64Array.from({ length: period }, (_, phase) => {
    const near: number[] = [];
    for (let at = phase - reach; at < remainder.length + reach; at += period)
      for (let beside = Math.max(0, at); beside <= Math.min(remainder.length - 1, at + 2 * reach); beside++)
        near.push(remainder[beside] as number);
    const spread = madToSd * medianDeviation(Float64Array.from(near), 0);
    return Math.max(spread, quietest * whole) || 1;
  });
}

export interface Trend extends TrendTest, SenSlope {
  /** Steps of the series between two of the values that were tested. */
  factor: number;
  points: number;
  test: number;
}

const trendPoints = 300;

/** Mann-Kendall of at most 300 medians, widened for serial correlation, with Sen's slope per step of the series. */
export function trendOf(flat: Float64Array, looked: Looked): Trend {
  const { values, factor } = coarsened(flat, trendPoints);
  const tested = mannKendall(values, { lags: Math.ceil(10 * Math.log10(values.length)) });
  const { slope, intercept, lower, upper } = senSlope(values, 0.95, tested.variance);
  return {
    ...tested,
    slope: slope / factor,
    lower: lower / factor,
    upper: upper / factor,
    intercept,
    factor,
    points: values.length,
    test: looked.test(tested.p),
  };
}

export interface Change {
  /** Index of the first value of the later segment. */
  at: number;
  before: number;
  after: number;
  /** First and past-the-last index of the two segments. */
  from: number;
  to: number;
  /** Difference in standard deviations of the noise. */
  effect: number;
  p: number;
  test: number;
}

export interface Changes {
  changes: Change[];
  sd: number;
  /** Slope per value that the changes are beside; 0 where steps alone fit better. */
  slope: number;
}

const changePoints = 1_000;

/**
 * Sudden changes of level by PELT, its penalty and its tests in units of the noise's long-run variance, so that slow
 * waves of correlated noise are none. A level lasts at least one period of the season, whose noise differs from phase to
 * phase. Steps alone and steps on a slope are both fitted; the cheaper one counts. A
 * change's p-value is corrected for the places where it could have been.
 */
export function levelChanges(flat: Float64Array, slope: number, period: number, looked: Looked): Changes {
  const { values: coarse, factor } = coarsened(flat, changePoints);
  const values = withoutSpikes(coarse);
  const n = values.length;
  const sloped = values.map((value, at) => value - slope * factor * at);
  const noise = noiseScale(values);
  const variance = noise.longRunVariance > 0 ? noise.longRunVariance : fallbackVariance(values);
  if (!(variance > 0)) {
    looked.test(1);
    return { changes: [], sd: 0, slope: 0 };
  }
  const shortest = Math.max(5, Math.ceil(n / 50), Math.ceil(period / factor));
  const penalty = 3 * Math.log(n);
  const fit = (series: Float64Array, more: number) => {
    const cost = levelCost(series, variance);
    const at = pelt(n, cost, penalty, shortest);
    const edges = [0, ...at, n];
    const total = at.reduce(
      (sum, end, index) => sum + cost(edges[index] as number, end),
      cost(edges.at(-2) as number, n),
    );
    return { at, series, cost: total + penalty * (at.length + more) };
  };
  const plain = fit(values, 0);
  const inclined = fit(sloped, 1);
  const best = inclined.cost < plain.cost ? inclined : plain;
  const edges = [0, ...best.at, n];
  const sd = Math.max(noise.sd, aroundSteps(best.series, edges)) || Math.sqrt(variance);
  const changes = best.at.map((at, index): Change => {
    const [from, to] = [edges[index] as number, edges[index + 2] as number];
    const before = meanOf(best.series.subarray(from, at));
    const after = meanOf(best.series.subarray(at, to));
    const z = (after - before) / Math.sqrt(variance * (1 / (at - from) + 1 / (to - at)));
    const p = Math.min(1, normalTwoSided(z) * n);
    return {
      at: at * factor,
      from: from * factor,
      to: to * factor,
      before,
      after,
      effect: (after - before) / sd,
      p,
      test: looked.test(p),
    };
  });
  if (changes.length === 0) looked.test(1);
  return { changes, sd, slope: best === inclined ? slope : 0 };
}

/** Robust standard deviation of what is left beside the steps. */
function aroundSteps(values: Float64Array, edges: readonly number[]): number {
  const rest = new Float64Array(values.length);
  for (let index = 0; index + 1 < edges.length; index++) {
    const [from, to] = [edges[index] as number, edges[index + 1] as number];
    const centre = median(values.slice(from, to));
    for (let at = from; at < to; at++) rest[at] = (values[at] as number) - centre;
  }
  return madToSd * medianDeviation(rest, 0);
}

/** Draws single values back to 4 standard deviations from the running median: a spike is no change of level. */
function withoutSpikes(values: Float64Array): Float64Array {
  const { sd } = noiseScale(values);
  if (!(sd > 0)) return values;
  const level = runningMedian(values, 11);
  return values.map((value, at) => {
    const centre = level[at] as number;
    return Math.min(centre + 4 * sd, Math.max(centre - 4 * sd, value));
  });
}

/** Of a series that is still most of the time and jumps. */
function fallbackVariance(values: Float64Array): number {
  const level = runningMedian(values, 11);
  const still = values.map((value, at) => value - (level[at] as number));
  const around = varianceOf(still);
  return around > 0 ? around : (varianceOf(values) || 0) / 1000;
}

/**
 * Sudden changes of variance: changes of level of the logarithm of what is left beside level, slope and season, which
 * a few extreme values do not decide. `before` and `after` are standard deviations.
 */
export function varianceChanges(
  flat: Float64Array,
  { changes, slope }: Changes,
  season: Season | null,
  looked: Looked,
): Changes {
  const edges = [0, ...changes.map(({ at }) => at), flat.length];
  const rest = new Float64Array(flat.length);
  for (let index = 0; index + 1 < edges.length; index++) {
    const [from, to] = [edges[index] as number, edges[index + 1] as number];
    const part = flat.slice(from, to).map((value, at) => value - slope * (from + at));
    const centre = median(part);
    for (let at = from; at < to; at++) rest[at] = Math.abs((part[at - from] as number) - centre);
  }
  const spreads = phaseSpreads(season);
  const even = rest.map((value, at) => value / (spreads[at % spreads.length] as number));
  const floor = median(even) * 1e-3;
  if (!(floor > 0)) {
    looked.test(1);
    return { changes: [], sd: 0, slope: 0 };
  }
  const logs = even.map((value) => Math.log(Math.max(value, floor)));
  const found = levelChanges(logs, 0, season?.period ?? 1, looked);
  const spread = (from: number, to: number) => median(rest.slice(from, to)) * madToSd;
  return {
    ...found,
    changes: found.changes.map((change) => ({
      ...change,
      before: spread(change.from, change.at),
      after: spread(change.at, change.to),
    })),
  };
}
