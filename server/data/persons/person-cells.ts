import { randomBytes } from 'node:crypto';
import type { PersonMatch } from '@stroma/contracts';
import type { ColumnSchema, JsonValue } from '@stroma/kernel';
import { quoteIdentifier } from '@stroma/lake';
import { escaped, withoutGaps, wordPattern } from './word-patterns.ts';

export interface Wanted {
  identifiers: readonly string[];
  match: PersonMatch;
}

/** How rows of a table are told apart; all are SQL over a row and never null. */
export interface RowTests {
  /** The row is of the person: a cell is an identifier, or two that hold the parts of a name are. */
  own: string;
  /** The row speaks of the person within a longer text, whoever it is of. */
  mentions: string;
  /** Either, by column. */
  columns: { name: string; sql: string }[];
  /** What each column that can name the person becomes where only their words go and rows stay. */
  replaced(): { column: string; sql: string }[];
}

/** How a text is written in a statement: as a literal, or as a parameter where statements must be short. */
export type Quote = (text: string) => string;

/** Texts that become parameters of the statements they are used in. */
export class Parameters {
  readonly #mark = `@${randomBytes(6).toString('hex')}_`;
  readonly #texts: string[] = [];

  readonly quote: Quote = (text) => {
    const known = this.#texts.indexOf(text);
    const place = known === -1 ? this.#texts.push(text) - 1 : known;
    return `${this.#mark}${place}@`;
  };

  /** A statement with the parameters it uses, in the order of their first use. */
  bind(statement: string): { sql: string; params: JsonValue[] } {
    const used: number[] = [];
    const sql = statement.replaceAll(new RegExp(`${this.#mark}(\\d+)@`, 'g'), (_all, digits: string) => {
      const place = Number(digits);
      if (!used.includes(place)) used.push(place);
      return `$${used.indexOf(place) + 1}`;
    });
    return { sql, params: used.map((place) => this.#texts[place] ?? '') };
  }
}

/** Between the cells of a row that are looked at as one text; nobody writes it. */
const unit = '\u001f';
const mostNameColumns = 4;
const never = 'false';

/**
 * `nameColumns` hold names, maybe in parts. A row's cells are looked at as one text, so that the statement stays short
 * however many columns and identifiers there are.
 */
export function rowTests(
  columns: readonly ColumnSchema[],
  nameColumns: readonly string[],
  wanted: Wanted,
  quote: Quote,
): RowTests {
  const { identifiers, match } = wanted;
  const named = columns.filter(({ type }) => type !== 'boolean' && type !== 'binary');
  const plain = named.filter(({ type }) => type !== 'nested');
  const longer = named.filter(({ type }) => type === 'nested' || (match === 'within' && type === 'text'));
  const is = wholePattern(wanted);
  const words = quote(identifiers.map((each) => wordPattern(each, 're2')).join('|'));
  const written = (value: string) => (match === 'exact' ? value : bare(value));
  const ofPairs = pairsOf(nameColumns.filter((name) => plain.some((column) => column.name === name))).map(
    ([one, other]) => ({
      one,
      other,
      name: `${one} + ${other}`,
      sql: safe(
        `regexp_matches(${bare(`${text(one)} || ${text(other)}`)}, ${quote(wholePattern({ identifiers, match: 'normalised' }))})`,
      ),
    }),
  );
  const row = (cells: readonly ColumnSchema[]) =>
    `concat_ws(${quote(unit)}, ${cells.map(({ name }) => text(name)).join(', ')})`;
  const ownRow = plain.length === 0 ? never : safe(`regexp_matches(${written(row(plain))}, ${quote(is)})`);
  const ownCell = ({ name, type }: ColumnSchema) =>
    type === 'nested' ? never : safe(`regexp_matches(${written(text(name))}, ${quote(is)})`);
  const mentionCell = (column: ColumnSchema) =>
    longer.includes(column) ? safe(`regexp_matches(${text(column.name)}, ${words})`) : never;
  return {
    own: `(${[ownRow, ...ofPairs.map(({ sql }) => sql)].join(' OR ')})`,
    mentions: longer.length === 0 ? never : safe(`regexp_matches(${row(longer)}, ${words})`),
    columns: [
      ...named.map((column) => ({
        name: column.name,
        sql: `(${ownCell(column)} OR ${mentionCell(column)})`,
      })),
      ...ofPairs,
    ],
    replaced: () =>
      named.map((column) => {
        const inPair = ofPairs.filter(({ one, other }) => one === column.name || other === column.name);
        const whole = [ownCell(column), ...inPair.map(({ sql }) => sql)].join(' OR ');
        return {
          column: column.name,
          sql: withoutWords(column, whole, mentionCell(column), identifiers, quote),
        };
      }),
  };
}

/** A cell, alone or among others, that is one of the identifiers; a whole number also as the engine writes decimals. */
function wholePattern({ identifiers, match }: Wanted): string {
  const forms = identifiers.map((each) => escaped(match === 'exact' ? each : withoutGaps(each), 're2'));
  return `(?:^|${unit})(?:${forms.join('|')})(?:\\.0+)?(?:${unit}|$)`;
}

/** A cell that is an identifier goes; of a text that quotes one, the words do. */
function withoutWords(
  { name, type }: ColumnSchema,
  whole: string,
  mentions: string,
  identifiers: readonly string[],
  quote: Quote,
): string {
  const column = quoteIdentifier(name);
  if (type !== 'text') return `CASE WHEN ${whole} OR ${mentions} THEN NULL ELSE ${column} END`;
  // What stands between two words is taken by the first of them: the second is found the next time.
  const twice = [...identifiers, ...identifiers];
  const cut = twice.reduce(
    (before, each) => `regexp_replace(${before}, ${quote(wordPattern(each, 're2'))}, '\\1[erased]\\3', 'g')`,
    column,
  );
  return `CASE WHEN ${whole} THEN '[erased]' WHEN ${mentions} THEN ${cut} ELSE ${column} END`;
}

const pairsOf = (names: readonly string[]): (readonly [string, string])[] => {
  const parts = names.slice(0, mostNameColumns);
  return parts.flatMap((one) => parts.filter((other) => other !== one).map((other) => [one, other] as const));
};

export const quoting = (value: string, identifiers: readonly string[], quote: Quote): string =>
  safe(`regexp_matches(${value}, ${quote(identifiers.map((each) => wordPattern(each, 're2')).join('|'))})`);

const safe = (test: string): string => `coalesce(${test}, false)`;

const bare = (value: string): string =>
  `regexp_replace(lower(nfc_normalize(${value})), '[\\s\\p{Z}]+', '', 'g')`;

const text = (column: string): string => `CAST(${quoteIdentifier(column)} AS VARCHAR)`;
