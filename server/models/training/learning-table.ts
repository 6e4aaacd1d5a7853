import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColumnSchema } from '@stroma/kernel';
import { copyRestricted, openDuckDb, type Restriction, readColumns } from '@stroma/lake';
import { type FeatureTable, featureTableOf, type LeftOutColumn } from '@stroma/learn';

/** What of a dataset is read into a thread, as whoever asks sees it. */
export interface TableTask {
  parquet: string;
  restriction: Restriction | null;
  columns: readonly ColumnSchema[];
  /** For what may be seen and for spilling; the caller removes it. */
  folder: string;
  memoryMb: number;
}

/** In a thread: columns to learn from or to predict. */
export async function readLearningTable(
  { parquet, restriction, columns, folder, memoryMb }: TableTask,
  signal: AbortSignal,
): Promise<{ table: FeatureTable; leftOut: LeftOutColumn[] }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  using db = await openDuckDb({ memoryMb, threads: 2, tempFolder: join(folder, 'spill') });
  const seen = restriction === null ? parquet : join(folder, 'seen.parquet');
  if (restriction !== null) await copyRestricted(db, parquet, restriction, seen);
  return featureTableOf(columns, await readColumns(db, seen, columns, signal));
}
