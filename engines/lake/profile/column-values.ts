import type { ColumnValues } from '@stroma/kernel';
import { openDuckDb } from '../duckdb.ts';
import { openSource } from './profile-source.ts';

export interface CollectOptions {
  /** Distinct values kept of one column; default 10,000. */
  maxPerColumn?: number;
  /** UTF-8 bytes kept of all columns together; default 16 MiB. Every column gets its share. */
  maxBytes?: number;
  memoryMb?: number;
  threads?: number;
  tempFolder?: string;
}

/** A value longer than this is no word of a question. */
const longestValue = 1000;

/**
 * The distinct values of the text and boolean columns, most frequent first and then by their bytes. Missing
 * values are left out, and texts of more than 1,000 characters, which make a column incomplete.
 */
export async function collectValues(path: string, options: CollectOptions = {}): Promise<ColumnValues[]> {
  const { maxPerColumn = 10_000, maxBytes = 16 * 1024 * 1024 } = options;
  using db = await openDuckDb({
    memoryMb: options.memoryMb ?? 800,
    threads: options.threads ?? 2,
    tempFolder: options.tempFolder ?? null,
  });
  const source = await openSource(db, path);
  const columns = source.columns.filter((column) => column.kind === 'text' || column.kind === 'boolean');
  const collected: ColumnValues[] = [];
  let bytesLeft = maxBytes;
  for (const [index, column] of columns.entries()) {
    const rows = await db.rows(
      `SELECT CASE WHEN length(v) <= ${longestValue} THEN v END FROM (
         SELECT (${column.value})::VARCHAR AS v, count(*) AS n FROM ${source.from} GROUP BY 1
       ) WHERE v IS NOT NULL ORDER BY n DESC, v LIMIT ${maxPerColumn + 1}`,
    );
    const share = bytesLeft / (columns.length - index);
    const { values, bytes } = takeWithin(rows.slice(0, maxPerColumn), share);
    bytesLeft -= bytes;
    collected.push({ column: column.name, values, complete: values.length === rows.length });
  }
  return collected;
}

function takeWithin(rows: readonly unknown[][], share: number): { values: string[]; bytes: number } {
  const values: string[] = [];
  let bytes = 0;
  for (const [value] of rows) {
    if (typeof value !== 'string') continue;
    const size = Buffer.byteLength(value);
    if (bytes + size > share) break;
    bytes += size;
    values.push(value);
  }
  return { values, bytes };
}
