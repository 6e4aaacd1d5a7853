import { StromaError } from '@stroma/kernel';
import { groupDifference, type Moments, meanOf, quantileOfSorted, varianceOf } from '@stroma/stats';
import type { Target } from '../estimator.ts';
import { adaptiveWindow, type StreamChange } from './adaptive-window.ts';
import { type DriftSeverity, type DriftThresholds, severityOf } from './severity.ts';

/** Whether a model is wrong by more than it was. */
export interface ConceptDrift {
  reference: { rows: number; mean_loss: number };
  window: { rows: number; mean_loss: number };
  /** Of the mean losses, window less reference, 95 %. */
  difference: { value: number; low: number; high: number };
  p_value: number;
  q_value: number;
  /** A window in which the model is wrong by less is none. */
  severity: DriftSeverity;
}

/**
 * By how much each prediction is wrong: of classes half the squared distance of the probabilities and the truth (0 to 1,
 * the score of Brier), of numbers the absolute error in their unit. `predicted` as a Predictor gives it. Throws
 * INVALID_INPUT of other targets and lengths.
 */
export function lossesOf(target: Target, predicted: Float64Array): Float64Array {
  if (target.kind === 'number' && predicted.length === target.values.length)
    return target.values.map((own, row) => Math.abs(own - (predicted[row] as number)));
  if (target.kind === 'class' && predicted.length === target.codes.length * target.classes) {
    const { classes } = target;
    return Float64Array.from(target.codes, (code, row) => {
      let sum = 0;
      for (let each = 0; each < classes; each++)
        sum += ((predicted[row * classes + each] as number) - (each === code ? 1 : 0)) ** 2;
      return sum / 2;
    });
  }
  throw new StromaError(
    'INVALID_INPUT',
    `Losses are told of classes, with a probability of each for every row, and of numbers, with one prediction; a target of ${target.kind} and ${predicted.length} predictions were given.`,
  );
}

const present = (losses: Float64Array): Float64Array => losses.filter(Number.isFinite);

export type TestedLosses = Omit<ConceptDrift, 'q_value' | 'severity'>;

/** Of those that are known. */
export function momentsOfLosses(losses: Float64Array): Moments {
  const values = present(losses);
  return { n: values.length, mean: meanOf(values), sd: Math.sqrt(varianceOf(values)) };
}

/** Welch's test of the mean losses, NaN left out; null of fewer than two on a side, or where none varies. */
export function lossesAgainst(reference: Moments, window: Float64Array): TestedLosses | null {
  const [a, b] = [momentsOfLosses(window), reference];
  const found = groupDifference(a, b);
  if (found === null) return null;
  return {
    reference: { rows: b.n, mean_loss: b.mean },
    window: { rows: a.n, mean_loss: a.mean },
    difference: { value: found.difference, low: found.lower, high: found.upper },
    p_value: found.p,
  };
}

export function withLossSeverity(tested: TestedLosses, q: number, thresholds: DriftThresholds): ConceptDrift {
  const isWorse = q <= thresholds.false_discovery && tested.difference.value > 0;
  const growth = tested.difference.value / tested.reference.mean_loss;
  const severity = severityOf(isWorse, growth, thresholds.moderate_loss, thresholds.severe_loss);
  return { ...tested, q_value: q, severity };
}

/**
 * Where in the stream of losses their mean changed, by an adaptive window; NaN, not known yet, is passed over. Losses
 * above 1 are scaled first, by the reference's 99th percentile, and what is beyond it counts as much as it; the means
 * told are in the losses' unit.
 */
export function lossChanges(reference: Float64Array, stream: Float64Array): StreamChange[] {
  const rows = Uint32Array.from(stream.keys()).filter((row) => Number.isFinite(stream[row]));
  const [before, losses] = [present(reference), Float64Array.from(rows, (row) => stream[row] as number)];
  const high = quantileOfSorted(before.sort(), 0.99);
  const isWithin = [before, losses].every((all) => all.every((own) => own <= 1));
  const scale = isWithin || !(high > 0) ? 1 : high;
  return adaptiveWindow(losses.map((own) => Math.min(1, own / scale))).map((change) => ({
    since: rows[change.since] as number,
    noticed: rows[change.noticed] as number,
    before: change.before * scale,
    after: change.after * scale,
  }));
}
