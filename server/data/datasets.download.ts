import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileStem } from '@stroma/kernel';
import { type DuckDb, openDuckDb, quoteIdentifier, quoteLiteral } from '@stroma/lake';
import type { Platform } from '../platform/platform.ts';
import type { DatasetWithVersion } from './datasets.store.ts';
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

  async open(
    { dataset, version }: DatasetWithVersion,
    format: DownloadFormat,
    signal: AbortSignal,
  ): Promise<Download> {
    const { objects } = this.#platform;
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
          content: await objects.get(`${version.lakePrefix}/data.parquet`),
        };
      case 'rejects':
        return this.#csv(
          `${stem}-rejects.csv`,
          await this.#documents.path(version, 'rejects.parquet'),
          ['line', 'reason', 'raw'],
          signal,
        );
      case 'csv':
        return this.#csv(
          `${stem === '' ? dataset.tableName : stem}.csv`,
          await this.#documents.path(version, 'data.parquet'),
          version.columns.map((column) => column.name),
          signal,
        );
    }
  }

  async #csv(fileName: string, path: string, columns: string[], signal: AbortSignal): Promise<Download> {
    const folder = this.#platform.scratchFolder;
    const content = Readable.from(csvOf(path, columns, folder, signal), { objectMode: false });
    return { fileName, mediaType: 'text/csv; charset=utf-8; header=present', content };
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
