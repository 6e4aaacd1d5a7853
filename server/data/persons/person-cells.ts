import type { PersonMatch } from '@stroma/contracts';
import type { ColumnSchema } from '@stroma/kernel';
import { quoteIdentifier, quoteLiteral } from '@stroma/lake';
import { withoutGaps, wordPattern } from './word-patterns.ts';

export interface Wanted {
  identifiers: readonly string[];
  match: PersonMatch;
}

/** How rows of a table are told apart; all are SQL over a row and never null. */
export interface RowTests {
  /** The row is of the person: a cell is an identifier, or two that hold the parts of a name are. */
  own: string[];
  /** The row speaks of the person within a longer text, whoever it is of. */
  mentions: string[];
  /** Either, by column. */
  columns: { name: string; sql: string }[];
  /** What each column that can name the person becomes where only their words go and rows stay. */
  replaced: { column: string; sql: string }[];
}

const mostNameColumns = 4;
const never = 'false';

/** `nameColumns` hold names, maybe in parts. */
export function rowTests(
  columns: readonly ColumnSchema[],
  nameColumns: readonly string[],
  wanted: Wanted,
): RowTests {
  const named = columns.filter(({ type }) => type !== 'boolean' && type !== 'binary');
  const pairs = pairsOf(nameColumns.filter((name) => named.some((column) => column.name === name)));
  const ofPairs = pairs.map(([one, other]) => ({
    one,
    other,
    name: `${one} + ${other}`,
    sql: safe(`${bare(`${text(one)} || ${text(other)}`)} IN (${among(wanted.identifiers)})`),
  }));
  const tests = named.map((column) => ({ column, ...testsOf(column, wanted) }));
  return {
    own: [...tests.map(({ own }) => own), ...ofPairs.map(({ sql }) => sql)].filter((sql) => sql !== never),
    mentions: tests.map(({ mentions }) => mentions).filter((sql) => sql !== never),
    columns: [
      ...tests.map(({ column, own, mentions }) => ({ name: column.name, sql: `(${own} OR ${mentions})` })),
      ...ofPairs,
    ],
    replaced: tests.map(({ column, own, mentions }) => {
      const inPair = ofPairs.filter(({ one, other }) => one === column.name || other === column.name);
      const whole = [own, ...inPair.map(({ sql }) => sql)].join(' OR ');
      return { column: column.name, sql: withoutWords(column, whole, mentions, wanted.identifiers) };
    }),
  };
}

function testsOf({ name, type }: ColumnSchema, { identifiers, match }: Wanted) {
  const value = text(name);
  const mentioned = safe(within(value, identifiers));
  if (type === 'nested') return { own: never, mentions: mentioned };
  if (match === 'exact')
    return { own: safe(`${value} IN (${identifiers.map(quoteLiteral).join(', ')})`), mentions: never };
  const plain = type === 'number' ? `regexp_replace(${value}, '\\.0+$', '')` : value;
  return {
    own: safe(`${bare(plain)} IN (${among(identifiers)})`),
    mentions: match === 'within' && type === 'text' ? mentioned : never,
  };
}

/** A cell that is an identifier goes; of a text that quotes one, the words do. */
function withoutWords(
  { name, type }: ColumnSchema,
  whole: string,
  mentions: string,
  identifiers: readonly string[],
): string {
  const column = quoteIdentifier(name);
  if (type !== 'text') return `CASE WHEN ${whole} OR ${mentions} THEN NULL ELSE ${column} END`;
  // What stands between two words is taken by the first of them: the second is found the next time.
  const twice = [...identifiers, ...identifiers];
  const cut = twice.reduce(
    (before, each) =>
      `regexp_replace(${before}, ${quoteLiteral(wordPattern(each, 're2'))}, '\\1[erased]\\3', 'g')`,
    column,
  );
  return `CASE WHEN ${whole} THEN '[erased]' WHEN ${mentions} THEN ${cut} ELSE ${column} END`;
}

const pairsOf = (names: readonly string[]): (readonly [string, string])[] => {
  const parts = names.slice(0, mostNameColumns);
  return parts.flatMap((one) => parts.filter((other) => other !== one).map((other) => [one, other] as const));
};

export const within = (value: string, identifiers: readonly string[]): string =>
  `(${identifiers.map((each) => `regexp_matches(${value}, ${quoteLiteral(wordPattern(each, 're2'))})`).join(' OR ')})`;

/** True where any of the tests holds. */
export const anyOf = (tests: readonly string[]): string =>
  tests.length === 0 ? never : `(${tests.join(' OR ')})`;

const safe = (test: string): string => `coalesce(${test}, false)`;

const among = (identifiers: readonly string[]): string =>
  identifiers.map((each) => quoteLiteral(withoutGaps(each))).join(', ');

const bare = (value: string): string =>
  `regexp_replace(lower(nfc_normalize(${value})), '[\\s\\p{Z}]+', '', 'g')`;

const text = (column: string): string => `CAST(${quoteIdentifier(column)} AS VARCHAR)`;
