import { readFileSync } from 'node:fs';
import { type DriftReport, type FairnessReport, lessIsBetter } from '@stroma/contracts';
import {
  asTrained,
  columnNamed,
  differenceOf,
  driftOf,
  type FeatureTable,
  fairnessOf,
  fewestDriftRows,
  type Observed,
  sampleRows,
  scoreWithInterval,
  takeRows,
  targetOf,
} from '@stroma/learn';
import { serveTask, type TaskContext } from '../../platform/threads/serve-task.ts';
import type { AskedModel } from '../training/kept/asked-model.ts';
import { openKept, readKept } from '../training/kept/kept-model.ts';
import { predictedColumns } from '../training/kept/predicted-columns.ts';
import { readLearningTable, type TableTask } from '../training/learning-table.ts';
import { mitigationOf } from './fairness-mitigation.ts';

export interface FairnessAsk {
  kind: 'fairness';
  protected: string[];
  positive: string | null;
  threshold: number | null;
  cuts: Record<string, number[]>;
  smallest: number;
  seed: number;
}

/** How good the version was on rows that were kept back. */
export type HeldOutScore = Pick<NonNullable<DriftReport['score']>, 'metric' | 'held_out'>;

export interface ReportTask {
  /** Where the model lies. */
  model: string;
  table: TableTask;
  ask: FairnessAsk | { kind: 'drift'; reference: TableTask; held_out: HeldOutScore | null; seed: number };
}

/** Of more rows so many are drawn: shares of them are known to a hundredth. */
const mostRows = 50_000;

serveTask(async ({ model: path, table, ask }: ReportTask, ctx: TaskContext) => {
  const model = await openKept(readKept(readFileSync(path)));
  ctx.progress(0.1, 'reading');
  const read = async (own: TableTask, seed: number): Promise<FeatureTable> => {
    const { table: all } = await readLearningTable(own, ctx.signal);
    return all.rows > mostRows ? takeRows(all, sampleRows(all.rows, mostRows, seed)) : all;
  };
  const given = await read(table, ask.seed);
  ctx.progress(0.4, 'comparing');
  try {
    if (ask.kind === 'fairness') return await fairnessIn(model, given, ask);
    return await driftIn(model, await read(ask.reference, ask.seed + 1), given, ask, ctx.signal);
  } finally {
    await model.close?.();
  }
});

async function fairnessIn(model: AskedModel, given: FeatureTable, ask: FairnessAsk): Promise<FairnessReport> {
  const { problem, target: name } = model.saved;
  const { target, rows } = targetOf(columnNamed(given, name), problem);
  const table = takeRows(given, rows);
  const { outputs, interval } = await model.predict(table);
  const { labels } = problem;
  const columns = ask.protected.map((own) => columnNamed(table, own));
  const options = {
    seed: ask.seed,
    smallest: ask.smallest,
    cuts: ask.cuts,
    ...(ask.positive === null ? {} : { positive: labels.indexOf(ask.positive) }),
    ...(ask.threshold === null ? {} : { threshold: ask.threshold }),
  };
  const report = fairnessOf(target, outputs, columns, {
    ...options,
    ...(interval === null ? {} : { low: interval.low, high: interval.high }),
  });
  if (report.kind === 'number' || target.kind !== 'class') return report as FairnessReport;
  const mitigation = mitigationOf({ target, outputs, columns }, labels, report, options);
  return { ...report, positive_label: labels[report.positive] ?? '', mitigation } as FairnessReport;
}

async function driftIn(
  model: AskedModel,
  before: FeatureTable,
  now: FeatureTable,
  { seed, held_out }: Extract<ReportTask['ask'], { kind: 'drift' }>,
  signal: AbortSignal,
): Promise<DriftReport> {
  const labelled = [before, now].every(({ columns }) =>
    columns.some(({ name }) => name === model.saved.target),
  );
  const reference = await observed(model, before, labelled);
  const window = await observed(model, now, labelled);
  const { concept: _, ...report } = driftOf(reference, window, { seed, signal });
  const score = labelled && held_out !== null ? await scoreIn(model, now, held_out, seed) : null;
  return { ...report, thresholds: { ...report.thresholds }, score };
}

/** Null where the truth is of classes it does not know, or of too few rows or classes to tell. */
async function scoreIn(
  model: AskedModel,
  given: FeatureTable,
  { metric, held_out }: HeldOutScore,
  seed: number,
): Promise<DriftReport['score']> {
  const { problem, target: name } = model.saved;
  const [column] = asTrained({ rows: given.rows, columns: [columnNamed(given, name)] }, [
    { name, kind: problem.labels.length > 0 ? 'category' : 'number' },
  ]).columns;
  if (column === undefined) return null;
  if (column.kind === 'category' && !column.levels.every((level) => problem.labels.includes(level)))
    return null;
  const { target, rows } = targetOf(column, problem);
  if (rows.length < fewestDriftRows || (target.kind === 'class' && new Set(target.codes).size < 2))
    return null;
  const outputs = await model.outputs(takeRows(given, rows));
  const { value, low, high } = scoreWithInterval(metric, target, outputs, { seed });
  const change = differenceOf({ value, low, high }, held_out);
  const worse = lessIsBetter.has(metric) ? change.low > 0 : change.high < 0;
  return { metric, held_out, now: { value, low, high }, change, worse };
}

async function observed(model: AskedModel, given: FeatureTable, labelled: boolean): Promise<Observed> {
  const { schema, target, problem } = model.saved;
  const outputs = await model.outputs(given);
  const known = new Set(schema.map(({ name }) => name));
  const table = asTrained(given, [
    ...schema,
    ...(problem.labels.length > 0 ? [{ name: target, kind: 'category' as const }] : []),
  ]);
  return {
    table: { rows: table.rows, columns: table.columns.filter(({ name }) => known.has(name)) },
    predictions: predictedColumns(problem.labels, outputs),
    ...(labelled ? { labels: columnNamed(table, target) } : {}),
  };
}
