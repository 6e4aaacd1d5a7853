import { columnTypes, StromaError } from '@stroma/kernel';
import { fileFormats, type IngestOverrides } from './ingest-report.ts';
import { canonicalEncoding } from './text-encoding.ts';

function refuse(field: string, expected: string, given: unknown): never {
  throw new StromaError(
    'INVALID_INPUT',
    `Expected ${field} to be ${expected}, got ${JSON.stringify(given) ?? 'nothing'}.`,
    {
      field,
      expected,
      given,
    },
  );
}

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isOneCharacter = (value: string): boolean => Array.from(value).length === 1 && !/[\r\n]/.test(value);

/** Throws INVALID_INPUT with `details.field` for a setting that no file could satisfy. */
export function checkOverrides(overrides: IngestOverrides): void {
  const { delimiter, quote, decimal, thousands } = overrides;
  if (overrides.format !== undefined && !fileFormats.includes(overrides.format)) {
    refuse('format', `one of ${fileFormats.join(', ')}`, overrides.format);
  }
  if (overrides.encoding !== undefined) canonicalEncoding(overrides.encoding);
  if (delimiter !== undefined) {
    const [first = '', rest] = [Array.from(delimiter)[0], Array.from(delimiter).slice(1).join('')];
    const spaced = rest === ' ' && first !== ' ';
    if (!(isOneCharacter(delimiter) || (spaced && isOneCharacter(first)))) {
      refuse('delimiter', 'one character, or one character and a space', delimiter);
    }
  }
  if (quote !== undefined && quote !== '' && !/^[\x21-\x7e]$/.test(quote))
    refuse('quote', 'one ASCII character or empty', quote);
  if (quote !== undefined && quote !== '' && quote === delimiter)
    refuse('quote', 'another character than the delimiter', quote);
  if (overrides.escape !== undefined && overrides.escape !== '\\' && overrides.escape !== (quote ?? '"'))
    refuse('escape', 'the quote itself or a backslash', overrides.escape);
  for (const field of ['skip_lines', 'header_lines', 'footer_lines', 'table'] as const) {
    if (overrides[field] !== undefined && !isCount(overrides[field]))
      refuse(field, 'a whole number from 0', overrides[field]);
  }
  if (decimal !== undefined && decimal !== '.' && decimal !== ',') refuse('decimal', '"." or ","', decimal);
  if (thousands !== undefined && !['', ',', '.', ' ', "'"].includes(thousands)) {
    refuse('thousands', 'empty, ",", ".", " " or "\'"', thousands);
  }
  if (decimal !== undefined && decimal === thousands)
    refuse('thousands', 'another sign than the decimal sign', thousands);
  if (overrides.date_order !== undefined && !['ymd', 'dmy', 'mdy'].includes(overrides.date_order)) {
    refuse('date_order', '"ymd", "dmy" or "mdy"', overrides.date_order);
  }
  if (overrides.null_values !== undefined) {
    const valid =
      Array.isArray(overrides.null_values) &&
      overrides.null_values.every((value) => typeof value === 'string');
    if (!valid || overrides.null_values.length > 1000)
      refuse('null_values', 'a list of at most 1,000 texts', overrides.null_values);
  }
  const { row_order } = overrides;
  if (row_order !== undefined && row_order !== null && typeof row_order !== 'string')
    refuse('row_order', 'the name of a column, or null for the order of the file', row_order);
  for (const [column, type] of Object.entries(overrides.column_types ?? {})) {
    if (!columnTypes.includes(type))
      refuse(`column_types.${column}`, `one of ${columnTypes.join(', ')}`, type);
  }
}

/** Throws INVALID_INPUT for a type given to a column that the table does not have. */
export function checkColumnTypes(overrides: IngestOverrides, names: string[]): void {
  for (const column of Object.keys(overrides.column_types ?? {})) {
    if (names.includes(column)) continue;
    throw new StromaError(
      'INVALID_INPUT',
      `Expected the name of a column to set its type, got "${column}". The columns are: ${names.slice(0, 50).join(', ')}.`,
      { field: `column_types.${column}` },
    );
  }
}
