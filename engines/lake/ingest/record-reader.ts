import { open } from 'node:fs/promises';
import { StromaError } from '@stroma/kernel';
import type { CsvDialect } from './csv-dialect.ts';
import { stopIfAborted } from './ingest-limits.ts';
import { RecordScanner } from './record-scanner.ts';

export interface RecordRange {
  /** Byte offset of the first record. */
  start: number;
  /** Byte offset after the last record; the end of the file when absent. */
  end?: number;
  /** Line number of the first record, counted from 1. */
  line: number;
}

export interface ScannedRecord {
  scanner: RecordScanner;
  bytes: Uint8Array;
  /** Position of the record in `bytes`. */
  from: number;
  /** Position of the record in the file. */
  offset: number;
  /** Line where the record starts. */
  line: number;
}

export interface RecordReaderOptions {
  maxCellBytes: number;
  maxColumns: number;
  blockBytes?: number;
  /** Counts records instead of lines: for grids whose rows came numbered. */
  linesAreRecords?: boolean;
  signal?: AbortSignal | undefined;
  onBytes?: (bytes: number) => void;
  /** Awaited after the records of a block were visited. */
  afterBlock?: () => Promise<void>;
}

const blockSize = 4 * 2 ** 20;

/**
 * Reads a UTF-8 file record by record in constant memory. `visit` runs for every record and must not keep the
 * object it is given: it is reused. It may return false to stop. Throws MALFORMED_FILE on a record longer than
 * four cells of the largest size.
 */
export async function readRecords(
  path: string,
  range: RecordRange,
  dialect: CsvDialect,
  options: RecordReaderOptions,
  visit: (record: ScannedRecord) => boolean | undefined,
): Promise<void> {
  const scanner = new RecordScanner(dialect, options.maxCellBytes, options.maxColumns + 1);
  const file = await open(path, 'r');
  try {
    const end = range.end ?? (await file.stat()).size;
    let buffer: Uint8Array = new Uint8Array(options.blockBytes ?? blockSize);
    let filled = 0;
    let bufferOffset = range.start;
    const record: ScannedRecord = { scanner, bytes: buffer, from: 0, offset: range.start, line: range.line };
    for (;;) {
      stopIfAborted(options.signal);
      const want = Math.min(buffer.length - filled, end - bufferOffset - filled);
      const { bytesRead } = await file.read(buffer, filled, want, bufferOffset + filled);
      filled += bytesRead;
      const final = bufferOffset + filled >= end || bytesRead === 0;
      let at = 0;
      record.bytes = buffer;
      while (at < filled) {
        const next = scanner.next(buffer, at, filled, final);
        if (next < 0) break;
        record.from = at;
        record.offset = bufferOffset + at;
        const goOn = visit(record);
        record.line += options.linesAreRecords ? 1 : scanner.innerLines + 1;
        at = next;
        if (goOn === false) return;
      }
      options.onBytes?.(bufferOffset + at - range.start);
      await options.afterBlock?.();
      if (final) return;
      bufferOffset += at;
      const rest = filled - at;
      if (at === 0 && filled === buffer.length) {
        buffer = grow(buffer, options.maxCellBytes, record.line);
      } else {
        buffer.copyWithin(0, at, filled);
      }
      filled = rest;
    }
  } finally {
    await file.close();
  }
}

function grow(buffer: Uint8Array, maxCellBytes: number, line: number): Uint8Array {
  const most = Math.max(4 * maxCellBytes, blockSize);
  if (buffer.length >= most) {
    throw new StromaError(
      'MALFORMED_FILE',
      `Expected records of at most ${most} bytes; the record at line ${line} is longer. Check that the file has line ends.`,
      { line, limit: most },
    );
  }
  const larger = new Uint8Array(Math.min(buffer.length * 2, most));
  larger.set(buffer);
  return larger;
}
