/** A JSON value: what a cell of an answer may hold once it leaves an engine. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * The types a column may have, in a user's words. `integer` is any whole number (BIGINT, or HUGEINT past it),
 * `number` a double, `nested` a list or struct.
 */
export const columnTypes = [
  'boolean',
  'integer',
  'number',
  'text',
  'date',
  'time',
  'timestamp',
  'interval',
  'binary',
  'nested',
] as const;
export type ColumnType = (typeof columnTypes)[number];

export interface ColumnSchema {
  name: string;
  type: ColumnType;
}

/**
 * Rows leave an engine as arrays in the order of `columns`. Integers beyond 2^53 and decimals of more than
 * 15 significant digits, which a double would change, are strings; dates `YYYY-MM-DD`, timestamps and durations
 * ISO 8601, bytes base64; missing is `null`; NaN and infinities are `null`.
 */
export interface RowSet {
  columns: ColumnSchema[];
  rows: JsonValue[][];
}
