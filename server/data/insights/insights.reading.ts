import type { JsonValue } from '@stroma/kernel';
import type { SqlLimits, SqlSandbox, SqlSource } from '@stroma/lake';
import { type Moments, type OutlierRange, outlierRange } from '@stroma/stats';
import type { Context } from '../../platform/context.ts';
import type { InsightPlan, NumberColumn } from './insights.plan.ts';
import {
  outsideQuery,
  sampleQuery,
  segmentsQuery,
  seriesQuery,
  spreadQuery,
  type WantedRange,
} from './insights.sql.ts';

export interface ReadSeries {
  bucket: Float64Array;
  count: Float64Array;
  /** Of each column of numbers; NaN where a bucket holds none. */
  means: Float64Array[];
}

export interface ReadSample {
  /** Numbers of the rows, from 1. */
  rows: Float64Array;
  /** NaN where missing. */
  numbers: Float64Array[];
  texts: (string | null)[][];
}

export interface Segment extends Moments {
  category: number;
  value: string | null;
}

export interface OddValues extends WantedRange {
  range: OutlierRange;
  n: number;
  below: number;
  above: number;
  most: { row: number; value: number }[];
}

/** Everything that was read of the table; small whatever its size. */
export interface InsightReading {
  series: ReadSeries | null;
  sample: ReadSample;
  segments: Segment[];
  whole: Moments | null;
  odd: OddValues[];
}

export interface Reader {
  sandbox: Pick<SqlSandbox, 'query'>;
  ctx: Context;
  sources: () => Promise<SqlSource[]>;
  limits: Partial<SqlLimits>;
}

/** Of anything being called odd in a table without anything odd, were its columns normal. */
export const familyAlpha = 0.05;

/**
 * Reads what is looked at through the sandbox, as the asker sees it. One thread a statement: sums of doubles by several
 * are not the same twice.
 */
export async function readTable(reader: Reader, plan: InsightPlan): Promise<InsightReading> {
  const measured = plan.numbers.filter(({ isFlag }) => !isFlag);
  const measure = plan.numbers.find(({ name }) => name === plan.measure);
  const [odd, series, sample, segments] = await Promise.all([
    readOdd(reader, measured),
    plan.time === null ? null : one(reader, seriesQuery(plan, plan.time)),
    one(reader, sampleQuery(plan)),
    measure === undefined ? [] : run(reader, segmentsQuery(measure, plan.categories)),
  ]);
  const [whole, ...classes] = segments.map(segmentOf);
  return {
    series: series === null ? null : seriesOf(series),
    sample: sampleOf(sample, plan),
    whole: whole ?? null,
    segments: classes,
    odd,
  };
}

async function run({ sandbox, ctx, sources, limits }: Reader, sql: string): Promise<JsonValue[][]> {
  const { rows } = await sandbox.query(sql, await sources(), {
    limits: { ...limits, threads: 1 },
    signal: ctx.signal,
    caller: ctx.actor.id,
  });
  return rows;
}

async function one(reader: Reader, sql: string): Promise<JsonValue[]> {
  const [row] = await run(reader, sql);
  return row ?? [];
}

export async function readRows(reader: Reader, sql: string): Promise<JsonValue[][]> {
  return run(reader, sql);
}

const listOf = (value: JsonValue | undefined): JsonValue[] => (Array.isArray(value) ? value : []);
const numberOf = (value: JsonValue | undefined): number =>
  value === null || value === undefined ? Number.NaN : Number(value);
const numbersOf = (value: JsonValue | undefined): Float64Array => Float64Array.from(listOf(value), numberOf);

function seriesOf([bucket, count, ...means]: JsonValue[]): ReadSeries {
  return { bucket: numbersOf(bucket), count: numbersOf(count), means: means.map(numbersOf) };
}

function sampleOf([rows, ...columns]: JsonValue[], { numbers }: InsightPlan): ReadSample {
  return {
    rows: numbersOf(rows),
    numbers: columns.slice(0, numbers.length).map(numbersOf),
    texts: columns
      .slice(numbers.length)
      .map((column) => listOf(column).map((text) => (text === null ? null : String(text)))),
  };
}

function segmentOf([category, value, n, mean, sd]: JsonValue[]): Segment {
  return {
    category: Number(category),
    value: value === null || value === undefined ? null : String(value),
    n: Number(n),
    mean: numberOf(mean),
    sd: numberOf(sd),
  };
}

async function readOdd(reader: Reader, measured: readonly NumberColumn[]): Promise<OddValues[]> {
  if (measured.length === 0) return [];
  const spread = await one(reader, spreadQuery(measured));
  const ranged = measured.flatMap((column, at) => {
    const n = numberOf(spread[2 * at]);
    const range = rangeOf(column, n, numberOf(spread[2 * at + 1]), familyAlpha / measured.length);
    return range === null ? [] : [{ column, n, range, lower: range.lower, upper: range.upper }];
  });
  const outside = ranged.filter(({ column, lower, upper }) => column.min < lower || column.max > upper);
  if (outside.length === 0) return [];
  const found = await one(reader, outsideQuery(outside));
  return outside.map((each, at) => {
    const [below, above, rows, values] = found.slice(4 * at, 4 * at + 4);
    const most = listOf(rows).map((row, index) => ({
      row: Number(row),
      value: numberOf(listOf(values)[index]),
    }));
    return { ...each, below: numberOf(below), above: numberOf(above), most };
  });
}

/** In the column's own unit, also where it was judged by its logarithms. Fewer than 20 values say too little. */
function rangeOf(column: NumberColumn, n: number, mad: number, alpha: number): OutlierRange | null {
  if (!(n >= 20)) return null;
  const { median, q1, q3, isLogarithmic } = column;
  if (!isLogarithmic) return outlierRange({ n, median, mad, q1, q3 }, alpha);
  const range = outlierRange({ n, median: Math.log(median), mad, q1: Math.log(q1), q3: Math.log(q3) }, alpha);
  return range === null ? null : { ...range, lower: Math.exp(range.lower), upper: Math.exp(range.upper) };
}
