import { stat } from 'node:fs/promises';
import type { DuckDb } from '../duckdb.ts';
import { quoteLiteral } from '../duckdb.ts';
import { inspectBytes } from './byte-source.ts';

/** Rows a row group: DuckDB's own vector-aligned default, so that readers skip whole groups by their statistics. */
const rowGroupRows = 122_880;

/** Writes a query as Parquet: zstd, statistics, rows in the order the query gives them. The same rows give the same bytes. */
export async function writeParquet(db: DuckDb, query: string, target: string): Promise<void> {
  await db.run(
    `COPY (${query}) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows})`,
  );
}

export async function describeParquet(path: string): Promise<{ sha256: string; bytes: number }> {
  const [{ sha256 }, { size }] = await Promise.all([inspectBytes(path, { evidence: false }), stat(path)]);
  return { sha256, bytes: size };
}
