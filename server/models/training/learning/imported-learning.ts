import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StromaError } from '@stroma/kernel';
import { asTrained, type FeatureTable, type Problem, type Target, takeRows, targetOf } from '@stroma/learn';
import { describeOnnx, type ImportedModel, importOnnx } from '@stroma/learn/onnx';
import { openImported } from '../kept/imported-model.ts';
import type { SavedImported } from '../kept/saved-models.ts';
import { readLearningTable } from '../learning-table.ts';
import type { LearnedModel } from './automl-learning.ts';
import { backgroundOf, learnedModel, metricFor, schemaOf, takeColumns } from './found-model.ts';
import type { OwnRun, OwnTask, OwnWork } from './own-task.ts';

/** Rows it is judged by, at most. */
const mostRows = 20_000;

type Work = Extract<OwnWork, { kind: 'imported' }>;

/**
 * A file of somebody as a model: what it takes is held against the dataset's columns, and where that knows the target
 * the model is judged by it. Throws as `importOnnx`, and INVALID_INPUT for columns the dataset lacks.
 */
export async function takeImported(task: OwnTask, work: Work, run: OwnRun): Promise<LearnedModel> {
  const began = performance.now();
  const { table, leftOut } = await readLearningTable(task.table, new AbortController().signal);
  const file = new Uint8Array(readFileSync(work.file));
  const options = {
    ...(work.columns !== null && { columns: work.columns }),
    ...(work.classes !== null && { classes: work.classes }),
    ...(work.output !== null && { output: work.output }),
    ...(work.scores !== null && { scores: work.scores }),
  };
  run.progress(0.2, 'opening');
  const described = describeOnnx(file);
  const loaded = await importOnnx(file, options);
  const problem = problemFor(loaded, task);
  const features = featuresOf(loaded, table, task.target);
  await loaded.close();
  const saved: SavedImported = {
    kind: 'onnx',
    version: 1,
    target: task.target,
    problem,
    schema: schemaOf(features),
    background: backgroundOf(features),
    interval: null,
    file,
    options,
  };
  run.progress(0.4, 'evaluating');
  const judged = judgedBy(table, features, task.target, problem);
  const model = await openImported(saved);
  try {
    const target = judged?.target ?? { kind: 'number', values: new Float64Array() };
    const metric =
      judged === null
        ? problem.type === 'regression'
          ? 'rmse'
          : 'log_loss'
        : metricFor(target, task.metric);
    // What does not run shall say so now, and not when somebody asks it.
    if (judged === null) await model.predict(takeRows(features, Uint32Array.of(0)));
    return await learnedModel(
      task,
      {
        saved,
        model,
        metric,
        features,
        rows: table.rows,
        test: judged,
        learnedFrom: target,
        told: {
          leaderboard: [
            {
              model: 'imported',
              family: 'imported',
              metric,
              score: 0,
              ci: null,
              settings: {},
              seconds: 0,
              weight: 1,
            },
          ],
          stopped: {
            reason: 'imported',
            message: 'Nothing was learned: the model is a file that was brought.',
          },
          decisions: [
            {
              decision: 'judged_by_dataset',
              columns: [],
              message:
                judged === null
                  ? `The dataset has no "${task.target}", so nobody knows here how good the model is.`
                  : `It was judged by ${judged.table.rows} rows. Whether it has learned from them, nobody knows here.`,
            },
          ],
          failed: [],
          fits: 0,
          memory_bytes: file.byteLength,
        },
        more: {
          leaderboard: [],
          learned_by: described.producer === '' ? 'imported' : `imported from ${described.producer}`,
          imported: {
            file_sha256: createHash('sha256').update(file).digest('hex'),
            producer: described.producer,
            opsets: { ...described.opsets },
            licence: null,
            source: null,
          },
        },
      },
      leftOut,
      began,
    );
  } finally {
    await model.close();
  }
}

/** Throws INVALID_INPUT where the file cannot be what is wanted of it. */
function problemFor({ classes }: ImportedModel, { problem: wanted }: OwnTask): Problem {
  const type = classes.length === 0 ? 'regression' : classes.length === 2 ? 'binary' : 'multiclass';
  if (wanted !== null && wanted !== type)
    throw new StromaError(
      'INVALID_INPUT',
      `A model of ${wanted} was expected; the file gives ${classes.length === 0 ? 'numbers' : `${classes.length} classes`}. Name its classes or its output, or leave out the kind of problem.`,
      { field: 'problem_type', found: type },
    );
  return { type, reasons: ['The file gives it so.'], labels: [...classes] };
}

/** The columns it takes, as it takes them. */
function featuresOf({ schema }: ImportedModel, table: FeatureTable, target: string): FeatureTable {
  const names = new Set(table.columns.map(({ name }) => name));
  const missing = schema.flatMap(({ name }) => (names.has(name) ? [] : [name]));
  if (missing.length > 0)
    throw new StromaError(
      'INVALID_INPUT',
      `The file takes columns that the dataset does not have: ${missing.slice(0, 12).join(', ')}${missing.length > 12 ? ` and ${missing.length - 12} more` : ''}. Give a dataset that has them, or name the file's columns in the order of its inputs.`,
      { field: 'columns', missing: missing.slice(0, 200), takes: schema.length },
    );
  if (schema.some(({ name }) => name === target))
    throw new StromaError(
      'INVALID_INPUT',
      `"${target}" is a column the file takes and cannot be what it predicts.`,
      { field: 'target' },
    );
  const own = takeColumns(
    table,
    schema.map(({ name }) => name),
  );
  const wanted = new Map(schema.map(({ name, kind }) => [name, kind]));
  return asTrained(
    own,
    own.columns.map(({ name, kind }) => ({
      name,
      kind: wanted.get(name) === 'category' ? 'category' : kind,
    })),
  );
}

/** The rows that know the target, of many some evenly spread; null where none do. */
function judgedBy(
  table: FeatureTable,
  features: FeatureTable,
  name: string,
  problem: Problem,
): { table: FeatureTable; target: Target } | null {
  const column = table.columns.find((own) => own.name === name);
  if (column === undefined) return null;
  const every = Math.max(1, Math.ceil(table.rows / mostRows));
  const some = Uint32Array.from({ length: Math.ceil(table.rows / every) }, (_, at) => at * every);
  const known = targetOf(
    takeRows({ rows: table.rows, columns: [column] }, some).columns[0] ?? column,
    problem,
  );
  if (known.rows.length === 0) return null;
  return {
    table: takeRows(
      features,
      known.rows.map((row) => some[row] as number),
    ),
    target: known.target,
  };
}
