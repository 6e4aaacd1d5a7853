import type { Target } from '../estimator.ts';
import { responsesOf } from './effect-encoding.ts';
import { type FeatureColumn, type FeatureTable, isMissing, takeOf } from './feature-table.ts';
import { outOfHalves } from './proxies.ts';
import type { Split } from './splits.ts';
import { takeValues } from './target.ts';

export const leakKinds = ['identical_rows', 'shared_ids', 'target_proxy', 'future_data', 'id_like'] as const;
export type LeakKind = (typeof leakKinds)[number];

/** What would make a test look better than the truth. Fields cross the API. */
export interface Leak {
  kind: LeakKind;
  /** Empty where whole rows are meant. */
  columns: string[];
  /** Test rows touched, or rows of the table where no split is meant. */
  rows: number;
  /** 0 to 1, of those rows, or of the target told. */
  share: number;
  message: string;
}

export interface LeakOptions {
  split?: Split;
  /**
   * Who or what a row is of: a patient, a sample. Not a column to learn from. Where it is left out, columns whose name
   * says so and whose values come back are taken for it.
   */
  ids?: FeatureColumn;
  /** When a row came to be, for splits in time. */
  times?: Float64Array;
  /** A column that alone tells so much of the target's variance, in rows it was not fitted to, is reported. */
  proxyFrom?: number;
}

/**
 * Looked for before training: rows of the test that training also holds, ids on both sides, test rows that are not
 * later than all of training (with `times`), columns that alone tell the target, and columns that number the rows.
 * Nothing is changed; order as in `leakKinds`, then of the columns. O(cells).
 */
export function leaksOf(table: FeatureTable, target: Target, options: LeakOptions = {}): Leak[] {
  const { split, ids, times, proxyFrom = 0.95 } = options;
  const leaks: Leak[] = [];
  const numbering = table.columns.filter((column) => numbersRows(column, table.rows));
  if (split !== undefined) {
    leaks.push(...identicalRows(table, split));
    const named =
      ids === undefined ? table.columns.filter((column) => namesCases(column, table.rows)) : [ids];
    for (const column of named) if (!numbering.includes(column)) leaks.push(...sharedIds(column, split));
  }
  const looked = rowsLookedAt(table.rows);
  const responses = responsesOf(target).values.map((values) => takeValues(values, looked));
  for (const column of table.columns) {
    if (numbering.includes(column) || column.kind === 'text') continue;
    const told = toldOf(takeOf(column, looked), responses);
    if (told >= proxyFrom)
      leaks.push({
        kind: 'target_proxy',
        columns: [column.name],
        rows: table.rows,
        share: told,
        message: `"${column.name}" alone tells ${percent(told)} of the target. If it is only known after the target is, or made from it, leave it out.`,
      });
  }
  if (split !== undefined && times !== undefined) leaks.push(...future(times, split));
  for (const { name } of numbering)
    leaks.push({
      kind: 'id_like',
      columns: [name],
      rows: table.rows,
      share: 1,
      message: `"${name}" is different in nearly each row, like an identifier. It says nothing of new rows: leave it out.`,
    });
  return leaks;
}

const percent = (share: number): string => `${(100 * share).toFixed(share >= 0.995 && share < 1 ? 1 : 0)} %`;

function identicalRows(table: FeatureTable, { train, test }: Split): Leak[] {
  const keys = keysOf(table);
  const known = new Map<number, number>();
  for (const row of train) known.set(keys[row] as number, row);
  let rows = 0;
  for (const row of test) {
    const like = known.get(keys[row] as number);
    if (like !== undefined && isSame(table, row, like)) rows += 1;
  }
  if (rows === 0) return [];
  return [
    {
      kind: 'identical_rows',
      columns: [],
      rows,
      share: rows / test.length,
      message: `${rows} of ${test.length} test rows are also training rows, value by value. Remove duplicates, or keep them on one side by a grouped split.`,
    },
  ];
}

const turned = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
/** One word into a hash (A. Appleby's MurmurHash3, 32 bits). */
const mixed = (hash: number, word: number): number =>
  Math.imul(turned(hash ^ Math.imul(turned(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593), 13), 5) +
  0xe6546b64;

/** Of each row 53 bits that equal rows share. */
function keysOf({ rows, columns }: FeatureTable): Float64Array {
  const [a, b] = [new Uint32Array(rows), new Uint32Array(rows).fill(0x9747b28c)];
  const add = (row: number, word: number) => {
    a[row] = mixed(a[row] as number, word);
    b[row] = mixed(b[row] as number, word);
  };
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  for (const column of columns) {
    if (column.kind === 'category')
      column.codes.forEach((code, row) => {
        add(row, code);
      });
    else if (column.kind === 'text')
      column.values.forEach((text, row) => {
        for (const letter of text ?? '\0') add(row, letter.codePointAt(0) as number);
        add(row, -1);
      });
    else
      for (let row = 0; row < rows; row++) {
        const value = column.values[row] as number;
        // The two zeros are one value, and so are all that are none.
        number[0] = value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value;
        add(row, words[0] as number);
        add(row, words[1] as number);
      }
  }
  return Float64Array.from(a, (word, row) => word * 2 ** 21 + ((b[row] as number) >>> 11));
}

const isSame = ({ columns }: FeatureTable, row: number, other: number): boolean =>
  columns.every((column) => {
    const [own, like] = [valueAt(column, row), valueAt(column, other)];
    return own === like || (Number.isNaN(own) && Number.isNaN(like));
  });

function valueAt(column: FeatureColumn, row: number): string | number | null {
  return column.kind === 'category' ? (column.codes[row] as number) : (column.values[row] ?? null);
}

function sharedIds(ids: FeatureColumn, { train, test }: Split): Leak[] {
  const known = new Set<string | number | null>();
  for (const row of train) if (!isMissing(ids, row)) known.add(valueAt(ids, row));
  const rows = test.reduce((sum, row) => sum + (known.has(valueAt(ids, row)) ? 1 : 0), 0);
  if (rows === 0) return [];
  return [
    {
      kind: 'shared_ids',
      columns: [ids.name],
      rows,
      share: rows / test.length,
      message: `${rows} of ${test.length} test rows are of a "${ids.name}" that training also holds. Split by "${ids.name}".`,
    },
  ];
}

function future(times: Float64Array, { train, test }: Split): Leak[] {
  let latest = -Infinity;
  for (const row of train)
    latest = Math.max(latest, Number.isNaN(times[row]) ? -Infinity : (times[row] as number));
  const rows = test.reduce((sum, row) => sum + ((times[row] as number) <= latest ? 1 : 0), 0);
  if (rows === 0) return [];
  return [
    {
      kind: 'future_data',
      columns: [],
      rows,
      share: rows / test.length,
      message: `${rows} of ${test.length} test rows are not later than the last training row (${new Date(latest).toISOString()}): training sees their future. Split in the order of time.`,
    },
  ];
}

const saysId = /(^|[^a-z])(id|nr|no|number|index|row)([^a-z]|$)|Id$|ID$/;

/**
 * Names that nearly all differ; whole numbers that all differ and lie as close together as a count does, or that nearly
 * all differ and are called an identifier.
 */
function numbersRows(column: FeatureColumn, rows: number): boolean {
  if (rows < 20 || column.kind === 'time' || column.kind === 'text') return false;
  const seen = new Set<number>();
  let known = 0;
  let [low, high] = [Infinity, -Infinity];
  for (let row = 0; row < rows; row++) {
    if (isMissing(column, row)) continue;
    const value = column.kind === 'category' ? (column.codes[row] as number) : (column.values[row] as number);
    if (column.kind === 'number' && !Number.isInteger(value)) return false;
    known += 1;
    seen.add(value);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const nearly = known >= 0.9 * rows && seen.size >= 0.9 * known;
  if (column.kind === 'category') return nearly;
  return nearly && (saysId.test(column.name) || (seen.size === rows && high - low < 2 * rows));
}

const saysCase =
  /(^|_)(patient|subject|participant|proband|person|donor|individual|animal|mouse|sample|specimen|pid|id)(_|$)/;
const inWords = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z]+/g, '_');

/** Names or whole numbers that come back, of a column that is called as who or what was measured is. */
function namesCases(column: FeatureColumn, rows: number): boolean {
  if (column.kind === 'time' || column.kind === 'text' || !saysCase.test(inWords(column.name))) return false;
  const values: Int32Array | Float64Array = column.kind === 'category' ? column.codes : column.values;
  if (values.some((value) => !Number.isNaN(value) && !Number.isInteger(value))) return false;
  return new Set<number>(values).size >= Math.max(10, rows / 100);
}

const rowsLookedAt = (rows: number): Uint32Array =>
  Uint32Array.from({ length: Math.min(rows, rowsOfProxy) }, (_, at) =>
    Math.floor((at * rows) / Math.min(rows, rowsOfProxy)),
  );

/** Rows that show what a column tells of the target: of more, so many at equal distances. */
const rowsOfProxy = 20_000;

/** Share of the target's variance that the column's classes tell in rows they were not counted in; least of classes. */
function toldOf(column: FeatureColumn, responses: readonly Float64Array[]): number {
  return Math.min(...responses.map((response) => outOfHalves(column, response)));
}
