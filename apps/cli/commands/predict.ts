import { writeFileSync } from 'node:fs';
import type { Prediction } from '@stroma/contracts';
import type { JsonValue } from '@stroma/kernel';
import { type AutomlPrediction, explainRow, type FeatureTable, likeliest, type Problem } from '@stroma/learn';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { type Connection, findServer } from '../connection.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { readLearningTable } from '../local/learning-table.ts';
import { isModelHere, readModel } from '../local/model-files.ts';
import { isOnnxFile, predictOnnx } from '../local/onnx-prediction.ts';
import { findModel, predictThere, type RemoteModel, rowOf } from '../remote/remote-models.ts';
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
  if (!isFile(word)) refuseMissingFile(word, true);
  const there = await modelThere(modelWord, running);
  const { table } = await withScratchFolder((folder) => readLearningTable(word, folder, running));
  const { model_id, problem, target, predicted } =
    there !== null
      ? await predictAtServer(there, table, running)
      : isOnnxFile(modelWord)
        ? await predictOnnx(modelWord, table, running)
        : predictHere(modelWord, table, env);
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
      target,
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

interface Predicted {
  model_id: string;
  problem: Pick<Problem, 'type' | 'labels'>;
  target: string;
  predicted: AutomlPrediction;
}

function predictHere(word: string, table: FeatureTable, env: NodeJS.ProcessEnv): Predicted {
  const { model_id, model } = readModel(word, env);
  const { problem, target } = model.saved;
  return { model_id, problem, target, predicted: model.predict(table) };
}

interface ModelThere {
  server: Connection;
  model: RemoteModel;
}

/** Null for a model that lies here, and where there is no server. */
async function modelThere(word: string, running: RunningCommand): Promise<ModelThere | null> {
  if (isModelHere(word, running.env)) return null;
  const server = await findServer(running);
  return server === null ? null : { server, model: await findModel(server, word, running) };
}

async function predictAtServer(
  { server, model }: ModelThere,
  table: FeatureTable,
  running: RunningCommand,
): Promise<Predicted> {
  const { predictions, labels, problem_type, target, model_id } = await predictThere(
    server,
    model,
    table,
    running,
  );
  const isClass = labels.length > 0;
  const numbers = (read: (each: Prediction) => number | null) =>
    Float64Array.from(predictions, (each) => read(each) ?? Number.NaN);
  const unseen = new Map<string, { levels: Set<string>; rows: number }>();
  for (const each of predictions)
    for (const { column, value } of each.unseen) {
      const own = unseen.get(column) ?? { levels: new Set(), rows: 0 };
      own.levels.add(value);
      own.rows += 1;
      unseen.set(column, own);
    }
  const coverage = predictions[0]?.confidence ?? null;
  return {
    model_id,
    target,
    problem: { type: problem_type, labels },
    predicted: {
      outputs: isClass
        ? Float64Array.from(
            predictions.flatMap(({ probabilities }) => labels.map((label) => probabilities?.[label] ?? 0)),
          )
        : numbers(({ prediction }) => Number(prediction)),
      values: isClass ? null : numbers(({ prediction }) => Number(prediction)),
      labels: isClass ? predictions.map(({ prediction }) => String(prediction)) : null,
      interval:
        isClass || coverage === null
          ? null
          : { low: numbers(({ low }) => low), high: numbers(({ high }) => high), coverage },
      unseen: [...unseen].map(([column, { levels, rows }]) => ({ column, levels: [...levels], rows })),
    },
  };
}

function rowsOf(
  { outputs, values, labels, interval }: AutomlPrediction,
  { labels: classes }: Pick<Problem, 'labels'>,
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
  const { invocation, output, signal } = running;
  const [modelWord = '', word = ''] = invocation.words;
  const row = invocation.number('row', { least: 1 }) ?? 1;
  if (!isFile(word)) refuseMissingFile(word, true);
  const there = await modelThere(modelWord, running);
  const { table } = await withScratchFolder((folder) => readLearningTable(word, folder, running));
  if (row > table.rows)
    throw new UsageError(`Expected --row from 1 to the ${table.rows} there are, given ${row}.`, 'explain');
  const told =
    there === null
      ? explainHere(modelWord, table, row - 1, running)
      : await explainAtServer(there, table, row - 1, signal);
  const document = {
    model_id: told.model_id,
    row,
    target: told.target,
    problem_type: told.problem_type,
    /** Whose probability is explained; null for a number. */
    label: told.label,
    base: told.base,
    value: told.value,
    contributions: told.contributions,
  };
  await output.result(document, () => explanationView(document));
  return exitStatus.ok;
};

function explainHere(word: string, table: FeatureTable, row: number, { env, signal }: RunningCommand) {
  const { model_id, model } = readModel(word, env);
  const { problem, target } = model.saved;
  const classes = problem.labels.length;
  const output = classes === 0 ? 0 : (likeliest(model.outputs(table), classes)[row] as number);
  const { base, value, contributions } = explainRow(model, table, { row, output, seed: 1, signal });
  return {
    model_id,
    target,
    problem_type: problem.type,
    label: problem.labels[output] ?? null,
    base,
    value,
    contributions: contributions.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
  };
}

async function explainAtServer(
  { server: { client }, model: { model_id, version } }: ModelThere,
  table: FeatureTable,
  row: number,
  signal: AbortSignal,
) {
  const own = rowOf(table, row);
  const body = { model_id, rows: [own], ...(version !== undefined && { version }) };
  const { target, problem_type, number } = await client.predictions.predict({ body, signal });
  const explained = await client.predictions.explain({
    params: { id: model_id },
    // In the unit of what is said, as a model in a file is explained.
    body: { kind: 'row', row: own, version: String(number), method: 'sampled_shapley' },
    signal,
  });
  if (explained.kind !== 'row') throw new Error('the server explained something else than a row');
  const { label, base, value, contributions } = explained;
  return {
    model_id,
    target,
    problem_type,
    label,
    base,
    value,
    contributions: contributions.map(({ column, contribution, standard_error }) => ({
      column,
      contribution,
      standard_error,
    })),
  };
}
