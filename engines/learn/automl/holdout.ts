import { StromaError } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import { type MetricName, metricsOf, scoreOf, scoreWithInterval } from '../scores/metrics.ts';
import { type FeatureTable, takeRows } from '../table/feature-table.ts';
import { rowsOfTarget, takeTarget } from '../table/target.ts';
import { loadAutoml, type SavedAutoml } from './automl-model.ts';
import { outputsOf } from './fold-fit.ts';
import { objectiveOf } from './objective.ts';

export interface Holdout {
  rows: number;
  /** Of the chosen metric first, where the rows are of all classes; else what can be said. */
  scores: { metric: MetricName; score: number; ci: [number, number] }[];
  /** Of the baseline, by the metric of the first score. */
  baseline: number;
  /** Share of the rows whose value lies within its interval; null for classes. */
  coverage: number | null;
}

/** Rows that no choice has seen, and what a model learned without them says of them. */
export interface HeldOutRows {
  table: FeatureTable;
  target: Target;
  /** Rows x outputs. */
  outputs: Float64Array;
  interval: { low: Float64Array; high: Float64Array; coverage: number } | null;
  model: SavedAutoml;
}

export function heldOutRows(
  model: SavedAutoml,
  table: FeatureTable,
  target: Target,
  test: Uint32Array,
): HeldOutRows {
  const own = takeRows(table, test);
  const { outputs, interval } = loadAutoml(model).predict(own);
  return { table: own, target: takeTarget(target, test), outputs, interval, model };
}

/** Scores with bootstrapped intervals, beside those of the baseline that was learned from `learned`. */
export function holdoutOf(
  { table: { rows }, target: own, outputs, interval }: Omit<HeldOutRows, 'model'>,
  metric: MetricName,
  seed: number,
  learned: Target,
): Holdout {
  const scores: Holdout['scores'] = [];
  for (const name of [metric, ...metricsOf(own.kind).filter((other) => other !== metric)]) {
    if (
      own.kind === 'class' &&
      new Set(own.codes).size < own.classes &&
      objectiveOf(name).metric !== 'accuracy'
    )
      continue;
    const found = intervalOf(name, own, outputs, seed);
    if (found !== null) scores.push({ metric: name, score: found.score, ci: [found.low, found.high] });
  }
  const values = own.kind === 'number' ? own.values : null;
  return {
    rows,
    scores,
    baseline: scoreOf(scores[0]?.metric ?? metric, own, constantOf(learned, rows)),
    coverage:
      interval === null || values === null
        ? null
        : values.reduce(
            (sum, value, row) =>
              sum +
              (value >= (interval.low[row] as number) && value <= (interval.high[row] as number) ? 1 : 0),
            0,
          ) / values.length,
  };
}

/** Null where the rows are too much alike for the metric to have a value in draws of them, as R² of one value. */
function intervalOf(metric: MetricName, target: Target, outputs: Float64Array, seed: number) {
  const score = scoreOf(metric, target, outputs);
  if (!Number.isFinite(score)) return null;
  try {
    const resamples = resamplesFor(rowsOfTarget(target), outputsOf(target));
    const { low, high } = scoreWithInterval(metric, target, outputs, { seed, resamples });
    return { score, low, high };
  } catch (error) {
    if (error instanceof StromaError && error.code === 'INVALID_INPUT') return null;
    throw error;
  }
}

/** Of many rows, and of many classes, each of which has its curves, fewer, which take as long and are less needed. */
export const resamplesFor = (rows: number, classes: number): number =>
  Math.round(Math.max(60, Math.min(400, 400_000 / Math.max(1, rows * (classes > 2 ? classes : 1)))));

/** What says the same of every row. */
function constantOf(target: Target, rows: number): Float64Array {
  if (target.kind === 'class') {
    const shares = new Float64Array(target.classes);
    for (const code of target.codes) shares[code] = (shares[code] as number) + 1 / target.codes.length;
    return Float64Array.from(
      { length: rows * target.classes },
      (_, at) => shares[at % target.classes] as number,
    );
  }
  const values = target.kind === 'number' ? target.values : new Float64Array();
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return new Float64Array(rows).fill(mean);
}
