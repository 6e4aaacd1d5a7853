import { type ColumnSchema, type JsonValue, StromaError } from '@stroma/kernel';
import type { CategoryColumn, FeatureColumn, FeatureTable } from './feature-table.ts';

export interface LeftOutColumn {
  name: string;
  reason: string;
}

export type LakeValues = Float64Array | readonly JsonValue[];

/**
 * Columns as the lake gives them (types of its schema, values by column; null, NaN and '' missing) as columns to learn
 * from: numbers and whole numbers as numbers, booleans and short or repeated texts as categories, long ones as text,
 * dates and timestamps (ISO 8601, without a zone in UTC) as times. What cannot be learned from is left out with its
 * reason. Throws INVALID_INPUT where lengths differ. O(cells).
 */
export function featureTableOf(
  schema: readonly ColumnSchema[],
  values: readonly LakeValues[],
): { table: FeatureTable; leftOut: LeftOutColumn[] } {
  const rows = values[0]?.length ?? 0;
  const leftOut: LeftOutColumn[] = [];
  const columns: FeatureColumn[] = [];
  schema.forEach(({ name, type }, at) => {
    const own = values[at];
    if (own === undefined || own.length !== rows)
      throw new StromaError(
        'INVALID_INPUT',
        `Every column must hold ${rows} rows; "${name}" holds ${own?.length ?? 0}.`,
        { column: name },
      );
    const column = columnOf(name, type, own);
    if (typeof column === 'string') leftOut.push({ name, reason: column });
    else columns.push(column);
  });
  return { table: { rows, columns }, leftOut };
}

function columnOf(name: string, type: ColumnSchema['type'], values: LakeValues): FeatureColumn | string {
  switch (type) {
    case 'number':
      return { kind: 'number', name, values: numbersOf(name, values) };
    case 'integer':
      // Past 2^53 a whole number comes as text, and is a name rather than an amount.
      return values instanceof Float64Array || !values.some((value) => typeof value === 'string')
        ? { kind: 'number', name, values: numbersOf(name, values) }
        : categoriesOf(name, textsOf(values));
    case 'boolean':
      return categoriesOf(name, textsOf(values));
    case 'text': {
      const texts = textsOf(values);
      return isProse(texts) ? { kind: 'text', name, values: texts } : categoriesOf(name, texts);
    }
    case 'date':
    case 'timestamp':
      return { kind: 'time', name, values: timesOf(name, values) };
    case 'time':
    case 'interval':
    case 'binary':
    case 'nested':
      return `Columns of type ${type} cannot be learned from as they are; turn it into numbers, text or dates first.`;
  }
}

const textsOf = (values: LakeValues): (string | null)[] =>
  Array.from<JsonValue, string | null>(values as readonly JsonValue[], (value) =>
    value === null || value === '' || Number.isNaN(value) ? null : String(value),
  );

function numbersOf(name: string, values: LakeValues): Float64Array {
  if (values instanceof Float64Array) return values;
  return Float64Array.from(values, (value, row) => {
    if (value === null || value === '') return Number.NaN;
    const number = typeof value === 'boolean' ? Number.NaN : Number(value);
    if (Number.isNaN(number) && !Number.isNaN(value))
      throw new StromaError(
        'INVALID_INPUT',
        `A number was expected in "${name}", row ${row + 1}; ${JSON.stringify(value)} was given.`,
        { column: name, row: row + 1 },
      );
    return number;
  });
}

const zoned = /(?:[zZ]|[+-]\d\d(?::?\d\d)?)$/;

function timesOf(name: string, values: LakeValues): Float64Array {
  if (values instanceof Float64Array) return values;
  return Float64Array.from(values, (value, row) => {
    if (value === null || value === '') return Number.NaN;
    if (typeof value === 'number') return value;
    const text = String(value).trim().replace(' ', 'T');
    const ms = Date.parse(text.includes('T') && !zoned.test(text) ? `${text}Z` : text);
    if (Number.isNaN(ms))
      throw new StromaError(
        'INVALID_INPUT',
        `A date or timestamp of ISO 8601 was expected in "${name}", row ${row + 1}; ${JSON.stringify(value)} was given.`,
        { column: name, row: row + 1 },
      );
    return ms;
  });
}

/** Levels in the order of their text. */
export function categoriesOf(name: string, values: readonly (string | null)[]): CategoryColumn {
  const levels = [...new Set(values)].filter((value) => value !== null).sort();
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : (codeOf.get(value) as number)));
  return { kind: 'category', name, codes, levels };
}

/** Mostly different and several words each: sentences, not names of things. */
function isProse(values: readonly (string | null)[]): boolean {
  const seen = new Set<string>();
  let known = 0;
  let words = 0;
  for (const value of values) {
    if (value === null) continue;
    known += 1;
    seen.add(value);
    words += value.split(/\s+/).length;
  }
  return known > 0 && seen.size > 20 && seen.size > known / 3 && words / known >= 3;
}
