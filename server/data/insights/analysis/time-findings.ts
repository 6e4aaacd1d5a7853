import type { InsightChart } from '@stroma/contracts';
import { median } from '@stroma/stats';
import type { InsightPlan, NumberColumn, TimePlan } from '../insights.plan.ts';
import { familyAlpha, type ReadSeries } from '../insights.reading.ts';
import { behind } from '../insights.sql.ts';
import {
  counted,
  type Draft,
  draft,
  type Found,
  type Looked,
  percent,
  say,
  sayP,
  withUnit,
} from './drafts.ts';
import { type OddPeriods, oddPeriods } from './odd-periods.ts';
import { regularSeries, type Series, startOf, stepSeconds } from './series.ts';
import {
  type Change,
  levelChanges,
  type Season,
  seasonOf,
  type Trend,
  trendOf,
  varianceChanges,
  withoutSeason,
} from './series-findings.ts';

interface Looking {
  series: Series;
  /** Null for the number of rows in each bucket. */
  column: NumberColumn | null;
  what: string;
  unit: string | null;
  columns: string[];
  time: TimePlan;
  rows: number;
}

const mostOddPeriods = 20;
const leastChange = 1;
const leastTau = 0.1;

/** What changes with time: each column's mean, and how many rows there are. */
export function timeFindings(plan: InsightPlan, read: ReadSeries, time: TimePlan, looked: Looked): Found {
  const drafts: Draft[] = [];
  const notFound: string[] = [];
  const looking = whatToLookAt(plan, read, time, notFound);
  for (const each of looking) drafts.push(...findingsOf(each, looking.length, looked));
  const trends = drafts.filter(
    ({ kind }) => kind === 'trend' || kind === 'seasonality' || kind === 'level_change',
  );
  if (looking.length > 0 && trends.length === 0)
    notFound.push(
      `No trend: of ${counted(looking.length, 'series', 'series')} over ${time.column} none rises, falls, repeats itself or changes its level beyond what chance explains.`,
    );
  return { drafts, notFound };
}

function whatToLookAt(plan: InsightPlan, read: ReadSeries, time: TimePlan, notFound: string[]): Looking[] {
  const tooThin: string[] = [];
  const base = { time, rows: plan.rows };
  const columns = plan.numbers.flatMap((column, at): Looking[] => {
    const series = regularSeries(read.bucket, read.count, read.means[at] as Float64Array, time);
    if (series === null) {
      tooThin.push(column.name);
      return [];
    }
    if (series.values.every((value) => value === series.values[0])) return [];
    const what = column.isFlag ? `the share of ${column.name}` : `the mean of ${column.name}`;
    return [{ ...base, series, column, what, unit: column.unit, columns: [column.name, time.column] }];
  });
  if (tooThin.length > 0)
    notFound.push(
      `Not looked at over time, because fewer than 12 moments of ${time.column} have a value or more than a fifth of them have none: ${tooThin.join(', ')}.`,
    );
  const arrivals = regularSeries(read.bucket, new Float64Array(read.count.length).fill(1), read.count, time);
  // Both ends are seldom whole buckets.
  const inner = arrivals === null ? null : withoutEnds(arrivals);
  if (inner === null || inner.filled > 0 || new Set(inner.values).size < 3) return columns;
  return [
    ...columns,
    { ...base, series: inner, column: null, what: 'the number of rows', unit: null, columns: [time.column] },
  ];
}

function withoutEnds(series: Series): Series | null {
  return series.values.length < 14
    ? null
    : { ...series, first: series.first + series.step, values: series.values.slice(1, -1) };
}

function findingsOf(looking: Looking, family: number, looked: Looked): Draft[] {
  const { series } = looking;
  const season = seasonOf(series, looked);
  const flat = withoutSeason(series, season);
  const trend = trendOf(flat, looked);
  const isTrend = trend.p <= 0.05;
  const odd = oddPeriods(series, season, isTrend ? trend.slope : 0, familyAlpha / family);
  const levels = levelChanges(flat, isTrend ? trend.slope : 0, season?.period ?? 1, looked);
  const spreads = varianceChanges(flat, levels, season, looked);
  return [
    ...(Math.abs(trend.tau) >= leastTau ? [trendDraft(looking, trend, levels.changes)] : []),
    ...(season === null ? [] : [seasonDraft(looking, season)]),
    ...levels.changes
      .filter(({ effect }) => Math.abs(effect) >= leastChange)
      .map((change) => changeDraft(looking, change, 'level_change')),
    ...spreads.changes
      .filter(
        ({ before, after }) => before > 0 && after > 0 && Math.abs(Math.log(after / before)) >= Math.log(1.3),
      )
      .map((change) => changeDraft(looking, change, 'variance_change')),
    ...odd.periods
      .toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z) || a.from - b.from)
      .slice(0, mostOddPeriods)
      .map((period) => oddDraft(looking, odd, period)),
  ];
}

const units: readonly [number, string][] = [
  [365.2425 * 86_400, 'year'],
  [30.436875 * 86_400, 'month'],
  [7 * 86_400, 'week'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** The unit of time in which a series of some length is spoken of. */
function paceOf(series: Series): { seconds: number; name: string } {
  const span = stepSeconds(series) * series.values.length;
  const [seconds, name] = units.find(([length]) => span >= 4 * length) ?? [1, 'second'];
  return { seconds, name };
}

function trendDraft(looking: Looking, trend: Trend, changes: readonly Change[]): Draft {
  const { series, what, unit, column, columns, time, rows } = looking;
  const pace = paceOf(series);
  const perStep = pace.seconds / stepSeconds(series);
  const slope = trend.slope * perStep;
  const [lower, upper] = [trend.lower * perStep, trend.upper * perStep];
  const whole = trend.slope * (series.values.length - 1);
  const [from, to] = [startOf(series, 0), startOf(series, series.values.length - 1)];
  const word = slope > 0 ? 'rises' : 'falls';
  const jumps = changes.filter(({ effect }) => Math.abs(effect) >= leastChange).length;
  const remark =
    jumps === 0 ? '' : ` Part of it comes suddenly: see the ${counted(jumps, 'change')} of level.`;
  return draft({
    group: 'changed',
    kind: 'trend',
    severity: Math.abs(trend.tau) >= 0.5 ? 'warning' : 'info',
    columns,
    title: `${capital(what)} ${word} by ${withUnit(Math.abs(slope), unit)} a ${pace.name}`,
    text: `From ${from} to ${to} ${what} ${word} by ${withUnit(Math.abs(slope), unit)} a ${pace.name} (Sen's slope ${say(slope)}, 95 % interval ${say(lower)} to ${say(upper)}), ${withUnit(whole, unit)} in all. Mann-Kendall over ${trend.points} values: tau ${say(trend.tau)}, ${sayP(trend.p)}.${remark}`,
    numbers: {
      slope,
      lower,
      upper,
      interval: 95,
      whole,
      points: trend.points,
      tau: trend.tau,
      p: trend.p,
      jumps,
    },
    period: { from, to },
    effect: { name: "Kendall's tau", value: trend.tau },
    p: trend.p,
    test: trend.test,
    n: rows,
    sql: behind.series(time, column),
    chart: lineChart(looking, {
      expected: series.values.map((_, at) => trend.intercept + trend.slope * at),
      isSmooth: true,
    }),
    weight: Math.abs(trend.tau),
  });
}

function seasonDraft(looking: Looking, { name, period, parts, strength, p, test }: Season): Draft {
  const { series, what, unit, column, columns, time, rows } = looking;
  const high = parts.season.indexOf(Math.max(...parts.season));
  const low = parts.season.indexOf(Math.min(...parts.season));
  const swing = (parts.season[high] as number) - (parts.season[low] as number);
  const points = parts.season.map((value) => value);
  return draft({
    group: 'changed',
    kind: 'seasonality',
    severity: 'info',
    columns,
    title: `${capital(what)} has a ${name} pattern of ${withUnit(swing, unit)}`,
    text: `${capital(what)} repeats itself ${name === 'each minute' ? name : `in a ${name} pattern`} of ${period} steps, ${withUnit(swing, unit)} between its highest and lowest; it explains ${percent(strength)} of the variation beside the trend. Friedman's test over ${Math.floor(series.values.length / period)} periods: ${sayP(p)}.`,
    numbers: {
      period,
      swing,
      strength: strength * 100,
      periods: Math.floor(series.values.length / period),
      p,
    },
    effect: { name: 'strength of season', value: strength },
    p,
    test,
    n: rows,
    sql: behind.series(time, column),
    chart: {
      kind: 'line',
      x_title: `steps of the ${name} pattern`,
      y_title: unit === null ? what : `${what} (${unit})`,
      x_type: 'number',
      points: Array.from(thinned(points), ({ x, y }) => ({ x, y, marked: false, lower: null, upper: null })),
    },
    weight: strength,
  });
}

function changeDraft(looking: Looking, change: Change, kind: 'level_change' | 'variance_change'): Draft {
  const { series, what, unit, columns, time, rows } = looking;
  const { before, after, effect, p, test, at, from, to } = change;
  const moment = startOf(series, at);
  const isLevel = kind === 'level_change';
  const ratio = after / before;
  const grew = isLevel ? after > before : ratio > 1;
  const [since, until] = [startOf(series, from), startOf(series, Math.min(to, series.values.length) - 1)];
  const size = isLevel ? Math.abs(effect) : Math.max(ratio, 1 / ratio);
  return draft({
    group: 'changed',
    kind,
    severity: size >= 3 ? 'critical' : size >= 1.5 ? 'warning' : 'info',
    columns,
    title: isLevel
      ? `${capital(what)} ${grew ? 'jumps up' : 'drops'} at ${moment}`
      : `${capital(what)} scatters ${grew ? 'more' : 'less'} from ${moment} on`,
    text: isLevel
      ? `At ${moment} the level of ${what} changes from ${withUnit(before, unit)} to ${withUnit(after, unit)}, ${say(Math.abs(effect))} standard deviations of its noise (${since} to ${until}; PELT, ${sayP(p)} after the search over all moments).`
      : `From ${moment} on ${what} scatters ${say(size)} times as ${grew ? 'much' : 'little'}: its robust standard deviation goes from ${withUnit(before, unit)} to ${withUnit(after, unit)} (${since} to ${until}; PELT, ${sayP(p)} after the search over all moments).`,
    numbers: isLevel ? { before, after, effect: Math.abs(effect), p } : { before, after, ratio: size, p },
    value: after,
    period: { from: moment, to: startOf(series, Math.min(to, series.values.length)) },
    effect: isLevel
      ? { name: 'standard deviations', value: effect }
      : { name: 'ratio of standard deviations', value: ratio },
    p,
    test,
    n: rows,
    sql: behind.series(time, looking.column),
    chart: lineChart(looking, {
      marked: (index) => index === at,
      ...(isLevel ? { expected: stepLine(series.values.length, change) } : {}),
      isSmooth: isLevel,
    }),
    weight: isLevel ? Math.abs(effect) : Math.abs(Math.log(ratio)),
  });
}

function oddDraft(looking: Looking, odd: OddPeriods, period: OddPeriods['periods'][number]): Draft {
  const { series, what, unit, columns, time, rows } = looking;
  const { from, to, worst, value, lower, upper, z, points } = period;
  const [begin, end] = [startOf(series, from), startOf(series, to)];
  return draft({
    group: 'odd',
    kind: 'odd_period',
    severity: Math.abs(z) >= 10 ? 'critical' : Math.abs(z) >= 6 ? 'warning' : 'info',
    columns,
    title: `${capital(what)} is unusually ${z > 0 ? 'high' : 'low'} at ${startOf(series, worst)}`,
    text: `From ${begin} to ${end} ${counted(points, 'value')} of ${what} ${points === 1 ? 'lies' : 'lie'} outside what level and season let expect. The farthest is ${withUnit(value, unit)} at ${startOf(series, worst)}, where ${say(lower)} to ${withUnit(upper, unit)} was expected: ${say(Math.abs(z))} robust standard deviations away (seasonal-hybrid ESD).`,
    numbers: { points, value, lower, upper, z: Math.abs(z) },
    value,
    expected: { lower, upper },
    period: { from: begin, to: end },
    effect: { name: 'robust standard deviations', value: z },
    n: rows,
    sql: behind.period(time, begin, end),
    chart: lineChart(looking, {
      expected: odd.expected,
      marked: (index) => index >= from && index < to,
      around: worst,
    }),
    weight: Math.abs(z),
  });
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

interface Drawn {
  expected?: Float64Array;
  marked?: (index: number) => boolean;
  /** Only a stretch about this index is drawn. */
  around?: number;
  /** Medians of the values between stand for them, so that a spike does not flatten the rest. */
  isSmooth?: boolean;
}

/** Both levels of a change, missing outside of them. */
function stepLine(n: number, { from, at, to, before, after }: Change): Float64Array {
  return Float64Array.from({ length: n }, (_, index) =>
    index < from || index >= to ? Number.NaN : index < at ? before : after,
  );
}

const drawnPoints = 160;

/** Every so many-th value by the mean of those between, marked where one of them is. */
function lineChart(
  { series, what, unit }: Looking,
  { expected, marked, around, isSmooth = false }: Drawn,
): InsightChart {
  const n = series.values.length;
  const half = Math.max(drawnPoints / 2, Math.floor(n / 20));
  const from = around === undefined ? 0 : Math.max(0, Math.min(n - 2 * half, around - half));
  const to = around === undefined ? n : Math.min(n, from + 2 * half);
  const each = Math.max(1, Math.ceil((to - from) / drawnPoints));
  const points: InsightChart['points'] = [];
  for (let start = from; start < to; start += each) {
    const end = Math.min(to, start + each);
    let isMarked = false;
    for (let at = start; at < end; at++) isMarked ||= marked?.(at) ?? false;
    const line = expected === undefined ? Number.NaN : mean(expected, start, end);
    points.push({
      x: startOf(series, start),
      y: isSmooth ? median(series.values.slice(start, end)) : mean(series.values, start, end),
      marked: isMarked,
      lower: Number.isNaN(line) ? null : line,
      upper: Number.isNaN(line) ? null : line,
    });
  }
  return {
    kind: 'line',
    x_title: series.time.column,
    y_title: unit === null ? what : `${what} (${unit})`,
    x_type: 'time',
    points,
  };
}

function mean(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += values[at] as number;
  return sum / (to - from);
}

function* thinned(values: Float64Array): Generator<{ x: number; y: number }> {
  const each = Math.max(1, Math.ceil(values.length / drawnPoints));
  for (let at = 0; at < values.length; at += each)
    yield { x: at, y: mean(values, at, Math.min(values.length, at + each)) };
}
