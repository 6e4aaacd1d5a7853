import type { PersonMatch } from '@stroma/contracts';
import type { ColumnSchema } from '@stroma/kernel';
import { quoteIdentifier, quoteLiteral } from '@stroma/lake';
import { withoutGaps, wordPattern } from './word-patterns.ts';

export interface Wanted {
  identifiers: readonly string[];
  match: PersonMatch;
}

/** One way in which a row may name the person: a column, or two that hold the parts of a name. */
export interface CellTest {
  label: string;
  /** SQL over a row; never null. */
  sql: string;
}

const mostNameColumns = 4;

/** How rows of a table with these columns are tested; `nameColumns` hold names, maybe in parts. */
export function cellTests(
  columns: readonly ColumnSchema[],
  nameColumns: readonly string[],
  wanted: Wanted,
): CellTest[] {
  const single = columns.flatMap((column) => {
    const test = testOf(column, wanted);
    return test === null ? [] : [{ label: column.name, sql: `coalesce(${test}, false)` }];
  });
  const parts = nameColumns.slice(0, mostNameColumns);
  const pairs = parts.flatMap((one) =>
    parts.filter((other) => other !== one).map((other) => [one, other] as const),
  );
  return [
    ...single,
    ...pairs.map(([one, other]) => ({
      label: `${one} + ${other}`,
      sql: `coalesce(${bare(`${text(one)} || ${text(other)}`)} IN (${among(wanted.identifiers)}), false)`,
    })),
  ];
}

/** Null for a column that cannot name anybody. */
function testOf({ name, type }: ColumnSchema, { identifiers, match }: Wanted): string | null {
  if (type === 'boolean' || type === 'binary') return null;
  const value = text(name);
  if (match === 'within' || type === 'nested') return within(value, identifiers);
  if (match === 'exact') return `${value} IN (${identifiers.map(quoteLiteral).join(', ')})`;
  const plain = type === 'number' ? `regexp_replace(${value}, '\\.0+$', '')` : value;
  return `${bare(plain)} IN (${among(identifiers)})`;
}

export const within = (value: string, identifiers: readonly string[]): string =>
  `(${identifiers.map((each) => `regexp_matches(${value}, ${quoteLiteral(wordPattern(each, 're2'))})`).join(' OR ')})`;

const among = (identifiers: readonly string[]): string =>
  identifiers.map((each) => quoteLiteral(withoutGaps(each))).join(', ');

const bare = (value: string): string =>
  `regexp_replace(lower(nfc_normalize(${value})), '[\\s\\p{Z}]+', '', 'g')`;

const text = (column: string): string => `CAST(${quoteIdentifier(column)} AS VARCHAR)`;
