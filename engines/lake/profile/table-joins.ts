import type { ColumnProfile, TableProfile } from '@stroma/kernel';
import { type DuckDb, openDuckDb, quoteIdentifier, quoteLiteral } from '../duckdb.ts';
import { nameWords } from './value-patterns.ts';

export interface JoinTable {
  id: string;
  profile: TableProfile;
  path: string;
}

export interface TableJoin {
  left: string;
  left_column: string;
  right: string;
  right_column: string;
  /** Distinct values both have, as a share of the side that has fewer. */
  overlap: number;
  kind: 'one_to_one' | 'one_to_many' | 'many_to_one' | 'many_to_many';
}

/** Values shared below this are chance. */
const leastOverlap = 0.3;
const leastShared = 2;
const mostMeasured = 60;

interface Side {
  table: JoinTable;
  column: ColumnProfile;
  unique: boolean;
  words: string[];
}

/**
 * Columns that join tables, by the values they share: first those where one side identifies a row. Whole
 * numbers are everywhere, so columns of them need names that belong together as well; so do columns that
 * identify a row on neither side.
 */
export async function findJoins(tables: readonly JoinTable[]): Promise<TableJoin[]> {
  const pairs = tables.flatMap((left, index) =>
    tables.slice(index + 1).flatMap((right) => likelyPairs(left, right).slice(0, mostMeasured)),
  );
  if (pairs.length === 0) return [];
  using db = await openDuckDb({ memoryMb: 800, threads: 2, tempFolder: null });
  const joins: (TableJoin & { kinship: number })[] = [];
  for (const { left, right, kinship } of pairs) {
    const shared = await sharedValues(db, left, right);
    const overlap = shared / Math.min(left.column.distinct, right.column.distinct);
    if (shared < leastShared || overlap < leastOverlap) continue;
    joins.push({
      left: left.table.id,
      left_column: left.column.name,
      right: right.table.id,
      right_column: right.column.name,
      overlap,
      kind: kindOf(left, right),
      kinship,
    });
  }
  return joins.toSorted(byStrength).map(({ kinship: _, ...join }) => join);
}

const fanOut: Record<TableJoin['kind'], number> = {
  one_to_one: 0,
  one_to_many: 0,
  many_to_one: 0,
  many_to_many: 1,
};

const byStrength = (a: TableJoin & { kinship: number }, b: TableJoin & { kinship: number }): number =>
  fanOut[a.kind] - fanOut[b.kind] ||
  b.kinship - a.kinship ||
  b.overlap - a.overlap ||
  Number(a.left_column > b.left_column) - Number(a.left_column < b.left_column);

function kindOf(left: Side, right: Side): TableJoin['kind'] {
  if (left.unique && right.unique) return 'one_to_one';
  if (left.unique) return 'one_to_many';
  return right.unique ? 'many_to_one' : 'many_to_many';
}

const families: Partial<Record<ColumnProfile['type'], string>> = {
  text: 'text',
  integer: 'integer',
  date: 'date',
};

/** Two tables may share people's first names, or percentages: that joins nothing. */
const neverKeys = new Set(['measurement', 'percentage', 'person_name', 'latitude', 'longitude']);

function sidesOf(table: JoinTable): Side[] {
  return table.profile.columns
    .filter(
      (column) =>
        families[column.type] !== undefined && column.distinct > 1 && !neverKeys.has(column.semantic ?? ''),
    )
    .map((column) => ({
      table,
      column,
      unique: column.distinct === table.profile.rows - column.nulls,
      words: nameWords(column.name),
    }));
}

function likelyPairs(left: JoinTable, right: JoinTable): { left: Side; right: Side; kinship: number }[] {
  const pairs = sidesOf(left).flatMap((a) =>
    sidesOf(right)
      .filter((b) => families[a.column.type] === families[b.column.type] && rangesMeet(a.column, b.column))
      .map((b) => ({ left: a, right: b, kinship: kinship(a, b) }))
      .filter((pair) => isPlausible(pair.left, pair.right, pair.kinship)),
  );
  return pairs.toSorted((x, y) => y.kinship - x.kinship);
}

function rangesMeet(a: ColumnProfile, b: ColumnProfile): boolean {
  if (typeof a.min === 'number' && typeof b.min === 'number') {
    return a.min <= Number(b.max) && b.min <= Number(a.max);
  }
  return true;
}

function isPlausible(a: Side, b: Side, related: number): boolean {
  if (!a.unique && !b.unique) {
    return (
      related === 1 && Math.min(a.column.distinct, b.column.distinct) >= 3 && a.column.semantic !== 'date'
    );
  }
  return a.column.type === 'text'
    ? Math.min(a.column.distinct, b.column.distinct) >= 3 || related > 0
    : related > 0;
}

const singular = (word: string): string =>
  word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
const keyWords = new Set(['id', 'key', 'code', 'nr', 'no', 'number', 'name']);
const stem = (words: readonly string[]): string => words.map(singular).join(' ');

/** How much the names belong together: 1 the same, less for `patient_id` beside `patients.id`, 0 not at all. */
function kinship(a: Side, b: Side): number {
  const [left, right] = [stem(a.words), stem(b.words)];
  if (left === right && left !== '') return keyWords.has(left) ? 0.6 : 1;
  const bare = (side: Side) => stem(side.words.filter((word) => !keyWords.has(word)));
  const [leftBare, rightBare] = [bare(a), bare(b)];
  if (leftBare !== '' && leftBare === rightBare) return 0.9;
  const named = (side: Side) => stem(nameWords(side.table.id));
  if (leftBare === '' && rightBare !== '' && named(a).includes(rightBare)) return 0.8;
  if (rightBare === '' && leftBare !== '' && named(b).includes(leftBare)) return 0.8;
  if (leftBare !== '' && rightBare !== '' && (left.endsWith(` ${right}`) || right.endsWith(` ${left}`)))
    return 0.5;
  return 0;
}

async function sharedValues(db: DuckDb, a: Side, b: Side): Promise<number> {
  const distinct = ({ table, column }: Side) =>
    `SELECT DISTINCT ${quoteIdentifier(column.name)} AS v FROM read_parquet(${quoteLiteral(table.path)}) WHERE v IS NOT NULL`;
  const [shared] = await db.row(`SELECT count(*) FROM (${distinct(a)}) SEMI JOIN (${distinct(b)}) USING (v)`);
  return Number(shared);
}
