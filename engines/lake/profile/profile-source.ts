import type { ColumnType } from '@stroma/kernel';
import { type DuckDb, quoteIdentifier, quoteLiteral } from '../duckdb.ts';
import { columnTypeOfId } from '../sandbox/cells.ts';

/** How a column is counted: what its numbers are, and whether its values are worth showing. */
export type ColumnKind = 'numeric' | 'temporal' | 'text' | 'boolean' | 'other' | 'opaque';

export interface SourceColumn {
  index: number;
  name: string;
  type: ColumnType;
  sqlType: string;
  kind: ColumnKind;
  /** The value as SQL; what is not finite counts as missing. */
  value: string;
}

export interface ProfileSource {
  /** The path as an SQL literal. */
  file: string;
  /** What follows FROM. */
  from: string;
  rows: number;
  columns: SourceColumn[];
}

const kinds: Record<ColumnType, ColumnKind> = {
  boolean: 'boolean',
  integer: 'numeric',
  number: 'numeric',
  text: 'text',
  date: 'temporal',
  timestamp: 'temporal',
  time: 'other',
  interval: 'other',
  binary: 'opaque',
  nested: 'opaque',
};
const mayBeInfinite = /^(?:FLOAT|DOUBLE|DATE|TIMESTAMP.*)$/;

/** Reads a Parquet file's columns and row count from its footer. */
export async function openSource(db: DuckDb, path: string): Promise<ProfileSource> {
  const file = quoteLiteral(path);
  const from = `read_parquet(${file})`;
  const empty = await db.connection.run(`SELECT * FROM ${from} LIMIT 0`);
  const columns = Array.from({ length: empty.columnCount }, (_, index): SourceColumn => {
    const name = empty.columnName(index);
    const type = columnTypeOfId(empty.columnTypeId(index));
    const sqlType = empty.columnType(index).toString();
    const quoted = quoteIdentifier(name);
    const value = mayBeInfinite.test(sqlType) ? `CASE WHEN isfinite(${quoted}) THEN ${quoted} END` : quoted;
    return { index, name, type, sqlType, kind: kinds[type], value };
  });
  const [rows] = await db.row(`SELECT count(*) FROM ${from}`);
  return { file, from, rows: Number(rows), columns };
}

/** A value's number: itself, or epoch milliseconds. Null for columns that have none. */
export function numberOf(kind: ColumnKind, value: string): string | null {
  if (kind === 'numeric') return `(${value})::DOUBLE`;
  if (kind === 'temporal') return `(epoch_us((${value})::TIMESTAMP) / 1000.0)::DOUBLE`;
  return null;
}

/** A double as SQL, exactly: without an exponent the engine would read a decimal and round it. */
export const doubleSql = (value: number): string => `(${value.toExponential()})::DOUBLE`;
