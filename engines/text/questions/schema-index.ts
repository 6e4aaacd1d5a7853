import type { ColumnProfile } from '@stroma/kernel';
import type { Literal } from './expression.ts';
import { readingsOf } from './lexicon/abbreviations.ts';
import { splitName } from './tokens.ts';
import type { QuestionTable } from './types.ts';
import type { Entity, View } from './views.ts';
import { rootOf, stemOf } from './word-forms.ts';

export interface NameWord {
  lower: string;
  stem: string;
  root: string;
  /** How much of the name this word carries; units and words such as `type` carry little. */
  weight: number;
}

export interface IndexedColumn {
  id: number;
  table: QuestionTable;
  name: string;
  profile: ColumnProfile;
  /** Ways to say the name; the first is the name itself. */
  readings: NameWord[][];
  joined: string;
  numeric: boolean;
  temporal: boolean;
  year: boolean;
  /** Few values that repeat: fit to group by. */
  category: boolean;
  unique: boolean;
  identifier: boolean;
  /** Names or numbers things that have several rows each: subjects, plots, runs. */
  entity: boolean;
  /** What a yes looks like when the column holds yes and no. */
  yes: { yes: Literal; no: Literal } | null;
  unit: string | null;
  values: string[];
  /** Stored values by their words joined with one blank. */
  valueKeys: Map<string, string[]>;
  /** In a view: how many keys lead from its rows to this column's table. */
  distance: number;
  /** The column that tells the rows of its own table apart. */
  ownKey: boolean;
  /** In a view: the rows of another table that this key stands for. */
  entityOf: Entity | null;
}

export interface IndexedValue {
  column: IndexedColumn;
  value: string;
  words: string[];
}

export interface PreparedTables {
  tables: QuestionTable[];
  columns: IndexedColumn[];
  byTable: Map<string, IndexedColumn[]>;
  /** Stems of the words of each table's name and label. */
  tableWords: Map<string, TableWords>;
  values: ValueIndex;
  valueWords: ValueIndex;
  nameVocabulary: Set<string>;
  /** Every word of a column name once. */
  nameWords: NameWord[];
  columnsByWord: Map<string, IndexedColumn[]>;
  columnsByJoined: Map<string, IndexedColumn[]>;
  cache: Map<string, unknown>;
  /** What the columns are those of, where they are those of several tables taken as one. */
  view: View | null;
}

export interface TableWords {
  words: string[];
  stems: Set<string>;
  evidence: Set<string>;
  /** Ways to say the table's name. */
  readings: NameWord[][];
}

export interface ValueIndex extends Iterable<[string, IndexedValue[]]> {
  get(key: string): IndexedValue[] | undefined;
  has(key: string): boolean;
}

const unitWords = new Set(
  'mm cm m km g kg mg ug ng l ml dl ul kcal cal mmhg bpm ms s sec secs mins hr hrs percent pct usd eur gbp lbs lb oz ft inch inches oo ppm ppb nm um mol mmol umol iu hz khz mv kw pa kpa bar psi'.split(
    ' ',
  ),
);
const weakWords = new Set(
  'id no number num code value level count name type status group score index rate identifier key ratio nr var variable col column field'.split(
    ' ',
  ),
);
const mostValues = 20_000;
const mostWordsOfValue = 14;

function wordsOfName(name: string): string[] {
  return splitName(name).filter(
    (word, index, all) => !(all.length > 1 && ['of', 'the', 'in'].includes(word) && index > 0),
  );
}

function weigh(words: string[], units: Set<string>): NameWord[] {
  return words.map((lower, index) => {
    const unit = index > 0 && units.has(lower);
    const weak = words.length > 1 && weakWords.has(lower);
    return { lower, stem: stemOf(lower), root: rootOf(lower), weight: unit ? 0.1 : weak ? 0.45 : 1 };
  });
}

/** Every way to say a name: each short word may be replaced by what it stands for. */
function expand(words: string[], binary: boolean): string[][] {
  let sequences: string[][] = [[]];
  for (const word of words) {
    const options = [[word]];
    for (const reading of readingsOf(word))
      if (reading.only === null || (reading.only === 'binary') === binary) options.push(reading.words);
    sequences = sequences.flatMap((start) => options.map((option) => [...start, ...option])).slice(0, 24);
  }
  return sequences;
}

const yesWords = new Set(['yes', 'y', 'true', 't', 'positive', 'pos', 'present', '1']);
const noWords = new Set(['no', 'n', 'false', 'f', 'negative', 'neg', 'absent', '0']);

function yesAndNo(profile: ColumnProfile, values: string[]): IndexedColumn['yes'] {
  if (profile.type === 'boolean')
    return { yes: { node: 'boolean', value: true }, no: { node: 'boolean', value: false } };
  if (profile.type === 'integer' && Number(profile.min) === 0 && Number(profile.max) === 1)
    return { yes: { node: 'number', value: 1 }, no: { node: 'number', value: 0 } };
  if (profile.type !== 'text' || values.length > 2 || values.length === 0) return null;
  const yes = values.find((value) => yesWords.has(value.trim().toLowerCase()));
  const no = values.find((value) => noWords.has(value.trim().toLowerCase()));
  if (yes === undefined || no === undefined) return null;
  return { yes: { node: 'text', value: yes }, no: { node: 'text', value: no } };
}

function unitOf(profile: ColumnProfile): string | null {
  if (profile.unit !== null) return profile.unit;
  const bracket = profile.name.match(/[([]([^)\]]{1,12})[)\]]\s*$/)?.[1];
  if (bracket !== undefined) return bracket;
  const last = profile.name
    .toLowerCase()
    .match(/[_. ](mm|cm|kg|mg|ml|km|lbs|mmhg|bpm|ms|g|percent|pct)$/)?.[1];
  return last ?? null;
}

function indexColumn(table: QuestionTable, profile: ColumnProfile, id: number): IndexedColumn {
  const values = (table.values.find((entry) => entry.column === profile.name)?.values ?? []).slice(
    0,
    mostValues,
  );
  const numeric = profile.type === 'integer' || profile.type === 'number';
  const words = wordsOfName(profile.name);
  const yes = yesAndNo(profile, values);
  const binary = yes !== null || profile.distinct === 2;
  const bracket = profile.name.match(/[([]([^)\]]*)[)\]]/)?.[1];
  const units = new Set([...unitWords, ...splitName(bracket ?? '')]);
  const whole = readingsOf(words.join('')).filter(
    (reading) => words.length > 1 && (reading.only === null || (reading.only === 'binary') === binary),
  );
  const readings = [...expand(words, binary), ...whole.map((reading) => reading.words)].map((reading) =>
    weigh(reading, units),
  );
  const medical = table.profile.columns.some((other) =>
    /^(?:glucose|insulin|pregnan\w*|npreg)$/i.test(other.name),
  );
  if (medical && numeric && words.join('') === 'mass')
    readings.push(weigh(['bmi'], units), weigh(['body', 'mass', 'index'], units));
  const stems = new Set(words.map(stemOf));
  const present = table.profile.rows - profile.nulls;
  const yearNamed = stems.has('year') || stems.has('yr');
  const year =
    profile.type === 'integer' &&
    (profile.semantic === 'year' || yearNamed) &&
    Number(profile.min) >= 1000 &&
    Number(profile.max) <= 2999;
  const unique = present > 1 && profile.distinct === present;
  const few = profile.distinct <= 60 || profile.distinct <= Math.sqrt(table.profile.rows) * 3;
  const valueKeys = new Map<string, string[]>();
  for (const value of values) {
    const key = splitName(value).join(' ');
    if (key === '') continue;
    valueKeys.set(key, [...(valueKeys.get(key) ?? []), value]);
  }
  return {
    id,
    table,
    name: profile.name,
    profile,
    readings,
    joined: words.join(''),
    numeric,
    temporal: profile.type === 'date' || profile.type === 'timestamp',
    year,
    category:
      !unique &&
      ((profile.type === 'text' && few) ||
        profile.type === 'boolean' ||
        (profile.type === 'integer' && profile.distinct <= 40) ||
        (profile.type === 'number' && profile.distinct <= 12 && present >= 4 * profile.distinct)),
    unique,
    entity: !unique && isEntity(profile, stems),
    identifier: profile.semantic === 'identifier' || (stems.has('id') && !(profile.type === 'number')),
    yes,
    unit: unitOf(profile),
    values,
    valueKeys,
    distance: 0,
    ownKey: false,
    entityOf: null,
  };
}

/** Whole numbers from 1 on without gaps are labels, not amounts. */
function isEntity(profile: ColumnProfile, stems: Set<string>): boolean {
  if (profile.type === 'text' || profile.semantic === 'identifier' || stems.has('id')) return true;
  if (profile.type !== 'integer' || profile.semantic === 'year') return false;
  // `animals` from 1 to 9 says how many; `subject` says which.
  const last = splitName(profile.name).at(-1) ?? '';
  if (last !== stemOf(last) && !stems.has('id')) return false;
  const low = Number(profile.min);
  return low === 1 && Number(profile.max) === profile.distinct && profile.distinct > 2;
}

const fileEndings = /\.(?:csv|tsv|txt|json|ndjson|jsonl|parquet|arrow|feather|xlsx|gz|zst)\b/gi;

function wordsOfTable(table: QuestionTable, columns: IndexedColumn[]): TableWords {
  const words = [...splitName((table.label ?? '').replace(fileEndings, ' ')), ...splitName(table.name)];
  const stems = new Set(words.map(stemOf));
  const evidence = new Set(stems);
  for (const column of columns)
    for (const reading of column.readings) for (const word of reading) evidence.add(word.stem);
  const names = [table.name, (table.label ?? '').replace(fileEndings, ' ')].map(splitName);
  const readings = names
    .filter((name) => name.length > 0)
    .flatMap((name) => [...expand(name, false), ...expand(name.map(stemOf), false)])
    .map((reading) => weigh(reading, unitWords));
  return { words, stems, evidence, readings };
}

function indexValues(columns: IndexedColumn[]) {
  const values = new Map<string, IndexedValue[]>();
  const valueWords = new Map<string, IndexedValue[]>();
  for (const column of columns) {
    for (const [key, stored] of column.valueKeys) {
      for (const value of stored) {
        const words = key.split(' ');
        const entry: IndexedValue = { column, value, words };
        const stems = words.map(stemOf).join(' ');
        for (const form of new Set([key, stems])) {
          const same = values.get(form);
          if (same === undefined) values.set(form, [entry]);
          else same.push(entry);
        }
        if (words.length > mostWordsOfValue) continue;
        for (const word of new Set(words)) {
          const known = valueWords.get(word);
          if (known === undefined) valueWords.set(word, [entry]);
          else if (known.length < 400) known.push(entry);
        }
      }
    }
  }
  return { values, valueWords };
}

/** Builds the linking index once for a set of tables; `parseQuestion` takes it in place of the tables. */
export function prepareTables(tables: QuestionTable[]): PreparedTables {
  const columns: IndexedColumn[] = [];
  const byTable = new Map<string, IndexedColumn[]>();
  for (const table of tables) {
    const own = table.profile.columns.map((profile, index) =>
      indexColumn(table, profile, columns.length + index),
    );
    byTable.set(table.name, own);
    columns.push(...own);
  }
  const tableWords = new Map(
    tables.map((table) => [table.name, wordsOfTable(table, byTable.get(table.name) ?? [])]),
  );
  return {
    tables,
    columns,
    byTable,
    tableWords,
    ...indexValues(columns),
    ...indexNames(columns, tableWords),
    cache: new Map(),
    view: null,
  };
}

function indexNames(columns: IndexedColumn[], tableWords: PreparedTables['tableWords']) {
  const nameVocabulary = new Set<string>();
  const nameWords = new Map<string, NameWord>();
  const columnsByWord = new Map<string, IndexedColumn[]>();
  const columnsByJoined = new Map<string, IndexedColumn[]>();
  for (const column of columns) {
    const words = new Map(column.readings.flat().map((word) => [word.lower, word]));
    for (const [lower, word] of words) {
      nameVocabulary.add(lower);
      nameWords.set(lower, word);
      columnsByWord.set(lower, [...(columnsByWord.get(lower) ?? []), column]);
    }
    columnsByJoined.set(column.joined, [...(columnsByJoined.get(column.joined) ?? []), column]);
  }
  for (const entry of tableWords.values()) for (const word of entry.words) nameVocabulary.add(word);
  return { nameVocabulary, nameWords: [...nameWords.values()], columnsByWord, columnsByJoined };
}

/** The index of some columns of one that is there, which share its values: `copies` says which stands for which. */
export function indexOf(
  tables: QuestionTable[],
  columns: IndexedColumn[],
  copies: Map<IndexedColumn, IndexedColumn>,
  all: PreparedTables,
  view: View,
): PreparedTables {
  const byTable = new Map<string, IndexedColumn[]>();
  for (const table of view.paths.keys())
    byTable.set(
      table.name,
      columns.filter((column) => column.table === table),
    );
  const tableWords = new Map([...all.tableWords].filter(([name]) => byTable.has(name)));
  return {
    tables,
    columns,
    byTable,
    tableWords,
    values: new SomeValues(all.values, copies),
    valueWords: new SomeValues(all.valueWords, copies),
    ...indexNames(columns, tableWords),
    cache: new Map(),
    view,
  };
}

/** The values of some of the columns of an index. */
class SomeValues implements ValueIndex {
  readonly #all: ValueIndex;
  readonly #copies: Map<IndexedColumn, IndexedColumn>;

  constructor(all: ValueIndex, copies: Map<IndexedColumn, IndexedColumn>) {
    this.#all = all;
    this.#copies = copies;
  }

  #some(entries: IndexedValue[] | undefined): IndexedValue[] | undefined {
    const own = entries?.flatMap((entry) => {
      const column = this.#copies.get(entry.column);
      return column === undefined ? [] : [{ ...entry, column }];
    });
    return own === undefined || own.length === 0 ? undefined : own;
  }

  get(key: string): IndexedValue[] | undefined {
    return this.#some(this.#all.get(key));
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  *[Symbol.iterator](): Iterator<[string, IndexedValue[]]> {
    for (const [key, entries] of this.#all) {
      const own = this.#some(entries);
      if (own !== undefined) yield [key, own];
    }
  }
}

export function isPrepared(tables: QuestionTable[] | PreparedTables): tables is PreparedTables {
  return !Array.isArray(tables);
}
