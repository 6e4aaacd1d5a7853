import type { TableProfile } from '@stroma/kernel';
import type { DuckDb } from '../duckdb.ts';
import type { ColumnFacts } from './column-facts.ts';
import { doubleSql, numberOf, type ProfileSource } from './profile-source.ts';
import { momentsFrom, type NumberFacts, scaleFor } from './weighted-values.ts';

const mostCorrelations = 100;
/** Rows times pairs of columns; past it the later columns are left out of the correlations. */
const pairWork = 3e8;
const mostCorrelated = 250;
const blockRows = 65_536;
const sumsPerQuery = 400;
/** More groups than this might be summed in parts. */
const mostBlocks = 1000;

type NumericFacts = ColumnFacts & { numbers: NumberFacts };

/** A column as `(x - shift) / scale` in [-1, 1]: its sums neither overflow nor cancel. */
interface Scaled {
  facts: NumericFacts;
  /** Names its expressions in SQL: `z7` the value or 0, `m7` 1 where it is present. */
  index: number;
  shift: number;
  scale: number;
}

const isNumeric = (facts: ColumnFacts): facts is NumericFacts =>
  facts.column.kind === 'numeric' && facts.numbers !== null;

function scaled(facts: NumericFacts): Scaled {
  const { min, max, quantiles } = facts.numbers;
  // The median lies within one standard deviation of the mean.
  const shift = quantiles[3] ?? min;
  return { facts, index: facts.column.index, shift, scale: scaleFor(shift, min, max) };
}

/** A product of powers of scaled columns and of their presence, to be summed over the rows. */
interface Term {
  /** Columns multiplied, with repeats. */
  values: Scaled[];
  /** Columns that have to be present beside those. */
  present: Scaled[];
}

const termKey = ({ values, present }: Term): string =>
  `${values.map((column) => column.index)}|${present.map((column) => column.index)}`;

/** Presence matters only of columns that miss something and are not multiplied anyway. */
function term(values: Scaled[], present: Scaled[]): Term {
  const needed = present.filter((column) => column.facts.nulls > 0 && !values.includes(column));
  return { values, present: needed };
}

interface PairTerms {
  a: Scaled;
  b: Scaled;
  terms: { n: Term; a: Term; b: Term; aa: Term; bb: Term; ab: Term };
}

function pairTerms(a: Scaled, b: Scaled): PairTerms {
  return {
    a,
    b,
    terms: {
      n: term([], [a, b]),
      a: term([a], [b]),
      b: term([b], [a]),
      aa: term([a, a], [b]),
      bb: term([b, b], [a]),
      ab: term([a, b], []),
    },
  };
}

/** Fills in the moments that the groups did not give and measures the pairs of numeric columns, in one scan. */
export async function momentsAndCorrelations(
  db: DuckDb,
  source: ProfileSource,
  facts: readonly ColumnFacts[],
): Promise<TableProfile['correlations']> {
  const numeric = facts.filter(isNumeric).map(scaled);
  const open = numeric.filter((column) => column.facts.numbers.moments === null);
  const pairs = chosenPairs(numeric, source.rows);
  const powers = open.map((column) =>
    [1, 2, 3].map((power) => term(new Array<Scaled>(power).fill(column), [])),
  );
  const terms = new Map<string, Term>();
  for (const wanted of [...powers.flat(), ...pairs.flatMap((pair) => Object.values(pair.terms))]) {
    terms.set(termKey(wanted), wanted);
  }
  if (terms.size === 0) return [];
  const sums =
    source.rows <= blockRows ? await sumsHere(db, source, terms) : await sumsInside(db, source, terms);
  const sumOf = (wanted: Term): number => sums.get(termKey(wanted)) ?? 0;
  open.forEach((column, index) => {
    const [first = 0, second = 0, third = 0] = (powers[index] ?? []).map(sumOf);
    const count = source.rows - column.facts.nulls;
    column.facts.numbers.moments = momentsFrom(count, column.shift, column.scale, [first, second, third]);
  });
  return strongest(pairs, sumOf);
}

function chosenPairs(numeric: readonly Scaled[], rows: number): PairTerms[] {
  const varying = numeric.filter((column) => column.facts.distinct > 1);
  const affordable = Math.floor((1 + Math.sqrt(1 + (8 * pairWork) / Math.max(1, rows))) / 2);
  const chosen = varying.slice(0, Math.max(2, Math.min(mostCorrelated, affordable)));
  return chosen.flatMap((a, index) => chosen.slice(index + 1).map((b) => pairTerms(a, b)));
}

const columnsOf = (terms: Iterable<Term>): Scaled[] => {
  const found = new Map<number, Scaled>();
  for (const { values, present } of terms) {
    for (const column of [...values, ...present]) found.set(column.index, column);
  }
  return [...found.values()];
};

const scaledSql = ({ facts, shift, scale }: Scaled): string =>
  `((${numberOf('numeric', facts.column.value)} - ${doubleSql(shift)}) / ${doubleSql(scale)})`;

/** For tables of one block: the columns are fetched and summed row after row. */
async function sumsHere(
  db: DuckDb,
  source: ProfileSource,
  terms: ReadonlyMap<string, Term>,
): Promise<Map<string, number>> {
  const columns = columnsOf(terms.values());
  const values = new Map<number, Float64Array>();
  const present = new Map<number, Float64Array>();
  for (let from = 0; from < columns.length; from += sumsPerQuery) {
    const part = columns.slice(from, from + sumsPerQuery);
    const reader = await db.connection.runAndReadAll(
      `SELECT ${part.map(scaledSql).join(', ')} FROM ${source.from}`,
    );
    reader.getColumns().forEach((column, index) => {
      const key = part[index]?.index ?? -1;
      values.set(
        key,
        Float64Array.from(column, (value) => Number(value ?? 0)),
      );
      present.set(
        key,
        Float64Array.from(column, (value) => (value === null ? 0 : 1)),
      );
    });
  }
  const sums = new Map<string, number>();
  for (const [key, { values: factors, present: needed }] of terms) {
    const arrays = [
      ...factors.map((column) => values.get(column.index)),
      ...needed.map((column) => present.get(column.index)),
    ].filter((array) => array !== undefined);
    sums.set(key, sumOfProducts(arrays, source.rows));
  }
  return sums;
}

/** Sum over the rows of the product of up to three arrays; of none, the number of rows. */
function sumOfProducts(arrays: readonly Float64Array[], rows: number): number {
  const [a, b, c] = arrays;
  let sum = 0;
  if (!a) return rows;
  if (!b) for (let i = 0; i < rows; i++) sum += a[i] ?? 0;
  else if (!c) for (let i = 0; i < rows; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  else for (let i = 0; i < rows; i++) sum += (a[i] ?? 0) * (b[i] ?? 0) * (c[i] ?? 0);
  return sum;
}

/**
 * Sums that come out the same to the last bit whatever the number of threads: row group after row group, each
 * of which one thread reads from its first row to its last.
 */
async function sumsInside(
  db: DuckDb,
  source: ProfileSource,
  terms: ReadonlyMap<string, Term>,
): Promise<Map<string, number>> {
  const threads = Number((await db.row("SELECT current_setting('threads')"))[0]);
  const groupRows = await evenRowGroups(db, source);
  const block = groupRows === null ? '0' : `file_row_number // ${groupRows}`;
  if (groupRows === null) await db.run('SET threads = 1');
  const all = [...terms];
  const sums = new Map<string, number>();
  for (let from = 0; from < all.length; from += sumsPerQuery) {
    const part = all.slice(from, from + sumsPerQuery);
    const inner = columnsOf(part.map(([, wanted]) => wanted)).flatMap((column) => [
      `coalesce(${scaledSql(column)}, 0) AS z${column.index}`,
      ...(column.facts.nulls > 0
        ? [`(${column.facts.column.value} IS NOT NULL)::DOUBLE AS m${column.index}`]
        : []),
    ]);
    const rows = await db.rows(
      `SELECT block, ${part.map(([, wanted]) => sumSql(wanted)).join(', ')}
       FROM (SELECT ${[`${block} AS block`, ...inner].join(', ')} FROM ${source.from}) GROUP BY block ORDER BY block`,
    );
    part.forEach(([key], index) => {
      sums.set(
        key,
        rows.reduce((sum, row) => sum + Number(row[index + 1] ?? 0), 0),
      );
    });
  }
  if (groupRows === null) await db.run(`SET threads = ${threads}`);
  return sums;
}

/** Rows of each row group where all but the last have the same number and they are not too many; else null. */
async function evenRowGroups(db: DuckDb, source: ProfileSource): Promise<number | null> {
  if (source.columns.some((column) => column.name.toLowerCase() === 'file_row_number')) return null;
  const [first, smallest, largest, groups, last] = await db.row(
    `SELECT first(n ORDER BY g), min(n) FILTER (g < final), max(n), count(*), last(n ORDER BY g)
     FROM (SELECT row_group_id AS g, row_group_num_rows AS n, max(row_group_id) OVER () AS final
           FROM parquet_metadata(${source.file}) WHERE column_id = 0)`,
  );
  if (Number(groups) > mostBlocks || Number(first) === 0) return null;
  const even =
    smallest === null || (smallest === first && largest === first && Number(last) <= Number(first));
  return even ? Number(first) : null;
}

function sumSql({ values, present }: Term): string {
  const factors = [
    ...values.map((column) => `z${column.index}`),
    ...present.map((column) => `m${column.index}`),
  ];
  return factors.length === 0 ? 'count(*)' : `sum(${factors.join(' * ')})`;
}

function strongest(
  pairs: readonly PairTerms[],
  sumOf: (wanted: Term) => number,
): TableProfile['correlations'] {
  const found: { a: string; b: string; r: number; n: number; order: number }[] = [];
  pairs.forEach(({ a, b, terms }, order) => {
    const n = sumOf(terms.n);
    if (n < 3) return;
    const [meanA, meanB] = [sumOf(terms.a) / n, sumOf(terms.b) / n];
    const [squareA, squareB] = [sumOf(terms.aa) / n, sumOf(terms.bb) / n];
    const [spreadA, spreadB] = [squareA - meanA * meanA, squareB - meanB * meanB];
    // Below this the spread left over the shared rows is rounding, not data.
    if (spreadA <= squareA * 1e-13 || spreadB <= squareB * 1e-13) return;
    const r = (sumOf(terms.ab) / n - meanA * meanB) / Math.sqrt(spreadA * spreadB);
    if (!Number.isFinite(r)) return;
    found.push({ a: a.facts.column.name, b: b.facts.column.name, r: Math.max(-1, Math.min(1, r)), n, order });
  });
  return found
    .toSorted((x, y) => Math.abs(y.r) - Math.abs(x.r) || x.order - y.order)
    .slice(0, mostCorrelations)
    .map(({ a, b, r, n }) => ({ a, b, r, n }));
}
