import type { DuckDBValue } from '@duckdb/node-api';
import type { HistogramBin, JsonValue } from '@stroma/kernel';
import { type DuckDb, quoteLiteral } from '../duckdb.ts';
import { jsonOf } from '../sandbox/cells.ts';
import { binSql, binsFrom, histogramOf, planBins } from './histogram.ts';
import { numberOf, type ProfileSource, type SourceColumn } from './profile-source.ts';
import { valuePatterns } from './value-patterns.ts';
import {
  atRanks,
  type Moments,
  momentsOf,
  quantileRanks,
  quantilesFrom,
  type WeightedValues,
  weightedValues,
} from './weighted-values.ts';

/** Columns of at most this many distinct values are counted whole, here; the others inside the engine. */
const fewDistinct = 4096;
const topCount = 20;
const sampleSize = 1000;
/** Longer texts are cut where they are shown: first characters kept. */
const shownLength = 500;
const fineBins = 4096;
const mostFetched = 200_000;

export interface NumberFacts {
  min: number;
  max: number;
  quantiles: number[];
  histogram: HistogramBin[];
  outliers: { count: number; lower: number; upper: number };
  /** Null when they are still to be had from a pass over the rows. */
  moments: Moments | null;
}

export interface ColumnFacts {
  column: SourceColumn;
  nulls: number;
  distinct: number;
  min: JsonValue;
  max: JsonValue;
  top: { value: JsonValue; count: number }[];
  textLength: { min: number; max: number; mean: number } | null;
  numbers: NumberFacts | null;
  /** Values with their counts for telling what the column means: all of them, or some chosen by their hash. */
  sample: { value: string; count: number }[];
  /** Text that is mostly numbers or dates, with the rows that are neither missing nor that. */
  mixed: { kind: 'number' | 'date'; others: number } | null;
}

const count = (value: unknown): number => Number(value ?? 0);

/** Everything about one column that does not need another. One scan of the column. */
export async function columnFacts(
  db: DuckDb,
  source: ProfileSource,
  column: SourceColumn,
): Promise<ColumnFacts> {
  const groups = `SELECT ${column.value} AS v, count(*) AS n FROM ${source.from} GROUP BY 1`;
  if (source.rows <= fewDistinct) return fromAllGroups(db, column, `(${groups})`);
  await db.run(`CREATE OR REPLACE TEMP TABLE g AS ${groups}`);
  const [distinct] = await db.row('SELECT count(v) FROM g');
  if (count(distinct) <= fewDistinct) return fromAllGroups(db, column, 'g');
  return fromManyGroups(db, source, column);
}

const shown = (column: SourceColumn): string => {
  if (column.kind === 'text') return `left(v::VARCHAR, ${shownLength})`;
  if (column.kind === 'opaque') return column.type === 'nested' ? `left(v::VARCHAR, ${shownLength})` : 'NULL';
  return 'v';
};

async function values(db: DuckDb, sql: string): Promise<DuckDBValue[][]> {
  return (await db.connection.runAndReadAll(sql)).getRows();
}

async function fromAllGroups(db: DuckDb, column: SourceColumn, groups: string): Promise<ColumnFacts> {
  const number = numberOf(column.kind, 'v') ?? 'NULL';
  const length = column.kind === 'text' ? 'length(v)' : 'NULL';
  const rows = await values(
    db,
    `SELECT ${shown(column)}, n, ${number}, ${length}, v IS NULL FROM ${groups} ORDER BY n DESC, v`,
  );
  const present = rows.filter((row) => row[4] !== true);
  const nulls = rows.filter((row) => row[4] === true).reduce((sum, row) => sum + count(row[1]), 0);
  const data = weightedValues(present.map((row) => [Number(row[2]), count(row[1])]));
  const { min, max } = await extremes(db, column, groups, present);
  return {
    column,
    nulls,
    distinct: present.length,
    min,
    max,
    top: topOf(column, present),
    textLength: column.kind === 'text' ? lengthsOf(present) : null,
    numbers: number === 'NULL' || present.length === 0 ? null : numbersOf(column, data, present.length),
    sample: sampleOf(column, present),
    mixed: mixedOf(sampleOf(column, present)),
  };
}

/** More than half are numbers, or dates, and some are not. */
function mixedOf(sample: ColumnFacts['sample']): ColumnFacts['mixed'] {
  const total = sample.reduce((sum, { count: n }) => sum + n, 0);
  for (const kind of ['number', 'date'] as const) {
    let matching = 0;
    for (const { value, count: n } of sample) if (valuePatterns[kind].test(value)) matching += n;
    if (matching > total / 2 && matching < total) return { kind, others: total - matching };
  }
  return null;
}

const topOf = (column: SourceColumn, rows: readonly DuckDBValue[][]) =>
  column.type === 'binary'
    ? []
    : rows.slice(0, topCount).map((row) => ({ value: jsonOf(row[0] ?? null), count: count(row[1]) }));

const sampleOf = (column: SourceColumn, rows: readonly DuckDBValue[][]) =>
  column.kind === 'text' ? rows.map((row) => ({ value: String(row[0]), count: count(row[1]) })) : [];

function lengthsOf(rows: readonly DuckDBValue[][]): ColumnFacts['textLength'] {
  if (rows.length === 0) return null;
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  let sum = 0;
  let total = 0;
  for (const row of rows) {
    const length = count(row[3]);
    min = Math.min(min, length);
    max = Math.max(max, length);
    sum += length * count(row[1]);
    total += count(row[1]);
  }
  return { min, max, mean: sum / total };
}

async function extremes(
  db: DuckDb,
  column: SourceColumn,
  groups: string,
  present: readonly DuckDBValue[][],
): Promise<{ min: JsonValue; max: JsonValue }> {
  if (column.kind === 'opaque' || present.length === 0) return { min: null, max: null };
  if (column.kind === 'numeric' || column.kind === 'temporal') {
    const ordered = present.toSorted((a, b) => Number(a[2]) - Number(b[2]));
    const safe = column.type !== 'integer' || ordered.every((row) => Number.isSafeInteger(Number(row[2])));
    if (safe) return { min: jsonOf(ordered[0]?.[0] ?? null), max: jsonOf(ordered.at(-1)?.[0] ?? null) };
  }
  const [row] = await values(db, `SELECT ${extremesSql(column)} FROM ${groups}`);
  return { min: jsonOf(row?.[0] ?? null), max: jsonOf(row?.[1] ?? null) };
}

function extremesSql(column: SourceColumn): string {
  if (column.kind === 'opaque') return 'NULL, NULL';
  if (column.kind !== 'text') return 'min(v), max(v)';
  return `left(min(v)::VARCHAR, ${shownLength}), left(max(v)::VARCHAR, ${shownLength})`;
}

const isWhole = (column: SourceColumn) => column.type === 'integer';

function numbersOf(column: SourceColumn, data: WeightedValues, distinct: number): NumberFacts {
  const min = data.values[0] ?? 0;
  const max = data.values.at(-1) ?? 0;
  const quantiles = quantilesFrom(atRanks(data, quantileRanks(data.total)), data.total);
  const fences = fencesOf(quantiles);
  const temporal = column.kind === 'temporal';
  const plan = planBins({
    min,
    max,
    count: data.total,
    distinct,
    iqr: fences.iqr,
    whole: isWhole(column),
    temporal,
  });
  let outside = 0;
  for (let i = 0; i < data.values.length; i++) {
    const value = data.values[i] ?? 0;
    if (value < fences.lower || value > fences.upper) outside += data.counts[i] ?? 0;
  }
  return {
    min,
    max,
    quantiles,
    histogram: plan ? histogramOf(plan, data) : [],
    outliers: { count: outside, lower: fences.lower, upper: fences.upper },
    moments: temporal ? null : momentsOf(data),
  };
}

/** Tukey's fences, 1.5 IQR outside the quartiles. */
function fencesOf(quantiles: readonly number[]): { iqr: number; lower: number; upper: number } {
  const [, , q1 = 0, , q3 = 0] = quantiles;
  const iqr = q3 - q1;
  return { iqr, lower: q1 - 1.5 * iqr, upper: q3 + 1.5 * iqr };
}

async function fromManyGroups(db: DuckDb, source: ProfileSource, column: SourceColumn): Promise<ColumnFacts> {
  const lengths =
    column.kind === 'text' ? 'min(length(v)), max(length(v)), sum(length(v) * n)' : 'NULL, NULL, NULL';
  const [facts = []] = await values(
    db,
    `SELECT ${extremesSql(column)}, count(v), coalesce(sum(n) FILTER (v IS NULL), 0), ${lengths} FROM g`,
  );
  const nulls = count(facts[3]);
  const distinct = count(facts[2]);
  const total = source.rows - nulls;
  const top = await values(
    db,
    `SELECT ${shown(column)}, n FROM g WHERE v IS NOT NULL ORDER BY n DESC, v LIMIT ${topCount}`,
  );
  const sampled =
    column.kind === 'text'
      ? await values(
          db,
          `SELECT ${shown(column)}, n FROM g WHERE v IS NOT NULL ORDER BY hash(v), v LIMIT ${sampleSize}`,
        )
      : [];
  return {
    column,
    nulls,
    distinct,
    min: jsonOf(facts[0] ?? null),
    max: jsonOf(facts[1] ?? null),
    top: topOf(column, top),
    textLength:
      column.kind === 'text'
        ? { min: count(facts[4]), max: count(facts[5]), mean: count(facts[6]) / total }
        : null,
    numbers: numberOf(column.kind, 'v') ? await numbersInside(db, source, column, total, distinct) : null,
    sample: sampleOf(column, sampled),
    mixed: await mixedInside(db, sampleOf(column, sampled), total),
  };
}

/** As `mixedOf`, counted over the grouped table when the sample gives reason to. */
async function mixedInside(
  db: DuckDb,
  sample: ColumnFacts['sample'],
  total: number,
): Promise<ColumnFacts['mixed']> {
  const suspected = (['number', 'date'] as const).find(
    (kind) => sample.filter(({ value }) => valuePatterns[kind].test(value)).length > sample.length * 0.4,
  );
  if (!suspected) return null;
  const { source, flags } = valuePatterns[suspected];
  const [matching] = await db.row(
    `SELECT sum(n) FROM g WHERE regexp_matches(v::VARCHAR, ${quoteLiteral(source)}, ${quoteLiteral(flags || 'c')})`,
  );
  const others = total - count(matching);
  return count(matching) > total / 2 && others > 0 ? { kind: suspected, others } : null;
}

/** Numbers of the grouped table `g`, exact, without fetching it. */
async function numbersInside(
  db: DuckDb,
  source: ProfileSource,
  column: SourceColumn,
  total: number,
  distinct: number,
): Promise<NumberFacts> {
  const number = numberOf(column.kind, 'v') as string;
  const [low, high] = await db.row(`SELECT min(${number}), max(${number}) FROM g`);
  const [min, max] = [Number(low), Number(high)];
  const temporal = column.kind === 'temporal';
  const ranked = temporal ? [] : await orderStatistics(db, source, column, min, max, quantileRanks(total));
  const quantiles = temporal ? [] : quantilesFrom(ranked, total);
  const { iqr, lower, upper } = fencesOf(quantiles);
  const plan = planBins({ min, max, count: total, distinct, iqr, whole: isWhole(column), temporal });
  const outside = temporal
    ? 0
    : count(
        (
          await db.row(
            `SELECT sum(n) FROM g WHERE ${number} < ${lower}::DOUBLE OR ${number} > ${upper}::DOUBLE`,
          )
        )[0],
      );
  let histogram: HistogramBin[] = [];
  if (plan) {
    const counts = new Array<number>(plan.bins).fill(0);
    const bins = plan.width === 0 ? '0' : binSql(plan, number);
    for (const [bin, size] of await db.rows(
      `SELECT ${bins} AS b, sum(n) FROM g WHERE v IS NOT NULL GROUP BY b`,
    )) {
      counts[count(bin)] = count(size);
    }
    histogram = binsFrom(plan, counts);
  }
  return { min, max, quantiles, histogram, outliers: { count: outside, lower, upper }, moments: null };
}

/**
 * The values at some ranks of a column: counts of fine bins tell which bins hold them, and only those bins are
 * fetched. Falls back on the engine's quantiles where nearly all values share a bin.
 */
async function orderStatistics(
  db: DuckDb,
  source: ProfileSource,
  column: SourceColumn,
  min: number,
  max: number,
  ranks: readonly number[],
): Promise<number[]> {
  const number = numberOf(column.kind, 'v') as string;
  const width = (max - min) / fineBins;
  if (!(width > 0) || !Number.isFinite(width)) return engineRanks(db, source, column, ranks);
  // Any rounding is harmless: the expression never descends, so bins hold consecutive values.
  const bin = `least(${fineBins - 1}, floor((${number} - (${min})::DOUBLE) / (${width})::DOUBLE))::INTEGER`;
  const bins = await db.rows(
    `SELECT ${bin} AS b, sum(n), count(*) FROM g WHERE v IS NOT NULL GROUP BY b ORDER BY b`,
  );
  const wanted: { bin: number; below: number; ranks: number[] }[] = [];
  let below = 0;
  let next = 0;
  let fetched = 0;
  for (const [index, size, groups] of bins) {
    const above = below + count(size);
    const inside: number[] = [];
    while (next < ranks.length && (ranks[next] ?? 0) < above) inside.push(ranks[next++] ?? 0);
    if (inside.length > 0) {
      wanted.push({ bin: count(index), below, ranks: inside });
      fetched += count(groups);
    }
    below = above;
  }
  if (fetched > mostFetched) return engineRanks(db, source, column, ranks);
  const list = wanted.map((part) => part.bin).join(', ');
  const rows = await db.rows(
    `SELECT ${bin} AS b, ${number}, n FROM g WHERE v IS NOT NULL AND ${bin} IN (${list})`,
  );
  const byBin = Map.groupBy(rows, (row) => count(row[0]));
  return wanted.flatMap((part) => {
    const inside = weightedValues((byBin.get(part.bin) ?? []).map((row) => [Number(row[1]), count(row[2])]));
    return atRanks(
      inside,
      part.ranks.map((rank) => rank - part.below),
    );
  });
}

async function engineRanks(
  db: DuckDb,
  source: ProfileSource,
  column: SourceColumn,
  ranks: readonly number[],
): Promise<number[]> {
  const number = numberOf(column.kind, column.value) as string;
  const [total] = await db.row(`SELECT count(${column.value}) FROM ${source.from}`);
  const last = Math.max(1, count(total) - 1);
  // quantile_disc of p is the value at ceil(p * n) counted from 1: the middle of a rank's interval avoids rounding.
  const shares = ranks.map((rank) => Math.min(1, (rank + 0.5) / (last + 1)));
  const [list] = await db.row(`SELECT quantile_disc(${number}, [${shares.join(', ')}]) FROM ${source.from}`);
  return (list as number[]).map(Number);
}
