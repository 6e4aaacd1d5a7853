import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { StromaError } from '@stroma/kernel';
import { collectValues, ingestFile, profileParquet } from '@stroma/lake';
import type { ReadFileInput, ReadFileMessage, ReadFileResult } from './read-file.ts';

const valuesPerColumn = 2000;
/** Share of the time that reading takes; the rest is profiling. */
const readingShare = 0.6;

const threads = Math.min(8, availableParallelism());
const stop = new AbortController();
const say = (message: ReadFileMessage) => parentPort?.postMessage(message);
parentPort?.on('message', () => stop.abort());

async function readFile(input: ReadFileInput): Promise<ReadFileResult> {
  const { signal } = stop;
  const report = await ingestFile({
    sourcePath: input.sourcePath,
    fileName: input.fileName,
    outputFolder: input.outputFolder,
    overrides: input.overrides,
    limits: { memoryMb: input.memoryMb, threads },
    signal,
    onProgress: (fraction) => say({ kind: 'progress', fraction: fraction * readingShare, phase: 'Reading' }),
  });
  const parquet = join(input.outputFolder, 'data.parquet');
  const profile = await profileParquet(parquet, {
    memoryMb: input.memoryMb,
    threads,
    tempFolder: join(input.outputFolder, 'spill'),
    signal,
    rejectedRows: report.rejected_rows,
    onProgress: (fraction) =>
      say({ kind: 'progress', fraction: readingShare + fraction * (1 - readingShare), phase: 'Profiling' }),
  });
  const values = await collectValues(parquet, { maxPerColumn: valuesPerColumn });
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
}

try {
  say({ kind: 'done', result: await readFile(workerData as ReadFileInput) });
} catch (error) {
  const known = error instanceof StromaError;
  say({
    kind: 'failed',
    code: known ? error.code : 'INTERNAL',
    message: known ? error.message : 'The file could not be read because of a fault in Stroma.',
    details: known ? error.details : {},
    stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
}
parentPort?.close();
