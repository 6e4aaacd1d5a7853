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
const leastContained = 0.8;
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
 * identify a row on neither side. Two tables' own running numbers, and two children of one parent, are not joined.
 */
export async function findJoins(tables: readonly JoinTable[]): Promise<TableJoin[]> {
  const pairs = tables.flatMap((left, index) =>
    tables.slice(index + 1).flatMap((right) => likelyPairs(left, right).slice(0, mostMeasured)),
  );
  if (pairs.length === 0) return [];
  using db = await openDuckDb({ memoryMb: 800, threads: 2, tempFolder: null });
  const joins: Measured[] = [];
  for (const { left, right, kinship } of pairs) {
    const shared = await sharedValues(db, left, right);
    const overlap = shared / Math.min(left.column.distinct, right.column.distinct);
    if (shared < leastShared || overlap < leastOverlap || isChance(left, right, shared)) continue;
    joins.push({
      left: left.table.id,
      left_column: left.column.name,
      right: right.table.id,
      right_column: right.column.name,
      overlap,
      kind: kindOf(left, right),
      kinship,
      sides: [left, right],
    });
  }
  return withoutSiblings(nearestParents(joins))
    .toSorted(byStrength)
    .map(({ kinship: _, sides: __, ...join }) => join);
}

interface Measured extends TableJoin {
  kinship: number;
  sides: [Side, Side];
}

/** A key of whole numbers points into the column it belongs to: nearly all of its values are there. */
function isChance(left: Side, right: Side, shared: number): boolean {
  if (left.column.type !== 'integer' || left.unique === right.unique) return false;
  const pointing = left.unique ? right : left;
  return shared < leastContained * pointing.column.distinct;
}

/** `sale_id` belongs to `sales`, so it does not also point into `salespersons`. */
function nearestParents(joins: Measured[]): Measured[] {
  const nearest = new Map<ColumnProfile, number>();
  const pointing = ({ sides: [left, right] }: Measured): Side | null => {
    if (left.unique !== right.unique) return left.unique ? right : left;
    return owns(left) === owns(right) ? null : owns(left) ? right : left;
  };
  for (const join of joins) {
    const child = pointing(join)?.column;
    if (child !== undefined) nearest.set(child, Math.max(nearest.get(child) ?? 0, join.kinship));
  }
  return joins.filter((join) => {
    const child = pointing(join)?.column;
    return child === undefined || join.kinship >= (nearest.get(child) ?? 0) || join.kinship === 1;
  });
}

/** Visits and samples of the same patients meet in the patients, not in each other. */
function withoutSiblings(joins: Measured[]): Measured[] {
  const partners = new Map<ColumnProfile, Set<Side>>();
  for (const { sides } of joins)
    for (const [from, to] of [sides, [sides[1], sides[0]] as const]) {
      const known = partners.get(from.column) ?? new Set<Side>();
      known.add(to);
      partners.set(from.column, known);
    }
  return joins.filter(({ sides: [left, right] }) => {
    if (owns(left) || owns(right)) return true;
    const columns = new Set([...(partners.get(right.column) ?? [])].map((side) => side.column));
    return ![...(partners.get(left.column) ?? [])].some((side) => columns.has(side.column) && owns(side));
  });
}

const fanOut: Record<TableJoin['kind'], number> = {
  one_to_one: 0,
  one_to_many: 0,
  many_to_one: 0,
  many_to_many: 1,
};

const byStrength = (a: Measured, b: Measured): number =>
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

/** A foreign key repeats and has gaps, so its numbers alone look measured; its name says that they are not. */
const isKeyNamed = (column: ColumnProfile): boolean =>
  column.semantic === 'measurement' &&
  column.type === 'integer' &&
  (keyWords.has(nameWords(column.name).at(-1) ?? '') || /^\p{L}id$/iu.test(column.name));

function sidesOf(table: JoinTable): Side[] {
  return table.profile.columns
    .filter(
      (column) =>
        families[column.type] !== undefined &&
        column.distinct > 1 &&
        (!neverKeys.has(column.semantic ?? '') || isKeyNamed(column)),
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
      related === 1 &&
      Math.min(a.column.distinct, b.column.distinct) >= 3 &&
      a.column.type !== 'date' &&
      (a.column.type === 'text' || namesThings(a))
    );
  }
  if (a.column.type === 'date') return related === 1 && a.unique && b.unique;
  return a.column.type === 'text'
    ? Math.min(a.column.distinct, b.column.distinct) >= 3 || related > 0
    : related > 0;
}

const singular = (word: string): string => {
  if (word.length <= 3 || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return /(?:sses|xes|ches|shes)$/.test(word) ? word.slice(0, -2) : word.replace(/s$/, '');
};
const keyWords = new Set(['id', 'key', 'code', 'nr', 'no', 'num', 'number', 'name', 'pk']);
const stem = (words: readonly string[]): string => words.map(singular).join(' ');
const bareName = (side: Side): string => stem(side.words.filter((word) => !keyWords.has(word)));
const tableName = (side: Side): string => stem(nameWords(side.table.id));

/** Whole numbers that say which, not how much. */
const namesThings = (side: Side): boolean =>
  side.column.semantic === 'identifier' ||
  side.words.some((word) => keyWords.has(word) && word !== 'name') ||
  /^(?:subject|patient|participant|person|sample|specimen|run|batch|plate|plot|site|animal|subj)s?$/.test(
    side.words.at(-1) ?? '',
  );

/** True for the column that numbers the rows of its own table: `id`, or `patient_id` of `patients`. */
function owns(side: Side): boolean {
  if (!side.unique) return false;
  const bare = bareName(side);
  return bare === '' || isNamedAfter(bare, tableName(side)) > 0;
}

/** How well a key's words name a table: `sale` the table `sales`, `doc` the table `doctors`. */
function isNamedAfter(bare: string, table: string): number {
  if (bare === '' || table === '') return 0;
  if (bare === table) return 0.8;
  if (table.endsWith(` ${bare}`) || bare.endsWith(` ${table}`)) return 0.7;
  const near = bare.length >= 3 && (table.startsWith(bare) || bare.startsWith(table));
  return near ? 0.6 : 0;
}

/**
 * How much the names belong together: 1 the same, less for `patient_id` beside `patients.id`, 0 not at all. Two
 * columns called `id` number the rows of two tables, and only texts so called can be the same things.
 */
function kinship(a: Side, b: Side): number {
  const [left, right] = [stem(a.words), stem(b.words)];
  const [leftBare, rightBare] = [bareName(a), bareName(b)];
  if (leftBare === '' && rightBare === '') return a.column.type === 'text' && left === right ? 0.6 : 0;
  if (left === right) return 1;
  if (leftBare === rightBare) return 0.9;
  if (leftBare === '') return isNamedAfter(rightBare, tableName(a));
  if (rightBare === '') return isNamedAfter(leftBare, tableName(b));
  return left.endsWith(` ${right}`) || right.endsWith(` ${left}`) ? 0.5 : 0;
}

async function sharedValues(db: DuckDb, a: Side, b: Side): Promise<number> {
  const distinct = ({ table, column }: Side) =>
    `SELECT DISTINCT ${quoteIdentifier(column.name)} AS v FROM read_parquet(${quoteLiteral(table.path)}) WHERE v IS NOT NULL`;
  const [shared] = await db.row(`SELECT count(*) FROM (${distinct(a)}) SEMI JOIN (${distinct(b)}) USING (v)`);
  return Number(shared);
}
