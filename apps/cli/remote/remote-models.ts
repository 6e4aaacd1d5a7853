import {
  type Model,
  networkKinds,
  type Prediction,
  type PredictionRow,
  type RowSplit,
} from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { FeatureTable } from '@stroma/learn';
import type { RunningCommand } from '../commands.ts';
import type { Connection } from '../connection.ts';
import { findDataset } from './remote-datasets.ts';
import { untilDone } from './remote-jobs.ts';

export interface TrainingWish {
  target: string;
  time_limit_s: number;
  seed: number;
  metric: string | null;
  problem: string | null;
  preset: string | null;
  /** A learner or a network, in place of a search. */
  kind: string | null;
  /** How rows are parted; null by chance. */
  split: RowSplit | null;
}

/** Trains on a dataset of the server and answers what is known of the version. Throws the job's error when it fails. */
export async function trainThere(
  connection: Connection,
  word: string,
  { metric, problem, preset, kind, split, ...wish }: TrainingWish,
  running: RunningCommand,
) {
  const { client } = connection;
  const { signal } = running;
  const { dataset_id } = await findDataset(connection, word, running);
  // What is no word of theirs the server refuses by name.
  const body = {
    dataset_id,
    ...wish,
    ...(metric !== null && { metric: metric as 'rmse' }),
    ...(problem !== null && { problem_type: problem as 'binary' }),
  };
  const network = networkKinds.find((each) => each === kind);
  const parted = split === null ? {} : { split };
  if (network !== undefined && split !== null)
    throw new StromaError(
      'INVALID_INPUT',
      `Rows are parted by group, site or time for AutoML and its learners; a server trains "${kind}" with rows drawn by chance. Leave --kind or the parting out.`,
    );
  const { job_id } = await (network !== undefined
    ? client.training.network({ body: { ...body, network }, signal })
    : kind !== null
      ? client.training.learner({ body: { ...body, ...parted, learner: kind as 'linear' }, signal })
      : client.training.automl({
          body: { ...body, ...parted, ...(preset !== null && { preset: preset as 'fast' }) },
          signal,
        }));
  await untilDone(connection, job_id, running);
  const { result } = await client.training.get({ params: { id: job_id }, signal });
  if (result === null) throw new StromaError('INTERNAL', 'Expected what came of the training, got nothing.');
  return client.predictions.metrics({
    params: { id: result.model_id },
    query: { version: String(result.number) },
    signal,
  });
}

export interface RemoteModel {
  model_id: string;
  /** Undefined: the version in production, else the newest. */
  version: string | undefined;
}

/** A model of the server by `mdl_...` or its name, and behind an @ a version: a number, an alias or a stage. */
export async function findModel(
  { client, url }: Connection,
  word: string,
  { signal }: RunningCommand,
): Promise<RemoteModel> {
  const cut = word.lastIndexOf('@');
  const [name, version] = cut > 0 ? [word.slice(0, cut), word.slice(cut + 1)] : [word, undefined];
  if (/^mdl_[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name)) return { model_id: name, version };
  const { items } = await client.models.list({ query: { search: name, limit: 200 }, signal });
  const found = items.find((model: Model) => model.name === name);
  if (found !== undefined) return { model_id: found.model_id, version };
  throw new StromaError(
    'NOT_FOUND',
    `There is no model "${name}" at ${url}, and no file of that name here.`,
    { model: name },
  );
}

/** A row of a table as the server takes it. */
export function rowOf(table: FeatureTable, row: number): PredictionRow {
  return Object.fromEntries(
    table.columns.map((column) => {
      if (column.kind === 'category')
        return [column.name, column.levels[column.codes[row] as number] ?? null];
      if (column.kind === 'text') return [column.name, column.values[row] ?? null];
      const value = column.values[row] as number;
      return [column.name, Number.isNaN(value) ? null : value];
    }),
  );
}

const rowsAtOnce = 1000;

/** Every row of a table, in its order. */
export async function predictThere(
  { client }: Connection,
  { model_id, version }: RemoteModel,
  table: FeatureTable,
  { signal, output }: RunningCommand,
) {
  const predicted: Prediction[] = [];
  for (let from = 0; ; from += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, table.rows - from) }, (_, at) =>
      rowOf(table, from + at),
    );
    const answer = await client.predictions.predict({
      body: { model_id, rows, ...(version !== undefined && { version }) },
      signal,
    });
    predicted.push(...answer.predictions);
    output.progress(predicted.length / table.rows, `${predicted.length} of ${table.rows} rows`);
    if (predicted.length >= table.rows) return { ...answer, predictions: predicted };
  }
}
