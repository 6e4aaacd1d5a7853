import { readFileSync } from 'node:fs';
import { type DuckDb, openDuckDb, quoteIdentifier, quoteLiteral } from '@stroma/lake';
import type { AutomlPrediction } from '@stroma/learn';
import { serveTask, type TaskContext } from '../../platform/threads/serve-task.ts';
import { openKept, readKept } from '../training/kept/kept-model.ts';
import { readLearningTable, type TableTask } from '../training/learning-table.ts';

export interface PredictDatasetTask {
  table: TableTask;
  model: string;
  /** Where the rows are written with what is said of them, as Parquet. */
  target: string;
}

export interface PredictedDataset {
  rows: number;
  columns: string[];
  unseen: { column: string; levels: string[]; rows: number }[];
}

const mostLevels = 20;

/** Reads a dataset, predicts every row and writes both side by side. */
serveTask(
  async ({ table: task, model, target }: PredictDatasetTask, ctx: TaskContext): Promise<PredictedDataset> => {
    const { table } = await readLearningTable(task, ctx.signal);
    ctx.progress(0.4, 'predicting');
    const loaded = await openKept(readKept(readFileSync(model)));
    const predicted = await loaded.predict(table, { signal: ctx.signal });
    await loaded.close?.();
    ctx.progress(0.7, 'writing');
    ctx.signal.throwIfAborted();
    const taken = new Set(task.columns.map(({ name }) => name));
    const columns = columnsOf(predicted, loaded.saved.problem.labels, taken);
    using db = await openDuckDb({
      memoryMb: task.memoryMb,
      threads: 2,
      tempFolder: `${task.folder}/spill-out`,
    });
    await writeSideBySide(db, task.parquet, columns, table.rows, target);
    return {
      rows: table.rows,
      columns: columns.map(({ name }) => name),
      unseen: predicted.unseen.map((own) => ({ ...own, levels: own.levels.slice(0, mostLevels) })),
    };
  },
);

interface OutColumn {
  name: string;
  /** Null where the model says nothing of a row. */
  at(row: number): string | number | null;
  isText: boolean;
}

function columnsOf(
  { outputs, values, labels, interval }: AutomlPrediction,
  classes: readonly string[],
  taken: ReadonlySet<string>,
): OutColumn[] {
  const named = new Set(taken);
  const free = (wanted: string): string => {
    let name = wanted;
    for (let count = 2; named.has(name); count++) name = `${wanted}_${count}`;
    named.add(name);
    return name;
  };
  const number = (wanted: string, of: (row: number) => number | undefined): OutColumn => ({
    name: free(wanted),
    at: (row) => finite(of(row)),
    isText: false,
  });
  if (labels === null)
    return [
      number('prediction', (row) => values?.[row]),
      ...(interval === null
        ? []
        : [
            number('prediction_low', (row) => interval.low[row]),
            number('prediction_high', (row) => interval.high[row]),
          ]),
    ];
  return [
    { name: free('prediction'), at: (row) => labels[row] ?? null, isText: true },
    ...classes.map((label, code) =>
      number(`probability_${label}`, (row) => outputs[row * classes.length + code]),
    ),
  ];
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

async function writeSideBySide(
  db: DuckDb,
  parquet: string,
  columns: readonly OutColumn[],
  rows: number,
  target: string,
): Promise<void> {
  const types = columns.map(
    ({ name, isText }) => `${quoteIdentifier(name)} ${isText ? 'VARCHAR' : 'DOUBLE'}`,
  );
  await db.run(`CREATE TABLE said (${types.join(', ')})`);
  const said = await db.connection.createAppender('said');
  for (let row = 0; row < rows; row++) {
    for (const { at } of columns) {
      const value = at(row);
      if (value === null) said.appendNull();
      else if (typeof value === 'string') said.appendVarchar(value);
      else said.appendDouble(value);
    }
    said.endRow();
  }
  said.closeSync();
  await db.run(
    `COPY (SELECT * FROM read_parquet(${quoteLiteral(parquet)}) POSITIONAL JOIN said) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}
