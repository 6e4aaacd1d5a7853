import { join } from 'node:path';
import { openDuckDb, readColumns } from '@stroma/lake';
import { type FeatureTable, featureTableOf, type LeftOutColumn } from '@stroma/learn';
import type { RunningCommand } from '../commands.ts';
import { ingestOptions } from '../ingest-options.ts';
import { openSourceFiles } from '../source-files.ts';
import { readTable } from './local-table.ts';

export interface LearningTable {
  table: FeatureTable;
  leftOut: LeftOutColumn[];
}

/** A file as columns to learn from. Throws as reading files and `featureTableOf` do. */
export async function readLearningTable(
  word: string,
  folder: string,
  running: RunningCommand,
): Promise<LearningTable> {
  const [file] = await openSourceFiles([word], folder, running);
  if (file === undefined) throw new Error('One word opens one file.');
  const { report, parquet } = await readTable(
    file,
    ingestOptions(running.invocation),
    join(folder, 'table'),
    running,
  );
  using db = await openDuckDb({ memoryMb: 1000, threads: 2, tempFolder: join(folder, 'spill') });
  return featureTableOf(report.columns, await readColumns(db, parquet, report.columns, running.signal));
}
