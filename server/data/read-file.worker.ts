import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { IngestOverridesInput } from '@stroma/contracts';
import { collectValues, type IngestReport, ingestFile, profileParquet } from '@stroma/lake';
import { serveTask, type TaskContext } from '../platform/threads/serve-task.ts';

export interface ReadFileInput {
  sourcePath: string;
  fileName: string;
  /** Gets data.parquet, rejects.parquet, report.json, profile.json, values.json. */
  outputFolder: string;
  overrides: IngestOverridesInput;
  memoryMb: number;
}

export interface ReadFileResult {
  /** Without its rejected rows: they are in the file. */
  report: IngestReport;
  quality: number;
  issues: number;
}

const threads = Math.min(8, availableParallelism());
const valuesPerColumn = 2000;
/** Share of the time that reading takes; the rest is profiling. */
const readingShare = 0.6;

serveTask(async (input: ReadFileInput, { signal, progress }: TaskContext): Promise<ReadFileResult> => {
  const report = await ingestFile({
    sourcePath: input.sourcePath,
    fileName: input.fileName,
    outputFolder: input.outputFolder,
    overrides: input.overrides,
    limits: { memoryMb: input.memoryMb, threads },
    signal,
    onProgress: (fraction, phase) => progress(fraction * readingShare, phase),
  });
  const parquet = join(input.outputFolder, 'data.parquet');
  const spill = join(input.outputFolder, 'spill');
  // Side by side: each leaves a core idle at times.
  const [profile, values] = await Promise.all([
    profileParquet(parquet, {
      memoryMb: input.memoryMb,
      threads,
      tempFolder: spill,
      signal,
      rejectedRows: report.rejected_rows,
      onProgress: (fraction) => progress(readingShare + fraction * (1 - readingShare), 'profiling'),
    }),
    collectValues(parquet, { maxPerColumn: valuesPerColumn, tempFolder: spill }),
  ]);
  const save = (name: string, document: unknown) =>
    writeFile(join(input.outputFolder, name), JSON.stringify(document));
  await Promise.all([
    save('report.json', report),
    save('profile.json', profile),
    save('values.json', values),
  ]);
  return {
    report: { ...report, rejects: [] },
    quality: profile.quality.score,
    issues: profile.issues.length,
  };
});
