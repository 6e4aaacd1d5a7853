import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ModelEvaluation } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import {
  defaultMetric,
  type FeatureTable,
  holdoutOf,
  type LeftOutColumn,
  type MetricName,
  metrics,
  metricsOf,
  modelText,
  type Prepared,
  type SavedAutoml,
  type Target,
  takeRows,
  withoutColumns,
} from '@stroma/learn';
import { type LearningResult, learnedPart } from '../evaluation.ts';
import type { AskedModel } from '../kept/asked-model.ts';
import type { SavedKept } from '../kept/saved-models.ts';
import { signatureOf } from '../signature.ts';
import type { LearnedModel } from './automl-learning.ts';
import type { OwnTask } from './own-task.ts';

const mostPredictions = 30_000;
/** A fifth of the time at the pace of one core; counted, so that it does not hang on the machine. */
const weightsASecond = 1e9;
const mostBackground = 50_000;
const signal = new AbortController().signal;

/** Rows others are held against in explanations, evenly spread. */
export function backgroundOf(table: FeatureTable): FeatureTable {
  const most = Math.max(64, Math.min(400, Math.floor(mostBackground / Math.max(1, table.columns.length))));
  const rows = Math.min(most, table.rows);
  return takeRows(
    table,
    Uint32Array.from({ length: rows }, (_, at) => Math.floor((at * table.rows) / rows)),
  );
}

export const schemaOf = (table: FeatureTable): SavedAutoml['schema'] =>
  table.columns.map(({ name, kind }) => ({ name, kind }));

export const takeColumns = (table: FeatureTable, names: readonly string[]): FeatureTable => {
  const wanted = new Set(names);
  return withoutColumns(
    table,
    table.columns.flatMap(({ name }) => (wanted.has(name) ? [] : [name])),
  );
};

/** The metric that is asked for, or the usual one. Throws INVALID_INPUT for one of another kind of target. */
export function metricFor(target: Target, wanted: MetricName | null): MetricName {
  const metric = wanted ?? defaultMetric(target);
  if (metrics[metric].of === target.kind) return metric;
  throw new StromaError(
    'INVALID_INPUT',
    `A metric of ${target.kind === 'class' ? 'classes' : 'numbers'} was expected, one of ${metricsOf(target.kind).join(', ')}; "${metric}" was given.`,
    { field: 'metric', known: metricsOf(target.kind) },
  );
}

/** What was found, with rows that no choice of it has seen. */
export interface FoundModel {
  saved: SavedKept;
  model: AskedModel;
  metric: MetricName;
  /** Of the rows its columns' ranges are told by. */
  features: FeatureTable;
  rows: number;
  /** Null where there are none. */
  test: {
    table: FeatureTable;
    target: Target;
    /** Where they are other than what the model says of the rows, which were among those it was fitted to. */
    outputs?: Float64Array;
  } | null;
  /** What the baseline says the middle of. */
  learnedFrom: Target;
  /** Of a network, whose answers take the longer the more it has; the importance of columns asks for many. */
  weights?: number;
  told: Omit<
    LearningResult,
    'problem' | 'metric' | 'held_out' | 'holdout' | 'learning_curve' | 'seconds' | 'leaks' | 'decisions'
  > &
    Partial<Pick<LearningResult, 'leaks'>> & { decisions: ModelEvaluation['decisions'] };
  more?: Partial<ModelEvaluation>;
}

/** Judges a model by the rows kept back, writes its file, and tells of both. */
export async function learnedModel(
  { target, seed, timeLimitSeconds, table: { folder } }: OwnTask,
  found: FoundModel,
  leftOut: readonly LeftOutColumn[],
  began: number,
): Promise<LearnedModel> {
  const { saved, model, metric, test, told } = found;
  const tested = test === null ? null : await testedBy(model, test);
  const decisions = [
    ...leftOut.map(({ name, reason }) => ({
      decision: 'column_left_out',
      columns: [name],
      message: `"${name}": ${reason}`,
    })),
    ...told.decisions,
  ];
  const result: LearningResult = {
    leaks: [],
    ...told,
    decisions,
    problem: saved.problem,
    metric,
    held_out: tested,
    holdout: tested === null ? null : holdoutOf(tested, metric, seed, found.learnedFrom),
    learning_curve: [],
    seconds: (performance.now() - began) / 1000,
  };
  const inTime = Math.floor((timeLimitSeconds * weightsASecond) / Math.max(1, found.weights ?? 1));
  const part = await learnedPart(result, model, {
    ...{ target, seed, signal },
    mostPredictions: Math.min(mostPredictions, inTime),
  });
  const text = modelText(saved as SavedAutoml);
  const packed = gzipSync(text, { level: 4 });
  const path = join(folder, 'model');
  writeFileSync(path, packed);
  return {
    path,
    bytes: packed.byteLength,
    sha256: createHash('sha256').update(text).digest('hex'),
    learned: { ...part, ...found.more },
    signature: signatureOf(found.features),
    rows: found.rows,
  };
}

async function testedBy(
  model: AskedModel,
  { table, target, outputs }: NonNullable<FoundModel['test']>,
): Promise<NonNullable<LearningResult['held_out']>> {
  if (outputs !== undefined) return { table, target, outputs, interval: null };
  const said = await model.predict(table);
  return { table, target, outputs: said.outputs, interval: said.interval };
}

/** The usual facts of a model that learned from what was prepared. */
export const factsOf = (
  { problem }: Pick<Prepared, 'problem'>,
  target: string,
  features: FeatureTable,
  background: FeatureTable,
) => ({ target, problem, schema: schemaOf(features), background: backgroundOf(background) });
