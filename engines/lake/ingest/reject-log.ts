import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { DuckDb } from '../duckdb.ts';
import { quoteLiteral } from '../duckdb.ts';
import type { RejectedRow } from './ingest-report.ts';

const kept = 1000;
const maxRaw = 10_000;

/** Collects rejected records: all on disk, the first thousand (by line) in memory for the report. */
export class RejectLog {
  count = 0;
  private readonly first: RejectedRow[] = [];
  private readonly path: string;
  private readonly stream: WriteStream;
  private failure: Error | null = null;

  constructor(path: string) {
    this.path = path;
    this.stream = createWriteStream(path);
    this.stream.on('error', (error) => {
      this.failure = error;
    });
  }

  add(line: number, reason: string, raw: string): void {
    this.count++;
    const cut = raw.slice(0, maxRaw);
    this.first.push({ line, reason, raw: cut });
    if (this.first.length > 4 * kept) this.trim();
    this.stream.write(`${line},${csvCell(reason)},${csvCell(cut)}\n`);
  }

  private trim(): void {
    this.first.sort((a, b) => a.line - b.line);
    this.first.length = Math.min(this.first.length, kept);
  }

  rows(): RejectedRow[] {
    this.trim();
    return this.first;
  }

  /** Writes them all, by line, as Parquet: `line BIGINT, reason VARCHAR, raw VARCHAR`. */
  async write(db: DuckDb, target: string): Promise<void> {
    this.stream.end();
    if (!this.stream.closed) await once(this.stream, 'close');
    if (this.failure) throw this.failure;
    const columns = "{line: 'BIGINT', reason: 'VARCHAR', raw: 'VARCHAR'}";
    const source =
      this.count === 0
        ? `SELECT NULL::BIGINT AS line, NULL::VARCHAR AS reason, NULL::VARCHAR AS raw WHERE false`
        : `SELECT * FROM read_csv(${quoteLiteral(this.path)}, delim = ',', quote = '"', escape = '"', header = false, auto_detect = false, parallel = false, columns = ${columns}) ORDER BY line`;
    await db.run(`COPY (${source}) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`);
  }

  close(): void {
    this.stream.destroy();
  }
}

const csvCell = (text: string) => `"${text.replaceAll('\0', '').replaceAll('"', '""')}"`;
