import type { DuckDb } from '../duckdb.ts';
import { quoteIdentifier } from '../duckdb.ts';
import type { ColumnFacts } from './column-facts.ts';
import type { ProfileSource } from './profile-source.ts';

const quoted = (names: readonly string[]): string => names.map(quoteIdentifier).join(', ');

/** Whether a column alone tells every row from every other. */
const isUnique = (facts: ColumnFacts, rows: number): boolean =>
  rows > 0 && facts.nulls === 0 && facts.distinct === rows;

/**
 * Rows that repeat an earlier row exactly; missing equals missing. Hashes only clear rows of suspicion: rows
 * with the same hash are compared whole.
 */
export async function countDuplicateRows(
  db: DuckDb,
  source: ProfileSource,
  facts: readonly ColumnFacts[],
): Promise<number> {
  if (source.rows < 2 || facts.some((column) => isUnique(column, source.rows))) return 0;
  const all = quoted(source.columns.map((column) => column.name));
  const [different] = await db.row(`SELECT count(DISTINCT hash(${all})) FROM ${source.from}`);
  if (Number(different) === source.rows) return 0;
  await db.run(
    `CREATE OR REPLACE TEMP TABLE suspects AS SELECT hash(${all}) AS h FROM ${source.from} GROUP BY 1 HAVING count(*) > 1`,
  );
  const [repeats] = await db.row(
    `SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM ${source.from}
     WHERE hash(${all}) IN (SELECT h FROM suspects) GROUP BY ${all} HAVING count(*) > 1)`,
  );
  await db.run('DROP TABLE suspects');
  return Number(repeats);
}

const mostPairs = 40;
const pairsPerQuery = 8;

/** Measured numbers tell rows apart by chance: they are no keys. */
const mayIdentify = (facts: ColumnFacts): boolean =>
  facts.column.type !== 'number' && facts.column.kind !== 'opaque' && facts.column.type !== 'interval';

/**
 * Columns that identify a row and are never missing; where no single one does, pairs. Exact. Columns of
 * fractional numbers and of bytes or nested values are left out.
 */
export async function findCandidateKeys(
  db: DuckDb,
  source: ProfileSource,
  facts: readonly ColumnFacts[],
): Promise<string[][]> {
  const { rows } = source;
  if (rows === 0) return [];
  const usable = facts.filter((column) => column.nulls === 0 && mayIdentify(column));
  const single = usable.filter((column) => isUnique(column, rows));
  if (single.length > 0) return single.map((column) => [column.column.name]);
  const pairs = likelyPairs(usable, rows);
  const keys: string[][] = [];
  for (let from = 0; from < pairs.length; from += pairsPerQuery) {
    const part = pairs.slice(from, from + pairsPerQuery);
    const counts = part.map((pair) => `count(DISTINCT hash(${quoted(pair)}))`);
    const row = await db.row(`SELECT ${counts.join(', ')} FROM ${source.from}`);
    for (const [index, pair] of part.entries()) {
      const distinct = Number(row[index]);
      if (distinct === rows || (rows - distinct <= 4 && (await pairIsUnique(db, source, pair))))
        keys.push(pair);
    }
  }
  return keys;
}

/** Pairs whose distinct values could make as many combinations as there are rows, the most selective first. */
function likelyPairs(usable: readonly ColumnFacts[], rows: number): string[][] {
  const ordered = usable.filter((column) => column.distinct > 1).toSorted((a, b) => b.distinct - a.distinct);
  const pairs: { names: string[]; reach: number; order: number }[] = [];
  for (let i = 0; i < Math.min(ordered.length, 200); i++) {
    for (let j = i + 1; j < Math.min(ordered.length, 200); j++) {
      const [a, b] = [ordered[i] as ColumnFacts, ordered[j] as ColumnFacts];
      const reach = a.distinct * b.distinct;
      if (reach < rows) break;
      const [first, second] = a.column.index < b.column.index ? [a, b] : [b, a];
      pairs.push({ names: [first.column.name, second.column.name], reach, order: pairs.length });
    }
  }
  return pairs
    .toSorted((a, b) => b.reach - a.reach || a.order - b.order)
    .slice(0, mostPairs)
    .map((pair) => pair.names);
}

async function pairIsUnique(db: DuckDb, source: ProfileSource, pair: readonly string[]): Promise<boolean> {
  const [repeated] = await db.row(
    `SELECT count(*) FROM (SELECT 1 FROM ${source.from} GROUP BY ${quoted(pair)} HAVING count(*) > 1 LIMIT 1)`,
  );
  return Number(repeated) === 0;
}
