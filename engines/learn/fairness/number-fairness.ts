import { apart, type Estimate, type Estimator, meanWithin, rootMeanSquare, shareOf } from './estimates.ts';
import type { Group } from './groups.ts';
import { type Criterion, criterionOf, type FairnessBounds } from './report.ts';

/** Of the rows of a group, in the unit of the target; null of one row. */
export interface NumberMeasures {
  mean_target: Estimate | null;
  mean_prediction: Estimate | null;
  /** Mean of what was so less what was said: above 0 where the model says too little. */
  mean_residual: Estimate | null;
  rmse: Estimate | null;
  mae: Estimate | null;
  /** Share of the rows within their interval; null where there are no intervals. */
  coverage: Estimate | null;
  mean_width: number | null;
}

export interface NumberRows {
  truth: Float64Array;
  predicted: Float64Array;
  /** Of each row; NaN where there are no intervals. */
  low: Float64Array;
  high: Float64Array;
}

const residuals = ({ truth, predicted }: NumberRows): Float64Array =>
  truth.map((own, row) => own - (predicted[row] as number));

/** Rows without an interval are left out. */
function coverageOf({ truth, low, high }: NumberRows): Estimator {
  let [rows, inside] = [0, 0];
  truth.forEach((own, row) => {
    if (Number.isNaN(low[row]) || Number.isNaN(high[row])) return;
    rows += 1;
    if (own >= (low[row] as number) && own <= (high[row] as number)) inside += 1;
  });
  return shareOf(inside, rows);
}

export function numberMeasures(own: NumberRows, level: number): NumberMeasures {
  const errors = residuals(own);
  const widths = own.high.map((high, row) => high - (own.low[row] as number)).filter((w) => !Number.isNaN(w));
  return {
    mean_target: meanWithin(own.truth)(level),
    mean_prediction: meanWithin(own.predicted)(level),
    mean_residual: meanWithin(errors)(level),
    rmse: rootMeanSquare(errors)(level),
    mae: meanWithin(errors.map(Math.abs))(level),
    coverage: coverageOf(own)(level),
    mean_width: widths.length === 0 ? null : widths.reduce((sum, w) => sum + w, 0) / widths.length,
  };
}

/** `sd` of the target: differences of predictions and residuals are judged by it. */
export function numberCriteriaOf(
  groups: readonly Group[],
  rows: readonly NumberRows[],
  { level, bounds, sd }: { level: number; bounds: FairnessBounds; sd: number },
): Criterion[] {
  const scaled = { difference: bounds.scaled * sd };
  const wanted = [
    ['mean_prediction', rows.map(({ predicted }) => meanWithin(predicted)), scaled],
    ['mean_residual', rows.map((own) => meanWithin(residuals(own))), scaled],
    ['error_size', rows.map((own) => rootMeanSquare(residuals(own))), { ratio: bounds.ratio }],
    ['coverage', rows.map(coverageOf), { difference: bounds.difference }],
  ] as const;
  return wanted.flatMap(([name, estimators, judged]) => {
    const found = apart([estimators], level);
    if (found === null) return [];
    const isSize = name === 'error_size' || name === 'coverage';
    return [criterionOf(name, groups, isSize ? found : { ...found, ratio: null }, judged)];
  });
}
