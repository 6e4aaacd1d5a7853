import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileStem } from '@stroma/kernel';
import {
  copyRestricted,
  type DuckDb,
  openDuckDb,
  quoteIdentifier,
  quoteLiteral,
  type Restriction,
} from '@stroma/lake';
import type { Platform } from '../../platform/platform.ts';
import { requireWhole, type SeenDataset } from './dataset-visibility.ts';
import type { VersionRow } from './datasets.store.ts';
import type { LakeDocuments } from './lake-documents.ts';

export type DownloadFormat = 'csv' | 'parquet' | 'raw' | 'rejects';

export interface Download {
  fileName: string;
  mediaType: string;
  content: Readable;
}

/** Rows written at a time: what waits on disk, and for how long nothing is sent at first. */
const rowsPerPart = 200_000;

export class Downloads {
  readonly #platform: Platform;
  readonly #documents: LakeDocuments;

  constructor(platform: Platform, documents: LakeDocuments) {
    this.#platform = platform;
    this.#documents = documents;
  }

  async open(seen: SeenDataset, format: DownloadFormat, signal: AbortSignal): Promise<Download> {
    const { objects } = this.#platform;
    const { dataset, version, restriction } = seen;
    if (format === 'raw' || format === 'rejects') requireWhole(seen, 'the file as it was sent');
    const stem = fileStem(version.fileName);
    switch (format) {
      case 'raw':
        return {
          fileName: version.fileName,
          mediaType: 'application/octet-stream',
          content: await objects.get(version.rawKey),
        };
      case 'parquet':
        return {
          fileName: `${stem}.parquet`,
          mediaType: 'application/vnd.apache.parquet',
          content:
            restriction === null
              ? await objects.get(await this.#documents.wholeKey(version))
              : Readable.from(this.#seenFile(version, restriction, signal, createReadStream), {
                  objectMode: false,
                }),
        };
      case 'rejects':
        return this.#csv(
          version,
          'rejects.parquet',
          null,
          ['line', 'reason', 'raw'],
          `${stem}-rejects.csv`,
          signal,
        );
      case 'csv': {
        const columns = version.columns.map((column) => column.name);
        const name = `${stem === '' ? dataset.tableName : stem}.csv`;
        return this.#csv(version, 'data.parquet', restriction, columns, name, signal);
      }
    }
  }

  async #csv(
    version: VersionRow,
    file: 'data.parquet' | 'rejects.parquet',
    restriction: Restriction | null,
    columns: string[],
    fileName: string,
    signal: AbortSignal,
  ): Promise<Download> {
    const folder = this.#platform.scratchFolder;
    const write = (path: string) => csvOf(path, columns, folder, signal);
    const parts =
      restriction === null
        ? write(await this.#documents.path(version, file))
        : this.#seenFile(version, restriction, signal, write);
    const content = Readable.from(parts, { objectMode: false });
    return { fileName, mediaType: 'text/csv; charset=utf-8; header=present', content };
  }

  /** What `read` gives of a copy that holds what may be seen, and is gone when it was given out. */
  async *#seenFile(
    version: VersionRow,
    restriction: Restriction,
    signal: AbortSignal,
    read: (path: string) => AsyncIterable<Buffer>,
  ): AsyncGenerator<Buffer> {
    const copy = join(this.#platform.scratchFolder, `seen-${randomBytes(8).toString('hex')}.parquet`);
    try {
      const source = await this.#documents.path(version, 'data.parquet');
      {
        using db = await openDuckDb({ memoryMb: 512, threads: 2, tempFolder: null });
        const stop = () => db.connection.interrupt();
        signal.addEventListener('abort', stop, { once: true });
        await copyRestricted(db, source, restriction, copy).finally(() =>
          signal.removeEventListener('abort', stop),
        );
      }
      for await (const chunk of read(copy)) yield chunk;
    } finally {
      await rm(copy, { force: true });
    }
  }
}

/** RFC 4180 with LF, written part by part by the engine: the first bytes go out at once, no row is held here. */
async function* csvOf(
  path: string,
  columns: string[],
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  using db = await openDuckDb({ memoryMb: 512, threads: 2, tempFolder: null });
  const stop = () => db.connection.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const total = Number((await db.row(`SELECT count(*) FROM read_parquet(${quoteLiteral(path)})`))[0]);
    for (let first = 0; first === 0 || first < total; first += rowsPerPart) {
      signal.throwIfAborted();
      yield* part(db, path, columns, first, join(folder, `csv-${randomBytes(8).toString('hex')}`));
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function* part(
  db: DuckDb,
  path: string,
  columns: string[],
  first: number,
  file: string,
): AsyncGenerator<Buffer> {
  const source = `read_parquet(${quoteLiteral(path)})`;
  const names = columns.map(quoteIdentifier).join(', ');
  // The engine skips row groups by their rows' numbers; a column of that name would hide them.
  const numbered = !columns.some((name) => name.toLowerCase() === 'file_row_number');
  const rows = numbered
    ? `SELECT ${names} FROM ${source} WHERE file_row_number >= ${first} AND file_row_number < ${first + rowsPerPart}`
    : `SELECT ${names} FROM ${source} LIMIT ${rowsPerPart} OFFSET ${first}`;
  try {
    await db.run(
      `COPY (${rows}) TO ${quoteLiteral(file)} (FORMAT csv, HEADER ${first === 0}, DELIMITER ',', QUOTE '"', ESCAPE '"')`,
    );
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  } finally {
    await rm(file, { force: true });
  }
}
