import { join } from 'node:path';
import { ingestFile, openDuckDb, quoteLiteral } from '@stroma/lake';
import { serveTask } from '../../../platform/threads/serve-task.ts';
import type { Preview } from './source-kind.ts';

export interface FilePreviewInput {
  path: string;
  name: string;
  /** The caller's, emptied by the caller. */
  folder: string;
  limit: number;
}

serveTask(async ({ path, name, folder, limit }: FilePreviewInput, { signal }): Promise<Preview> => {
  const output = join(folder, 'read');
  const { columns } = await ingestFile({
    sourcePath: path,
    fileName: name,
    outputFolder: output,
    limits: { memoryMb: 512, threads: 1 },
    signal,
  });
  const db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: join(output, 'spill') });
  try {
    const rows = await db.rows(
      `SELECT CAST(to_json(r) AS VARCHAR) FROM (SELECT * FROM ${quoteLiteral(join(output, 'data.parquet'))} LIMIT ${limit}) AS r`,
    );
    return {
      columns: columns.map(({ name: column, type }) => ({
        name: column,
        source_type: type,
        type,
        sqlTypes: [],
      })),
      rows: rows.map(([text]) => {
        const row = JSON.parse(String(text)) as Record<string, unknown>;
        return columns.map(({ name: column }) => row[column] ?? null);
      }),
    };
  } finally {
    db.close();
  }
});
