import { StromaError } from '@stroma/kernel';
import { mostMagnitude } from '../estimator.ts';
import { takeValues } from './target.ts';

/** What a learner may be given to learn from, by column. Nothing is a row object. */
export type FeatureColumn = NumberColumn | CategoryColumn | TextColumn | TimeColumn;

/** NaN is missing. */
export interface NumberColumn {
  kind: 'number';
  name: string;
  values: Float64Array;
}

/** Codes into `levels`; -1 is missing. */
export interface CategoryColumn {
  kind: 'category';
  name: string;
  codes: Int32Array;
  levels: readonly string[];
}

/** Free text; null is missing. */
export interface TextColumn {
  kind: 'text';
  name: string;
  values: readonly (string | null)[];
}

/** Milliseconds since 1970 in UTC; NaN is missing. */
export interface TimeColumn {
  kind: 'time';
  name: string;
  values: Float64Array;
}

export interface FeatureTable {
  rows: number;
  columns: readonly FeatureColumn[];
}

/** A table of more is refused: choosing among them would be guessing. Every gene of a genome fits. */
export const mostColumns = 30_000;

/**
 * Throws INVALID_INPUT for no columns, a name given twice, columns of different lengths or infinite or too large numbers, and
 * TOO_MANY_COLUMNS past `mostColumns`. O(cells).
 */
export function checkTable({ rows, columns }: FeatureTable): void {
  if (columns.length === 0)
    throw new StromaError('INVALID_INPUT', 'At least one column to learn from was expected, none was given.');
  if (columns.length > mostColumns)
    throw new StromaError(
      'TOO_MANY_COLUMNS',
      `At most ${mostColumns} columns can be learned from; the table has ${columns.length}. Choose among them first, for instance those that vary most.`,
      { limit: mostColumns, given: columns.length },
    );
  const names = new Set<string>();
  for (const column of columns) {
    if (names.has(column.name))
      throw new StromaError(
        'INVALID_INPUT',
        `Column names must differ; "${column.name}" is there twice. Rename one of them.`,
        { column: column.name },
      );
    names.add(column.name);
    if (lengthOf(column) !== rows)
      throw new StromaError(
        'INVALID_INPUT',
        `Every column must hold ${rows} rows; "${column.name}" holds ${lengthOf(column)}.`,
        { column: column.name, expected: rows, given: lengthOf(column) },
      );
    checkValues(column);
  }
}

function checkValues(column: FeatureColumn): void {
  if (column.kind === 'text') return;
  if (column.kind === 'category') {
    const out = column.codes.findIndex((code) => code < -1 || code >= column.levels.length);
    if (out >= 0)
      throw new StromaError(
        'INVALID_INPUT',
        `Codes of "${column.name}" must lie within -1 (missing) to ${column.levels.length - 1}; row ${out + 1} holds ${column.codes[out]}.`,
        { column: column.name, row: out + 1 },
      );
    return;
  }
  let infinite = 0;
  let large = 0;
  for (const value of column.values)
    if (value === Infinity || value === -Infinity) infinite += 1;
    else if (Math.abs(value) > mostMagnitude) large += 1;
  if (infinite > 0)
    throw new StromaError(
      'INVALID_INPUT',
      `Finite numbers were expected in "${column.name}"; ${infinite} ${infinite === 1 ? 'value is' : 'values are'} infinite. Correct them or make them missing.`,
      { column: column.name, infinite },
    );
  if (large > 0)
    throw new StromaError(
      'INVALID_INPUT',
      `Numbers of at most ${mostMagnitude} were expected in "${column.name}"; ${large} ${large === 1 ? 'value lies' : 'values lie'} beyond. If they stand for missing values, make them missing; else take another unit.`,
      { column: column.name, large },
    );
}

export const lengthOf = (column: FeatureColumn): number =>
  column.kind === 'category' ? column.codes.length : column.values.length;

export function isMissing(column: FeatureColumn, row: number): boolean {
  if (column.kind === 'category') return (column.codes[row] as number) < 0;
  if (column.kind === 'text') return column.values[row] === null;
  return Number.isNaN(column.values[row]);
}

export function missingOf(column: FeatureColumn): number {
  let missing = 0;
  for (let row = 0; row < lengthOf(column); row++) if (isMissing(column, row)) missing += 1;
  return missing;
}

/** Throws INVALID_INPUT naming the columns there are. */
export function columnNamed(table: FeatureTable, name: string): FeatureColumn {
  const found = table.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = table.columns.map((column) => column.name);
  const near = names.find((known) => known.trim().toLowerCase() === name.trim().toLowerCase());
  throw new StromaError(
    'INVALID_INPUT',
    `The table has no column "${name}". ${near === undefined ? `It has ${listed(names)}.` : `Did you mean "${near}"?`}`,
    { column: name, near: near ?? null },
  );
}

/** A few of many, for a message. */
export function listed(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

export const withoutColumns = (table: FeatureTable, names: readonly string[]): FeatureTable => ({
  rows: table.rows,
  columns: table.columns.filter((column) => !names.includes(column.name)),
});

/** The rows named, in their order; a row may be taken twice. O(rows taken · columns). */
export const takeRows = (table: FeatureTable, rows: Uint32Array): FeatureTable => ({
  rows: rows.length,
  columns: table.columns.map((column) => takeOf(column, rows)),
});

export function takeOf(column: FeatureColumn, rows: Uint32Array): FeatureColumn {
  if (column.kind === 'category') return { ...column, codes: takeValues(column.codes, rows) };
  if (column.kind === 'text')
    return { ...column, values: Array.from(rows, (row) => column.values[row] ?? null) };
  return { ...column, values: takeValues(column.values, rows) };
}
