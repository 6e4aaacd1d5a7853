import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { openDuckDb, quoteIdentifier, quoteLiteral } from '@stroma/lake';
import { serveTask, type TaskContext } from '../../platform/threads/serve-task.ts';

export interface RemoveRowsInput {
  parquet: string;
  /** SQL over a row, never null: rows that pass any of them are left out. */
  tests: readonly string[];
  /** What cells of the rows that stay become. */
  replaced: readonly { column: string; sql: string }[];
  target: string;
  /** For spilling. */
  folder: string;
  memoryMb: number;
}

export interface RemoveRowsOutput {
  rows: number;
  removed: number;
}

/** Writes a Parquet file again without some of its rows, in its order. */
serveTask(async (input: RemoveRowsInput, task: TaskContext): Promise<RemoveRowsOutput> => {
  using db = await openDuckDb({
    memoryMb: input.memoryMb,
    threads: Math.min(8, availableParallelism()),
    tempFolder: join(input.folder, 'spill'),
  });
  const stop = () => db.connection.interrupt();
  task.signal.addEventListener('abort', stop, { once: true });
  try {
    const source = `read_parquet(${quoteLiteral(input.parquet)})`;
    const stays = input.tests.length === 0 ? '' : ` WHERE NOT (${input.tests.join(' OR ')})`;
    const cells = input.replaced.map(({ column, sql }) => `${sql} AS ${quoteIdentifier(column)}`);
    const chosen = cells.length === 0 ? '*' : `* REPLACE (${cells.join(', ')})`;
    await db.run(
      `COPY (SELECT ${chosen} FROM ${source}${stays}) TO ${quoteLiteral(input.target)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    const [before] = await db.row(`SELECT count(*) FROM ${source}`);
    const [after] = await db.row(`SELECT count(*) FROM read_parquet(${quoteLiteral(input.target)})`);
    return { rows: Number(after), removed: Number(before) - Number(after) };
  } finally {
    task.signal.removeEventListener('abort', stop);
  }
});
