import type { ColumnSchema } from '@stroma/kernel';
import { type DuckDb, quoteIdentifier, quoteLiteral } from './duckdb.ts';

/** Columns read with one statement. */
const columnsAtOnce = 200;
const amounts: ReadonlySet<ColumnSchema['type']> = new Set(['number', 'integer']);
const moments: ReadonlySet<ColumnSchema['type']> = new Set(['date', 'timestamp']);

/**
 * Whole columns of a Parquet file, in the order of its rows: numbers as they are and dates and timestamps as
 * milliseconds since 1970 in UTC, NaN where missing; everything else as text, null where missing. O(cells), in chunks of
 * some thousand rows. Throws the signal's reason.
 */
export async function readColumns(
  db: DuckDb,
  parquet: string,
  columns: readonly ColumnSchema[],
  signal?: AbortSignal,
): Promise<(Float64Array | (string | null)[])[]> {
  const [count] = await db.row(`SELECT count(*) FROM read_parquet(${quoteLiteral(parquet)})`);
  const rows = Number(count);
  const read: (Float64Array | (string | null)[])[] = [];
  for (let from = 0; from < columns.length; from += columnsAtOnce) {
    const some = columns.slice(from, from + columnsAtOnce);
    const into = some.map(({ type }) =>
      amounts.has(type) || moments.has(type)
        ? new Float64Array(rows).fill(Number.NaN)
        : new Array<string | null>(rows).fill(null),
    );
    const asked = some.map(({ name, type }) => {
      const column = quoteIdentifier(name);
      if (amounts.has(type)) return `${column}::DOUBLE`;
      return moments.has(type) ? `epoch_ms(${column}::TIMESTAMP)::DOUBLE` : `${column}::VARCHAR`;
    });
    const answer = await db.connection.stream(
      `SELECT ${asked.join(', ')} FROM read_parquet(${quoteLiteral(parquet)})`,
    );
    for (let at = 0; ; ) {
      signal?.throwIfAborted();
      const chunk = await answer.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      into.forEach((values, column) => {
        chunk.getColumnValues(column).forEach((value, row) => {
          if (value !== null)
            values[at + row] = values instanceof Float64Array ? Number(value) : String(value);
        });
      });
      at += chunk.rowCount;
    }
    read.push(...into);
  }
  return read;
}
