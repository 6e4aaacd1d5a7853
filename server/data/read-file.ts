import { Worker } from 'node:worker_threads';
import type { IngestOverridesInput } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { IngestReport } from '@stroma/lake';

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

export type ReadFileMessage =
  | { kind: 'progress'; fraction: number; phase: string }
  | { kind: 'done'; result: ReadFileResult }
  | { kind: 'failed'; code: string; message: string; details: Record<string, unknown>; stack: string };

/** What an aborted reader gets to end by itself before its thread is ended. */
const graceMs = 3000;

/**
 * Reads and profiles a file in a thread of its own, so that its memory goes back when it ends. Rejects with the
 * reader's own error, or with the signal's reason.
 */
export async function readFileInThread(
  input: ReadFileInput,
  signal: AbortSignal,
  onProgress: (fraction: number, phase: string) => void,
): Promise<ReadFileResult> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./read-file.worker.ts', import.meta.url), { workerData: input });
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    worker.postMessage('stop');
    timer = setTimeout(() => void worker.terminate(), graceMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise<ReadFileResult>((resolve, reject) => {
      worker.on('message', (message: ReadFileMessage) => {
        if (message.kind === 'progress') onProgress(message.fraction, message.phase);
        else if (message.kind === 'done') resolve(message.result);
        else reject(failureOf(message));
      });
      worker.on('error', reject);
      worker.on('exit', () =>
        reject(new StromaError('INTERNAL', 'The thread that read the file ended without a result.')),
      );
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

function failureOf(message: Extract<ReadFileMessage, { kind: 'failed' }>): StromaError {
  const cause = new Error('Inside the reading thread');
  cause.stack = message.stack;
  return new StromaError(message.code, message.message, message.details, { cause });
}
