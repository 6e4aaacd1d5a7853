import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb, quoteLiteral } from '../duckdb.ts';
import { type IngestRequest, ingest } from './ingest-file.ts';
import type { IngestOverrides, IngestReport } from './ingest-report.ts';

/** What tests look at: the report, and the cells of data.parquet as text. */
export interface Ingested {
  report: IngestReport;
  rows: (string | null)[][];
  folder: string;
}

/** A folder for the files of one test file, with what tests do in it. */
export class IngestFixture {
  private folder = '';
  private count = 0;

  async open(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'ingest-'));
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async write(content: string | Uint8Array, name = 'file.csv'): Promise<string> {
    const path = join(this.folder, `${this.count++}-${name.replace(/[^\w.]/g, '_')}`);
    await writeFile(path, content);
    return path;
  }

  async ingestPath(
    sourcePath: string,
    options: Partial<IngestRequest> & { alwaysRewrite?: boolean } = {},
  ): Promise<Ingested> {
    const { alwaysRewrite = false, ...given } = options;
    const folder = join(this.folder, `out-${this.count++}`);
    const limits = { threads: 1, memoryMb: 512, ...given.limits };
    const fileName = given.fileName ?? 'file.csv';
    const report = await ingest(
      { ...given, sourcePath, fileName, outputFolder: folder, limits },
      { alwaysRewrite },
    );
    return { report, folder, rows: await readRows(join(folder, 'data.parquet')) };
  }

  async ingest(
    content: string | Uint8Array,
    overrides: IngestOverrides = {},
    options: Partial<IngestRequest> & { alwaysRewrite?: boolean } = {},
  ): Promise<Ingested> {
    return this.ingestPath(await this.write(content, options.fileName), { ...options, overrides });
  }
}

export async function readRows(path: string): Promise<(string | null)[][]> {
  using db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: null });
  const rows = await db.rows(`SELECT COLUMNS(*)::VARCHAR FROM read_parquet(${quoteLiteral(path)})`);
  return rows as (string | null)[][];
}

export const typesOf = (report: IngestReport): Record<string, string> =>
  Object.fromEntries(report.columns.map(({ name, type }) => [name, type]));

export const warningsOf = (report: IngestReport): Record<string, number> =>
  Object.fromEntries(report.warnings.map(({ code, count }) => [code, count]));
