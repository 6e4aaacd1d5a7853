import type { DuckDBValue } from '@duckdb/node-api';
import type { JsonValue } from '@stroma/kernel';
import { type DuckDb, quoteLiteral } from '../duckdb.ts';
import { jsonOf } from '../sandbox/cells.ts';
import { groupedNumbers } from './grouped-numbers.ts';
import { histogramOf, planBins } from './histogram.ts';
import { numberOf, type ProfileSource, type SourceColumn } from './profile-source.ts';
import { valuePatterns } from './value-patterns.ts';
import {
  atRanks,
  fencesOf,
  momentsOf,
  type NumberFacts,
  quantileRanks,
  quantilesFrom,
  type WeightedValues,
  weightedValues,
} from './weighted-values.ts';

/** Columns of at most this many distinct values are counted whole, here; the others inside the engine. */
const fewDistinct = 4096;
const topCount = 20;
const sampleSize = 1000;
const firstRows = 100_000;
/** Longer texts are cut where they are shown: first characters kept. */
const shownLength = 500;

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
  if (column.kind === 'text' && (await looksUnique(db, source, column))) {
    const facts = await fromUniqueTexts(db, source, column);
    if (facts) return facts;
  }
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
  const length = column.kind === 'text' ? 'length(v::VARCHAR)' : 'NULL';
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

async function fromManyGroups(db: DuckDb, source: ProfileSource, column: SourceColumn): Promise<ColumnFacts> {
  const lengths = column.kind === 'text' ? lengthsSql('n') : 'NULL, NULL, NULL';
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
    numbers: await groupedNumbers({ db, source, column, total, distinct }),
    sample: sampleOf(column, sampled),
    mixed: await mixedInside(db, 'g', sampleOf(column, sampled), total),
  };
}

async function looksUnique(db: DuckDb, source: ProfileSource, column: SourceColumn): Promise<boolean> {
  const [distinct, present] = await db.row(
    `SELECT count(DISTINCT hash(v)), count(v) FROM (SELECT ${column.value} AS v FROM ${source.from} LIMIT ${firstRows})`,
  );
  return count(present) > 0.5 * Math.min(firstRows, source.rows) && count(distinct) >= count(present);
}

/**
 * Texts that never repeat, without a table of them: as many hashes as values prove it. Null when some share a
 * hash, which does not prove the opposite.
 */
async function fromUniqueTexts(
  db: DuckDb,
  source: ProfileSource,
  column: SourceColumn,
): Promise<ColumnFacts | null> {
  const rows = `(SELECT ${column.value} AS v FROM ${source.from})`;
  const [hashes, present] = await db.row(
    `SELECT count(DISTINCT hash(v)) FILTER (v IS NOT NULL), count(v) FROM ${rows}`,
  );
  const total = count(present);
  if (count(hashes) !== total) return null;
  const [facts = []] = await values(db, `SELECT ${extremesSql(column)}, ${lengthsSql('1')} FROM ${rows}`);
  const few = (order: string, limit: number) =>
    values(
      db,
      `SELECT ${shown(column)}, 1 FROM ${rows} WHERE v IS NOT NULL ORDER BY ${order} LIMIT ${limit}`,
    );
  const sample = sampleOf(column, await few('hash(v), v', sampleSize));
  return {
    column,
    nulls: source.rows - total,
    distinct: total,
    min: jsonOf(facts[0] ?? null),
    max: jsonOf(facts[1] ?? null),
    top: topOf(column, await few('v', topCount)),
    textLength: { min: count(facts[2]), max: count(facts[3]), mean: count(facts[4]) / total },
    numbers: null,
    sample,
    mixed: await mixedInside(db, `(SELECT v, 1 AS n FROM ${rows})`, sample, total),
  };
}

const lengthsSql = (n: string): string =>
  `min(length(v::VARCHAR)), max(length(v::VARCHAR)), sum(length(v::VARCHAR) * ${n})`;

/** As `mixedOf`, counted over groups of `v` and `n` when the sample gives reason to. */
async function mixedInside(
  db: DuckDb,
  groups: string,
  sample: ColumnFacts['sample'],
  total: number,
): Promise<ColumnFacts['mixed']> {
  const suspected = (['number', 'date'] as const).find(
    (kind) => sample.filter(({ value }) => valuePatterns[kind].test(value)).length > sample.length * 0.4,
  );
  if (!suspected) return null;
  const { source, flags } = valuePatterns[suspected];
  const [matching] = await db.row(
    `SELECT sum(n) FROM ${groups} WHERE regexp_matches(v::VARCHAR, ${quoteLiteral(source)}, ${quoteLiteral(flags || 'c')})`,
  );
  const others = total - count(matching);
  return count(matching) > total / 2 && others > 0 ? { kind: suspected, others } : null;
}
