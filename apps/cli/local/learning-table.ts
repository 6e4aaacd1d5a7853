import { join } from 'node:path';
import { openDuckDb, quoteIdentifier, quoteLiteral } from '@stroma/lake';
import { type FeatureTable, featureTableOf, type LakeValues, type LeftOutColumn } from '@stroma/learn';
import type { RunningCommand } from '../commands.ts';
import { ingestOptions } from '../ingest-options.ts';
import { openSourceFiles } from '../source-files.ts';
import { readTable } from './local-table.ts';

export interface LearningTable {
  table: FeatureTable;
  leftOut: LeftOutColumn[];
}

/** Columns read with one statement. */
const columnsAtOnce = 200;
const amounts = new Set(['number', 'integer']);
const moments = new Set(['date', 'timestamp']);

/** A file as columns to learn from. Throws as reading files and `featureTableOf` do. */
export async function readLearningTable(
  word: string,
  folder: string,
  running: RunningCommand,
): Promise<LearningTable> {
  const [file] = await openSourceFiles([word], folder, running);
  if (file === undefined) throw new Error('One word opens one file.');
  const { report, parquet } = await readTable(
    file,
    ingestOptions(running.invocation),
    join(folder, 'table'),
    running,
  );
  using db = await openDuckDb({ memoryMb: 1000, threads: 2, tempFolder: join(folder, 'spill') });
  const values: LakeValues[] = [];
  for (let from = 0; from < report.columns.length; from += columnsAtOnce) {
    const some = report.columns.slice(from, from + columnsAtOnce);
    const asked = some.map(({ name, type }) => {
      const column = quoteIdentifier(name);
      if (amounts.has(type)) return `${column}::DOUBLE`;
      return moments.has(type) ? `epoch_ms(${column}::TIMESTAMP)::DOUBLE` : `${column}::VARCHAR`;
    });
    const rows = await db.rows(`SELECT ${asked.join(', ')} FROM read_parquet(${quoteLiteral(parquet)})`);
    some.forEach(({ type }, at) => {
      values.push(
        amounts.has(type) || moments.has(type)
          ? Float64Array.from(rows, (row) => (row[at] === null ? Number.NaN : Number(row[at])))
          : rows.map((row) => (row[at] === null ? null : String(row[at]))),
      );
    });
  }
  return featureTableOf(report.columns, values);
}
