import { join } from 'node:path';
import type { ColumnValues, TableProfile } from '@stroma/kernel';
import { collectValues, copyRestricted, openDuckDb, profileParquet, type Restriction } from '@stroma/lake';
import { serveTask, type TaskContext } from '../../platform/threads/serve-task.ts';

export interface SeenDocumentsInput {
  parquet: string;
  restriction: Restriction;
  /** Holds what may be seen while it is looked at; the caller removes it. */
  folder: string;
  memoryMb: number;
}

export interface SeenDocuments {
  'profile.json': TableProfile;
  'values.json': ColumnValues[];
}

const valuesPerColumn = 2000;

serveTask(async (input: SeenDocumentsInput, { signal }: TaskContext): Promise<SeenDocuments> => {
  const { parquet, restriction, folder, memoryMb } = input;
  const seen = join(folder, 'seen.parquet');
  const spill = join(folder, 'spill');
  {
    using db = await openDuckDb({ memoryMb, threads: 2, tempFolder: spill });
    await copyRestricted(db, parquet, restriction, seen);
  }
  const [profile, values] = await Promise.all([
    profileParquet(seen, { memoryMb, threads: 2, tempFolder: spill, signal }),
    collectValues(seen, { maxPerColumn: valuesPerColumn, tempFolder: spill }),
  ]);
  return { 'profile.json': profile, 'values.json': values };
});
