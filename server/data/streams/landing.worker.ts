import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TopicColumn } from '@stroma/contracts';
import type { ColumnSchema } from '@stroma/kernel';
import { collectValues, type DuckDb, openDuckDb, profileParquet, quoteLiteral } from '@stroma/lake';
import { serveTask, type TaskContext } from '../../platform/threads/serve-task.ts';
import { landedSelect, nothingLanded } from './landed-sql.ts';

export interface LandInput {
  /** Events, one a line with its offset and the time it was received, or none; or rows of the very columns there are. */
  added: { events: string | null; columns: readonly TopicColumn[] } | { parquet: string };
  /** Parts the version keeps as they are, then parts that are put into the new one. */
  kept: readonly string[];
  merged: readonly string[];
  /** Gets part.parquet, profile.json, values.json. */
  folder: string;
  memoryMb: number;
}

export interface LandOutput {
  part: { bytes: number; rows: number; sha256: string };
  rows: number;
  columns: ColumnSchema[];
  quality: number;
  issues: number;
}

const valuesPerColumn = 2000;

serveTask(async (input: LandInput, { signal }: TaskContext): Promise<LandOutput> => {
  const part = join(input.folder, 'part.parquet');
  const rows = await writePart(input, part);
  const { size } = await stat(part);
  const all = await together(input, part);
  const options = { memoryMb: input.memoryMb, threads: 2, tempFolder: join(input.folder, 'spill') };
  const profile = await profileParquet(all, { ...options, signal });
  const values = await collectValues(all, { ...options, maxPerColumn: valuesPerColumn });
  await writeFile(join(input.folder, 'profile.json'), JSON.stringify(profile));
  await writeFile(join(input.folder, 'values.json'), JSON.stringify(values));
  return {
    part: { bytes: size, rows, sha256: await sha256Of(part) },
    rows: profile.rows,
    columns: profile.columns.map(({ name, type }) => ({ name, type })),
    quality: profile.quality.score,
    issues: profile.issues.length,
  };
});

async function writePart({ added, merged, folder, memoryMb }: LandInput, part: string): Promise<number> {
  using db = await openDuckDb({ memoryMb, threads: 2, tempFolder: join(folder, 'spill') });
  const source = selectOf(added);
  const files = merged.map(quoteLiteral).join(', ');
  const earlier = `SELECT * FROM read_parquet([${files}], union_by_name = true)`;
  // By name, in the order of what is added: earlier parts may be without a column that was added to their topic.
  const rows =
    merged.length === 0
      ? source
      : `(SELECT * FROM (${source}) LIMIT 0) UNION ALL BY NAME ${earlier} UNION ALL BY NAME ${source}`;
  await db.run(`COPY (${rows}) TO ${quoteLiteral(part)} (FORMAT parquet, COMPRESSION zstd)`);
  // Awaited here: the engine is closed with the scope.
  return await countRows(db, part);
}

function selectOf(added: LandInput['added']): string {
  if ('parquet' in added) return `SELECT * FROM read_parquet(${quoteLiteral(added.parquet)})`;
  return added.events === null ? nothingLanded(added.columns) : landedSelect(added.events, added.columns);
}

async function countRows(db: DuckDb, part: string): Promise<number> {
  const [count] = await db.row(`SELECT count(*) FROM read_parquet(${quoteLiteral(part)})`);
  return Number(count);
}

/** All parts under one pattern, so that what reads a file reads them as one table. */
async function together({ kept, folder }: LandInput, part: string): Promise<string> {
  if (kept.length === 0) return part;
  const parts = join(folder, 'parts');
  await mkdir(parts);
  for (const [index, path] of [...kept, part].entries()) {
    const name = join(parts, `${String(index).padStart(6, '0')}.parquet`);
    await link(path, name).catch(() => symlink(path, name));
  }
  return join(parts, '*.parquet');
}

async function sha256Of(path: string): Promise<string> {
  const sum = createHash('sha256');
  for await (const piece of createReadStream(path)) sum.update(piece as Buffer);
  return sum.digest('hex');
}
