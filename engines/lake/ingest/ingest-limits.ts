import { StromaError } from '@stroma/kernel';

export interface IngestLimits {
  maxColumns: number;
  /** Of the file after decompression, and of every part of a workbook together. */
  maxUncompressedBytes: number;
  /** Uncompressed bytes for each compressed byte; small files (below 64 MiB uncompressed) are exempt. */
  maxRatio: number;
  /** Of one cell, and of one record of a JSON file. */
  maxCellBytes: number;
  /** Of the engine that converts, MiB. */
  memoryMb: number;
  threads: number;
  /** Where temporary files go; a folder inside the output folder when null. */
  tempFolder: string | null;
}

export const defaultLimits: IngestLimits = {
  maxColumns: 16_384,
  maxUncompressedBytes: 64 * 2 ** 30,
  maxRatio: 200,
  maxCellBytes: 16 * 2 ** 20,
  memoryMb: 1024,
  threads: 2,
  tempFolder: null,
};

export function completeLimits(given: Partial<IngestLimits> | undefined): IngestLimits {
  const limits = { ...defaultLimits, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (name === 'tempFolder') continue;
    if (typeof value !== 'number' || !(value > 0)) {
      throw new StromaError(
        'INVALID_INPUT',
        `Expected the limit ${name} to be a positive number, got ${value}.`,
        {
          field: `limits.${name}`,
        },
      );
    }
  }
  return limits;
}

export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new StromaError(
      'CANCELLED',
      'The ingestion was cancelled before it ended; start it again to read the file.',
    );
  }
}
