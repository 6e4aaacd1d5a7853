import { writeFileSync } from 'node:fs';
import type { JsonValue } from '@stroma/kernel';
import { type AutomlPrediction, explainRow, likeliest, type Problem } from '@stroma/learn';
import type { CommandRun } from '../commands.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { readLearningTable } from '../local/learning-table.ts';
import { readModel } from '../local/model-files.ts';
import { withScratchFolder } from '../scratch-folder.ts';
import { isFile, refuseMissingFile } from '../source-files.ts';
import { explanationView } from '../views/learning-view.ts';
import { csvText } from '../views/table-view.ts';

/** Rows that are shown to a person; all are written with --json and --out. */
const mostShown = 20;

/** Predicts every row of a file, in its order. */
export const predict: CommandRun = async (running) => {
  const { invocation, output, env } = running;
  const [modelWord = '', word = ''] = invocation.words;
  const { model_id, model } = readModel(modelWord, env);
  if (!isFile(word)) refuseMissingFile(word, true);
  const { table } = await withScratchFolder((folder) => readLearningTable(word, folder, running));
  const { problem } = model.saved;
  const predicted = model.predict(table);
  for (const { column, levels, rows } of predicted.unseen)
    output.note(
      `Note: ${rows} ${rows === 1 ? 'row holds' : 'rows hold'} values of "${column}" that training did not have (${levels.slice(0, 5).join(', ')}${levels.length > 5 ? ', ...' : ''}).`,
    );
  const { columns, rows } = rowsOf(predicted, problem, table.rows);
  const out = invocation.text('out');
  const asCsv = (most: number) =>
    csvText(
      columns.map((name) => ({ name, type: 'text' as const })),
      rows.slice(0, most),
    );
  if (out !== null) writeFileSync(out, asCsv(rows.length));
  await output.result(
    {
      model_id,
      problem_type: problem.type,
      target: model.saved.target,
      rows: table.rows,
      interval_coverage: predicted.interval?.coverage ?? null,
      unseen: predicted.unseen,
      ...(out === null
        ? {
            predictions: rows.map((row) =>
              Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])),
            ),
          }
        : { file: out }),
    },
    () =>
      out === null
        ? `${asCsv(mostShown).trimEnd()}${rows.length > mostShown ? `\n... ${rows.length - mostShown} more rows: --out file.csv or --json gives all.` : ''}`
        : `${rows.length} rows written to ${out}.`,
  );
  return exitStatus.ok;
};

function rowsOf(
  { outputs, values, labels, interval }: AutomlPrediction,
  { labels: classes }: Problem,
  count: number,
): { columns: string[]; rows: JsonValue[][] } {
  if (values !== null)
    return {
      columns: interval === null ? ['prediction'] : ['prediction', 'low', 'high'],
      rows: Array.from(values, (value, row) =>
        interval === null ? [value] : [value, interval.low[row] ?? null, interval.high[row] ?? null],
      ),
    };
  return {
    columns: ['prediction', ...classes.map((label) => `probability_${label}`)],
    rows: Array.from({ length: count }, (_, row) => [
      labels?.[row] ?? '',
      ...outputs.subarray(row * classes.length, (row + 1) * classes.length),
    ]),
  };
}

/** What each column adds to the prediction of one row. */
export const explain: CommandRun = async (running) => {
  const { invocation, output, signal, env } = running;
  const [modelWord = '', word = ''] = invocation.words;
  const row = invocation.number('row', { least: 1 }) ?? 1;
  const { model_id, model } = readModel(modelWord, env);
  if (!isFile(word)) refuseMissingFile(word, true);
  const { table } = await withScratchFolder((folder) => readLearningTable(word, folder, running));
  if (row > table.rows)
    throw new UsageError(`Expected --row from 1 to the ${table.rows} there are, given ${row}.`, 'explain');
  const { problem } = model.saved;
  const own = model.outputs(table);
  const classes = problem.labels.length;
  const output_ = classes === 0 ? 0 : (likeliest(own, classes)[row - 1] as number);
  const { base, value, contributions } = explainRow(model, table, {
    row: row - 1,
    output: output_,
    seed: 1,
    signal,
  });
  const document = {
    model_id,
    row,
    target: model.saved.target,
    problem_type: problem.type,
    /** Whose probability is explained; null for a number. */
    label: problem.labels[output_] ?? null,
    base,
    value,
    contributions: contributions.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
  };
  await output.result(document, () => explanationView(document));
  return exitStatus.ok;
};
