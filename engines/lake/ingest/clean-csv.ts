import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { CsvDialect } from './csv-dialect.ts';
import {
  type RecordRange,
  type RecordReaderOptions,
  readRecords,
  type ScannedRecord,
} from './record-reader.ts';
import { readCells } from './structure-scan.ts';

/** What became of the records of a table while it was rewritten. */
export interface CleanCounts {
  written: number;
  blankLines: number;
  commentLines: number;
  repeatedHeaders: number;
  shortRows: number;
  surplusRows: number;
}

export interface CleanTable {
  width: number;
  /** Records to pass over first. */
  headerLines: number;
  headerRows: string[][];
}

export type RejectSink = (line: number, reason: string, raw: string) => void;

/**
 * Rewrites a table as CSV that every reader agrees on: comma, quoted cells, LF, one record a row, `width` cells,
 * with the line where the record starts in front. Blank lines, comments and repeats of the header are left out
 * and counted. A record shorter than the table is filled up with missing cells; one that is longer loses its
 * surplus when that is empty and goes to the rejects otherwise, as does a lone cell of prose in a table of three
 * columns or more, for nobody can say which column it belongs to.
 */
export async function writeCleanCsv(
  source: string,
  range: RecordRange,
  dialect: CsvDialect,
  table: CleanTable,
  target: string,
  options: RecordReaderOptions,
  reject: RejectSink,
): Promise<CleanCounts> {
  const writer = new CleanWriter(table, reject);
  const out = createWriteStream(target, { highWaterMark: 2 ** 20 });
  const failed = once(out, 'error').then(([error]) => {
    throw error;
  });
  const flush = async () => {
    for (const block of writer.take())
      if (!out.write(block)) await Promise.race([once(out, 'drain'), failed]);
  };
  try {
    // Records come synchronously; what a block of the source gave is written before the next block is read.
    await readRecords(source, range, dialect, { ...options, afterBlock: flush }, (record) => {
      writer.add(record);
      return true;
    });
    await flush();
    out.end();
    await Promise.race([once(out, 'close'), failed]);
  } finally {
    failed.catch(() => {});
    out.destroy();
  }
  return writer.counts;
}

const hash = 35;
const quoteByte = 34;
const commaByte = 44;

class CleanWriter {
  readonly counts: CleanCounts = {
    written: 0,
    blankLines: 0,
    commentLines: 0,
    repeatedHeaders: 0,
    shortRows: 0,
    surplusRows: 0,
  };
  private readonly table: CleanTable;
  private readonly reject: RejectSink;
  private readonly names: string[] | null;
  private header: number;
  private blocks: Buffer[] = [];
  private buffer = Buffer.allocUnsafe(2 ** 20);
  private used = 0;

  constructor(table: CleanTable, reject: RejectSink) {
    this.table = table;
    this.reject = reject;
    this.header = table.headerLines;
    this.names = table.headerRows.at(-1) ?? null;
  }

  add(record: ScannedRecord): void {
    const { scanner } = record;
    const { width } = this.table;
    if (scanner.filled === 0 && scanner.cells <= 1) {
      this.counts.blankLines += 1;
      return;
    }
    if (this.header > 0) {
      this.header--;
      return;
    }
    const { cells } = scanner;
    if (record.bytes[record.from] === hash && cells !== width) {
      this.counts.commentLines++;
      return;
    }
    if (this.repeatsHeader(record)) {
      this.counts.repeatedHeaders++;
      return;
    }
    if (cells > width) {
      if (!this.surplusIsEmpty(record)) {
        this.reject(record.line, `${cells} cells where the table has ${width} columns.`, rawText(record));
        return;
      }
      this.counts.surplusRows++;
    } else if (cells < width) {
      if (cells === 1 && width >= 3 && /\S\s+\S+\s+\S/.test(scanner.text(record.bytes, 0))) {
        this.reject(record.line, `One cell of text where the table has ${width} columns.`, rawText(record));
        return;
      }
      this.counts.shortRows++;
    }
    this.write(record);
  }

  private repeatsHeader(record: ScannedRecord): boolean {
    const { names } = this;
    const { scanner, bytes } = record;
    if (!names || scanner.cells < 2 || scanner.cells !== names.length) return false;
    if (scanner.text(bytes, 0) !== names[0] || scanner.text(bytes, 1) !== names[1]) return false;
    return readCells(record).every((cell, index) => cell === names[index]);
  }

  private surplusIsEmpty({ scanner, bytes }: ScannedRecord): boolean {
    const stored = Math.min(scanner.cells, scanner.starts.length);
    for (let i = this.table.width; i < stored; i++) if (scanner.text(bytes, i).trim() !== '') return false;
    return stored === scanner.cells;
  }

  private write(record: ScannedRecord): void {
    const { scanner } = record;
    const { width } = this.table;
    this.counts.written++;
    const size = scanner.recordEnd - record.from;
    this.reserve(size * 2 + width * 3 + 24);
    this.used += this.buffer.write(String(record.line), this.used, 'latin1');
    for (let i = 0; i < width; i++) {
      this.buffer[this.used++] = commaByte;
      if (i < scanner.cells)
        this.writeCell(
          scanner.flags[i] as number,
          scanner.starts[i] as number,
          scanner.ends[i] as number,
          record,
          i,
        );
    }
    this.buffer[this.used++] = 10;
  }

  private writeCell(
    flags: number,
    start: number,
    end: number,
    { scanner, bytes }: ScannedRecord,
    index: number,
  ): void {
    if (start === end) return;
    const source = flags >= 2 ? Buffer.from(scanner.text(bytes, index), 'utf8') : bytes;
    const from = flags >= 2 ? 0 : start;
    const to = flags >= 2 ? source.length : end;
    const out = this.buffer;
    let at = this.used;
    out[at++] = quoteByte;
    for (let i = from; i < to; i++) {
      const byte = source[i] as number;
      if (byte === quoteByte) out[at++] = quoteByte;
      if (byte !== 0) out[at++] = byte;
    }
    out[at++] = quoteByte;
    this.used = at;
  }

  private reserve(bytes: number): void {
    if (this.used + bytes <= this.buffer.length) return;
    this.blocks.push(this.buffer.subarray(0, this.used));
    this.buffer = Buffer.allocUnsafe(Math.max(2 ** 20, bytes));
    this.used = 0;
  }

  take(): Buffer[] {
    const blocks = [...this.blocks, this.buffer.subarray(0, this.used)];
    this.blocks = [];
    this.buffer = Buffer.allocUnsafe(2 ** 20);
    this.used = 0;
    return blocks.filter((block) => block.length > 0);
  }
}

const maxRaw = 10_000;

/** The record as the file has it, cut at 10,000 characters. */
export function rawText({ bytes, from, scanner }: ScannedRecord): string {
  const end = Math.min(scanner.recordEnd, from + 4 * maxRaw);
  return Buffer.from(bytes.subarray(from, end)).toString('utf8').slice(0, maxRaw);
}
