import { StromaError } from '@stroma/kernel';
import { checkLengths, type Weights, weightAt } from './confusion.ts';

/** Points as columns, from the highest threshold down: a row counts as found from its score on. */
export interface RocCurve {
  thresholds: Float64Array;
  falsePositiveRate: Float64Array;
  truePositiveRate: Float64Array;
}

export interface PrecisionRecallCurve {
  thresholds: Float64Array;
  precision: Float64Array;
  recall: Float64Array;
}

interface Steps {
  thresholds: number[];
  /** Weight of the rows found so far. */
  positives: number[];
  negatives: number[];
}

function stepsOf(isPositive: Uint8Array, scores: Float64Array, weights: Weights): Steps {
  checkLengths(isPositive.length, scores.length, 'scores');
  const order = Uint32Array.from(scores.keys()).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
  );
  const steps: Steps = { thresholds: [], positives: [], negatives: [] };
  let [positive, negative] = [0, 0];
  for (let at = 0; at < order.length; at++) {
    const row = order[at] as number;
    if (isPositive[row] === 1) positive += weightAt(weights, row);
    else negative += weightAt(weights, row);
    const next = order[at + 1];
    if (next !== undefined && scores[next] === scores[row]) continue;
    steps.thresholds.push(scores[row] as number);
    steps.positives.push(positive);
    steps.negatives.push(negative);
  }
  if (!(positive > 0 && negative > 0))
    throw new StromaError(
      'INVALID_INPUT',
      `Rows of both classes were expected; all ${isPositive.length} are of one. A curve needs both: test with more rows, or with a stratified split.`,
    );
  return steps;
}

/** From (0, 0), at an infinite threshold, to (1, 1). Throws INVALID_INPUT where one class is absent. O(n log n). */
export function rocCurve(isPositive: Uint8Array, scores: Float64Array, weights?: Weights): RocCurve {
  const { thresholds, positives, negatives } = stepsOf(isPositive, scores, weights);
  const [allPositive, allNegative] = [positives.at(-1) as number, negatives.at(-1) as number];
  return {
    thresholds: Float64Array.from([Infinity, ...thresholds]),
    falsePositiveRate: Float64Array.from([0, ...negatives.map((own) => own / allNegative)]),
    truePositiveRate: Float64Array.from([0, ...positives.map((own) => own / allPositive)]),
  };
}

/** Chance that a positive row scores higher than a negative one, ties counting half. Throws as `rocCurve`. */
export function rocAuc(isPositive: Uint8Array, scores: Float64Array, weights?: Weights): number {
  const { positives, negatives } = stepsOf(isPositive, scores, weights);
  let area = 0;
  let [positive, negative] = [0, 0];
  for (let at = 0; at < positives.length; at++) {
    const [up, along] = [positives[at] as number, negatives[at] as number];
    area += ((along - negative) * (up + positive)) / 2;
    [positive, negative] = [up, along];
  }
  return area / (positive * negative);
}

/**
 * Mean, over the classes that some rows are of and others are not, of the score of each against the rest.
 * `probabilities` rows x classes, by row. Throws INVALID_INPUT where all rows are of one class. O(classes · n log n).
 */
export function eachAgainstRest(
  score: typeof rocAuc,
  codes: Int32Array,
  probabilities: Float64Array,
  classes: number,
  weights?: Weights,
): number {
  const there = [...new Set(codes)];
  const judged = there.length > 1 ? there : [0];
  const sum = judged
    .sort((a, b) => a - b)
    .reduce(
      (all, code) => all + score(isOf(codes, code), columnOf(probabilities, classes, code), weights),
      0,
    );
  return sum / judged.length;
}

export const isOf = (codes: Int32Array, code: number): Uint8Array =>
  Uint8Array.from(codes, (own) => (own === code ? 1 : 0));

export const columnOf = (byRow: Float64Array, width: number, column: number): Float64Array =>
  Float64Array.from({ length: byRow.length / width }, (_, row) => byRow[row * width + column] as number);

/** Throws as `rocCurve`. O(n log n). */
export function precisionRecallCurve(
  isPositive: Uint8Array,
  scores: Float64Array,
  weights?: Weights,
): PrecisionRecallCurve {
  const { thresholds, positives, negatives } = stepsOf(isPositive, scores, weights);
  const all = positives.at(-1) as number;
  return {
    thresholds: Float64Array.from(thresholds),
    precision: Float64Array.from(positives, (own, at) =>
      own > 0 ? own / (own + (negatives[at] as number)) : 0,
    ),
    recall: Float64Array.from(positives, (own) => own / all),
  };
}

/** Sum of precision times the step in recall, with no interpolation. Throws as `rocCurve`. */
export function averagePrecision(isPositive: Uint8Array, scores: Float64Array, weights?: Weights): number {
  const { precision, recall } = precisionRecallCurve(isPositive, scores, weights);
  return precision.reduce(
    (sum, own, at) => sum + own * ((recall[at] as number) - (at === 0 ? 0 : (recall[at - 1] as number))),
    0,
  );
}
