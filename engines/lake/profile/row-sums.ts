import type { TableProfile } from '@stroma/kernel';
import type { DuckDb } from '../duckdb.ts';
import type { ColumnFacts, NumberFacts } from './column-facts.ts';
import { numberOf, type ProfileSource } from './profile-source.ts';
import { momentsFrom, scaleFor } from './weighted-values.ts';

export const mostCorrelations = 100;
/** Rows times pairs of columns; past it the later columns are left out of the correlations. */
const pairWork = 3e8;
const mostCorrelated = 250;
const blockRows = 65_536;
const expressionsPerQuery = 400;

type NumericFacts = ColumnFacts & { numbers: NumberFacts };

/** A column as `(x - shift) / scale` in [-1, 1]: its sums neither overflow nor cancel. */
interface Scaled {
  facts: NumericFacts;
  shift: number;
  scale: number;
  sql: string;
  hasNulls: boolean;
}

const isNumeric = (facts: ColumnFacts): facts is NumericFacts =>
  facts.column.kind === 'numeric' && facts.numbers !== null;

function scaled(facts: NumericFacts): Scaled {
  const { min, max, quantiles } = facts.numbers;
  // The median lies within one standard deviation of the mean.
  const shift = quantiles[3] ?? min;
  const scale = scaleFor(shift, min, max);
  const number = numberOf('numeric', facts.column.value);
  const sql = `((${number} - (${shift})::DOUBLE) / (${scale})::DOUBLE)`;
  return { facts, shift, scale, sql, hasNulls: facts.nulls > 0 };
}

/** The sums of one query, in the order asked. */
type Sums = (expressions: readonly string[]) => Promise<number[]>;

/**
 * Sums that come out the same to the last bit whatever the number of threads: per block of rows inside the
 * engine (a block meets at most two row groups, and adding two numbers commutes), then block after block.
 */
async function blockSums(db: DuckDb, source: ProfileSource): Promise<Sums> {
  const clash = source.columns.some((column) => column.name.toLowerCase() === 'file_row_number');
  const block = clash ? '0' : `file_row_number // ${blockRows}`;
  const groups = `parquet_metadata(${source.file})`;
  const [smallest] = await db.row(
    `SELECT min(row_group_num_rows) FROM ${groups}
     WHERE column_id = 0 AND row_group_id < (SELECT max(row_group_id) FROM ${groups})`,
  );
  const parallel = !clash && (smallest === null || Number(smallest) >= blockRows);
  return async (expressions) => {
    const threads = Number((await db.row("SELECT current_setting('threads')"))[0]);
    if (!parallel) await db.run('SET threads = 1');
    const totals = new Array<number>(expressions.length).fill(0);
    for (let from = 0; from < expressions.length; from += expressionsPerQuery) {
      const part = expressions.slice(from, from + expressionsPerQuery);
      const rows = await db.rows(
        `SELECT ${block} AS block, ${part.join(', ')} FROM ${source.from} GROUP BY block ORDER BY block`,
      );
      for (const row of rows) {
        for (let i = 0; i < part.length; i++)
          totals[from + i] = (totals[from + i] ?? 0) + Number(row[i + 1] ?? 0);
      }
    }
    if (!parallel) await db.run(`SET threads = ${threads}`);
    return totals;
  };
}

/** Fills in the moments that the groups did not give and measures every pair of numeric columns, in one scan. */
export async function momentsAndCorrelations(
  db: DuckDb,
  source: ProfileSource,
  facts: readonly ColumnFacts[],
): Promise<TableProfile['correlations']> {
  const numeric = facts.filter(isNumeric).map(scaled);
  const open = numeric.filter((column) => column.facts.numbers.moments === null);
  const pairs = pairsOf(numeric, source.rows);
  if (open.length === 0 && pairs.length === 0) return [];
  const sums = await blockSums(db, source);
  const powers = open.flatMap(({ sql }) => [
    `sum(${sql})`,
    `sum(${sql} * ${sql})`,
    `sum(${sql} * ${sql} * ${sql})`,
  ]);
  const products = pairs.flatMap(([a, b]) => pairSums(a, b));
  const totals = await sums([...powers, ...products]);
  open.forEach(({ facts: column, shift, scale }, index) => {
    const [first = 0, second = 0, third = 0] = totals.slice(index * 3, index * 3 + 3);
    column.numbers.moments = momentsFrom(source.rows - column.nulls, shift, scale, [first, second, third]);
  });
  return strongest(pairs, totals.slice(powers.length), source.rows);
}

function pairsOf(numeric: readonly Scaled[], rows: number): [Scaled, Scaled][] {
  const varying = numeric.filter((column) => column.facts.distinct > 1);
  const affordable = Math.floor((1 + Math.sqrt(1 + (8 * pairWork) / Math.max(1, rows))) / 2);
  const chosen = varying.slice(0, Math.max(2, Math.min(mostCorrelated, affordable)));
  return chosen.flatMap((a, index) => chosen.slice(index + 1).map((b): [Scaled, Scaled] => [a, b]));
}

/** Six sums over the rows where both are present: n, a, b, aa, bb, ab. */
function pairSums(a: Scaled, b: Scaled): string[] {
  const both = [a, b].filter((column) => column.hasNulls).map((column) => `${column.sql} IS NOT NULL`);
  const filter = both.length > 0 ? ` FILTER (${both.join(' AND ')})` : '';
  return [
    'count(*)',
    `sum(${a.sql})`,
    `sum(${b.sql})`,
    `sum(${a.sql} * ${a.sql})`,
    `sum(${b.sql} * ${b.sql})`,
    `sum(${a.sql} * ${b.sql})`,
  ].map((sum) => `${sum}${filter}`);
}

function strongest(
  pairs: readonly [Scaled, Scaled][],
  sums: readonly number[],
  rows: number,
): TableProfile['correlations'] {
  const found: { a: string; b: string; r: number; n: number; order: number }[] = [];
  pairs.forEach(([a, b], index) => {
    const [n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0] = sums.slice(index * 6, index * 6 + 6);
    if (n < 3 || n > rows) return;
    const spreadA = saa - (sa * sa) / n;
    const spreadB = sbb - (sb * sb) / n;
    // Below this the spread left over the shared rows is rounding, not data.
    if (spreadA <= saa * 1e-13 || spreadB <= sbb * 1e-13) return;
    const r = (sab - (sa * sb) / n) / Math.sqrt(spreadA * spreadB);
    if (!Number.isFinite(r)) return;
    const bounded = Math.max(-1, Math.min(1, r));
    found.push({ a: a.facts.column.name, b: b.facts.column.name, r: bounded, n, order: index });
  });
  return found
    .toSorted((x, y) => Math.abs(y.r) - Math.abs(x.r) || x.order - y.order)
    .slice(0, mostCorrelations)
    .map(({ a, b, r, n }) => ({ a, b, r, n }));
}
