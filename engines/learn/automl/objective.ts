import type { Target } from '../estimator.ts';
import { type MetricName, metrics, scoreOf } from '../scores/metrics.ts';
import { rowsOfTarget, takeTarget } from '../table/target.ts';
import { takeOutputs } from './fold-fit.ts';

/** What models are compared by: less is better. */
export interface Objective {
  metric: MetricName;
  /** NaN where the metric has no value, as an area of one class. */
  score(target: Target, predicted: Float64Array): number;
  /** What choosing goes by: the score's distance from the best, and a little of a smooth loss, which tells more in few rows. */
  loss(target: Target, predicted: Float64Array): number;
}

/** Of few rows the smooth loss counts more: one row more or less tells little. It is not calibrated yet, so the score leads. */
const smoothShare = (rows: number): number => Math.min(1, 3 / Math.sqrt(rows));

export const defaultMetric = (target: Target): MetricName =>
  target.kind === 'class' ? (target.classes === 2 ? 'roc_auc' : 'accuracy') : 'rmse';

export function objectiveOf(metric: MetricName): Objective {
  const { more, best } = metrics[metric];
  const score = (target: Target, predicted: Float64Array): number => {
    if (
      target.kind === 'class' &&
      (metric === 'roc_auc' || metric === 'average_precision') &&
      new Set(target.codes).size < target.classes
    )
      return Number.NaN;
    return scoreOf(metric, target, predicted);
  };
  return {
    metric,
    score,
    loss(target, predicted) {
      const own = score(target, predicted);
      const distance = Number.isNaN(own) ? 0 : more ? best - own : own - best;
      if (target.kind !== 'class' || metric === 'log_loss') return distance;
      return distance + smoothShare(target.codes.length) * softenedLogLoss(target, predicted);
    },
  };
}

/** A forest's 0 of few trees is no certainty: each probability is kept 0.5 % from 0. */
function softenedLogLoss(target: Extract<Target, { kind: 'class' }>, predicted: Float64Array): number {
  const { codes, classes } = target;
  let loss = 0;
  for (let row = 0; row < codes.length; row++) {
    const own = predicted[row * classes + (codes[row] as number)] as number;
    loss -= Math.log(0.005 + 0.99 * own);
  }
  return loss / codes.length;
}

/** Rows that folds test: what they hold, and which fold tests each. */
export interface TestedRows {
  target: Target;
  foldOf: Uint8Array;
  folds: number;
}

/** Score of each fold's test rows, those without one left out. */
export function scoresByFold(
  objective: Objective,
  { target, foldOf, folds }: TestedRows,
  predicted: Float64Array,
): number[] {
  const outputs = predicted.length / rowsOfTarget(target);
  const scores: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const rows = Uint32Array.from(foldOf.keys()).filter((row) => foldOf[row] === fold);
    const own = objective.score(takeTarget(target, rows), takeOutputs(predicted, outputs, rows));
    if (!Number.isNaN(own)) scores.push(own);
  }
  return scores;
}

export interface ScoreInterval {
  score: number;
  standard_error: number;
  /** 95 %, by Student's t on the folds, which share rows: somewhat too narrow (Bengio & Grandvalet 2004, JMLR 5:1089). */
  ci: [number, number];
}

export function intervalOfFolds(scores: readonly number[]): ScoreInterval {
  const n = scores.length;
  const score = scores.reduce((sum, own) => sum + own / n, 0);
  const variance = scores.reduce((sum, own) => sum + (own - score) ** 2, 0) / Math.max(1, n - 1);
  const standard_error = n < 2 ? Number.NaN : Math.sqrt(variance / n);
  const reach = (studentAt975[n - 2] ?? 2) * standard_error;
  return { score, standard_error, ci: [score - reach, score + reach] };
}

/** 97.5 % points of Student's t with 1, 2, ... degrees of freedom. */
const studentAt975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
