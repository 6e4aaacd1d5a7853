import type { Readable } from 'node:stream';
import { StromaError } from '@stroma/kernel';
import { type Entry, open, type ZipFile } from 'yauzl';
import { tooLarge } from './decompression.ts';
import { type IngestLimits, stopIfAborted } from './ingest-limits.ts';

const maxEntries = 10_000;

/**
 * The parts of a zip file by name. Reading is bounded: all parts together may unpack to no more than the limits
 * allow, whatever the directory says about their sizes.
 */
export class ZipArchive {
  private unpacked = 0;
  private readonly zip: ZipFile;
  private readonly entries: Map<string, Entry>;
  private readonly size: number;
  private readonly limits: IngestLimits;
  private readonly signal: AbortSignal | undefined;

  private constructor(
    zip: ZipFile,
    entries: Map<string, Entry>,
    size: number,
    limits: IngestLimits,
    signal: AbortSignal | undefined,
  ) {
    this.zip = zip;
    this.entries = entries;
    this.size = size;
    this.limits = limits;
    this.signal = signal;
  }

  static async open(
    path: string,
    size: number,
    limits: IngestLimits,
    signal: AbortSignal | undefined,
  ): Promise<ZipArchive> {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      open(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, file) =>
        error ? reject(damaged(error)) : resolve(file),
      );
    });
    try {
      return new ZipArchive(zip, await readDirectory(zip), size, limits, signal);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  names(): string[] {
    return [...this.entries.keys()];
  }

  /** Gives the bytes of a part, piece by piece. */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (!entry)
      throw new StromaError('MALFORMED_FILE', `Expected the part ${name} in the workbook; it is missing.`, {
        part: name,
      });
    if (entry.isEncrypted()) {
      throw new StromaError(
        'ENCRYPTED_FILE',
        'Expected a readable file; this one is protected by a password. Save it without one.',
      );
    }
    const stream = await new Promise<Readable>((resolve, reject) => {
      this.zip.openReadStream(entry, (error, opened) => (error ? reject(damaged(error)) : resolve(opened)));
    });
    try {
      for await (const chunk of stream) {
        stopIfAborted(this.signal);
        this.unpacked += (chunk as Buffer).length;
        const error = tooLarge(this.unpacked, this.size, this.limits);
        if (error) throw error;
        yield chunk as Buffer;
      }
    } catch (error) {
      throw error instanceof StromaError ? error : damaged(error);
    } finally {
      stream.destroy();
    }
  }

  close(): void {
    this.zip.close();
  }
}

function readDirectory(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry) => {
      if (entries.size >= maxEntries) {
        reject(
          new StromaError('MALFORMED_FILE', `Expected at most ${maxEntries} parts in a workbook, got more.`),
        );
        return;
      }
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', (error) => reject(damaged(error)));
    zip.readEntry();
  });
}

function damaged(cause: unknown): StromaError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const truncated = /end of central directory|unexpected end|premature|EOF|out of range/i.test(text);
  return new StromaError(
    truncated ? 'TRUNCATED_FILE' : 'MALFORMED_FILE',
    `Expected a sound zip file, but reading it failed: ${text}. Save or upload it again.`,
    {},
    { cause },
  );
}
