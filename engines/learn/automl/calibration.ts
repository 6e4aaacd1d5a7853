import type { Target } from '../estimator.ts';
import { fitPlatt, type Platt, probabilityAt } from '../linear/platt.ts';
import { logLoss } from '../scores/probabilities.ts';
import { takeTarget } from '../table/target.ts';
import { takeOutputs } from './fold-fit.ts';

/** Of classes: each class against the rest, made to sum to 1 again. */
export type Calibration =
  | { kind: 'none' }
  | { kind: 'platt'; classes: readonly Platt[] }
  /** Steps of each class: probabilities given, ascending, and what came true; linear between. */
  | { kind: 'isotonic'; classes: readonly { from: Float64Array; to: Float64Array }[] };

type Classes = Extract<Target, { kind: 'class' }>;
/** Steps of fewer rows say little. */
const rowsOfIsotonic = 400;

/**
 * Platt's sigmoid or isotonic regression (Zadrozny & Elkan 2002, doi:10.1145/775047.775151) on predictions out of fold,
 * or neither: whichever has the least log loss in folds that had no part in fitting it.
 */
export function fitCalibration(
  target: Classes,
  predicted: Float64Array,
  foldOf: Uint8Array,
  folds: number,
): Calibration {
  const rare = Math.min(...countsOf(target));
  const ways: ((own: Classes, given: Float64Array) => Calibration)[] = [() => ({ kind: 'none' })];
  if (rare >= 2 * folds) ways.push(fitSigmoids);
  if (rare >= 2 * folds && target.codes.length >= rowsOfIsotonic) ways.push(fitSteps);
  const losses = ways.map((way) => {
    const calibrated = new Float64Array(predicted.length);
    for (let fold = 0; fold < folds; fold++) {
      const test = rowsWhere(foldOf, (own) => own === fold);
      const train = rowsWhere(foldOf, (own) => own !== fold);
      const fitted = way(takeTarget(target, train) as Classes, takeOutputs(predicted, target.classes, train));
      const own = calibrate(fitted, takeOutputs(predicted, target.classes, test), target.classes);
      test.forEach((row, at) => {
        calibrated.set(own.subarray(at * target.classes, (at + 1) * target.classes), row * target.classes);
      });
    }
    return logLoss(
      target.codes,
      calibrated.map((own) => 0.001 + 0.998 * own),
      target.classes,
    );
  });
  let best = 0;
  losses.forEach((loss, at) => {
    if (loss < (losses[best] as number) * 0.99) best = at;
  });
  return (ways[best] as (typeof ways)[number])(target, predicted);
}

function countsOf({ codes, classes }: Classes): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const code of codes) counts[code] = (counts[code] as number) + 1;
  return counts;
}

const logOdds = (probability: number): number => {
  const kept = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return Math.log(kept / (1 - kept));
};

const columnOf = (predicted: Float64Array, classes: number, code: number): Float64Array =>
  Float64Array.from(
    { length: predicted.length / classes },
    (_, row) => predicted[row * classes + code] as number,
  );

const isOf = (codes: Int32Array, code: number): Uint8Array =>
  Uint8Array.from(codes, (own) => (own === code ? 1 : 0));

/** Of two classes the second alone. */
const codesOf = (classes: number): number[] =>
  classes === 2 ? [1] : Array.from({ length: classes }, (_, code) => code);

function fitSigmoids({ codes, classes }: Classes, predicted: Float64Array): Calibration {
  const weights = new Float64Array(codes.length).fill(1);
  return {
    kind: 'platt',
    classes: codesOf(classes).map((code) =>
      fitPlatt(columnOf(predicted, classes, code).map(logOdds), isOf(codes, code), weights),
    ),
  };
}

function fitSteps({ codes, classes }: Classes, predicted: Float64Array): Calibration {
  return {
    kind: 'isotonic',
    classes: codesOf(classes).map((code) =>
      isotonic(columnOf(predicted, classes, code), Float64Array.from(isOf(codes, code))),
    ),
  };
}

/** Pool adjacent violators: the ascending values nearest to `values` in squares. O(n log n). */
export function isotonic(at: Float64Array, values: Float64Array): { from: Float64Array; to: Float64Array } {
  const order = Uint32Array.from(at.keys()).sort((a, b) => (at[a] as number) - (at[b] as number) || a - b);
  const pools: { sum: number; rows: number; low: number; high: number }[] = [];
  for (const row of order) {
    const place = at[row] as number;
    const last = pools.at(-1);
    if (last !== undefined && last.high === place) {
      last.sum += values[row] as number;
      last.rows += 1;
    } else pools.push({ sum: values[row] as number, rows: 1, low: place, high: place });
    for (;;) {
      const [before, own] = [pools.at(-2), pools.at(-1)];
      if (before === undefined || own === undefined) break;
      if (before.sum * own.rows < own.sum * before.rows) break;
      pools.splice(-2, 2, {
        sum: before.sum + own.sum,
        rows: before.rows + own.rows,
        low: before.low,
        high: own.high,
      });
    }
  }
  return {
    from: Float64Array.from(pools.flatMap(({ low, high }) => (low === high ? [low] : [low, high]))),
    to: Float64Array.from(
      pools.flatMap(({ sum, rows, low, high }) => (low === high ? [sum / rows] : [sum / rows, sum / rows])),
    ),
  };
}

function stepAt({ from, to }: { from: Float64Array; to: Float64Array }, value: number): number {
  let [low, high] = [0, from.length - 1];
  if (value <= (from[low] as number)) return to[low] as number;
  if (value >= (from[high] as number)) return to[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((from[middle] as number) <= value) low = middle;
    else high = middle;
  }
  const share = (value - (from[low] as number)) / ((from[high] as number) - (from[low] as number));
  return (to[low] as number) + share * ((to[high] as number) - (to[low] as number));
}

/** Probabilities, rows x classes, calibrated. */
export function calibrate(calibration: Calibration, predicted: Float64Array, classes: number): Float64Array {
  if (calibration.kind === 'none') return predicted;
  const calibrated = new Float64Array(predicted.length);
  const mapped = (at: number, value: number) =>
    calibration.kind === 'platt'
      ? probabilityAt(calibration.classes[at] as Platt, logOdds(value))
      : stepAt(calibration.classes[at] as { from: Float64Array; to: Float64Array }, value);
  for (let from = 0; from < predicted.length; from += classes) {
    if (classes === 2) {
      const second = mapped(0, predicted[from + 1] as number);
      calibrated[from] = 1 - second;
      calibrated[from + 1] = second;
      continue;
    }
    let sum = 0;
    for (let code = 0; code < classes; code++) {
      calibrated[from + code] = mapped(code, predicted[from + code] as number);
      sum += calibrated[from + code] as number;
    }
    for (let code = 0; code < classes; code++)
      calibrated[from + code] =
        sum > 0 ? (calibrated[from + code] as number) / sum : (predicted[from + code] as number);
  }
  return calibrated;
}

/**
 * Half the width of an interval that holds a new row's value with probability `coverage` at least, where rows are
 * exchangeable: the quantile of errors out of fold. Cross-conformal, Vovk 2015, doi:10.1007/s10472-013-9368-4.
 * Infinity where there are too few rows for the coverage.
 */
export function conformalHalfWidth(values: Float64Array, predicted: Float64Array, coverage: number): number {
  const errors = values.map((value, row) => Math.abs(value - (predicted[row] as number))).sort();
  const place = Math.ceil((errors.length + 1) * coverage);
  return place > errors.length ? Number.POSITIVE_INFINITY : (errors[place - 1] as number);
}

const rowsWhere = (foldOf: Uint8Array, holds: (fold: number) => boolean): Uint32Array =>
  Uint32Array.from(foldOf.keys()).filter((row) => holds(foldOf[row] as number));
