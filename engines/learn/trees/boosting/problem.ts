import { StromaError } from '@stroma/kernel';
import type { Target } from '../../estimator.ts';
import type { Link } from '../tree-model.ts';
import { type RowLoss, startOf } from './row-losses.ts';
import { type CustomLoss, coxLoss, customLoss, rankingLoss, type ScoreLoss } from './score-losses.ts';

export type BoostingLoss = RowLoss | 'cox' | 'lambdamart' | CustomLoss;

/** A target as the trainer sees it, for some of the rows. */
export interface Problem {
  /** One of these is there. */
  rowLoss: RowLoss | null;
  scoreLoss: ScoreLoss | null;
  quantile: number;
  targets: Float64Array;
  weights: Float64Array | null;
  /** Scores of a row. */
  width: number;
  link: Link;
}

const fitting: Record<Target['kind'], readonly string[]> = {
  number: ['squared', 'absolute', 'quantile', 'poisson'],
  class: ['logistic', 'softmax'],
  survival: ['cox'],
  ranking: ['lambdamart'],
};

/** The loss that was asked for, or the usual one of the target. Throws INVALID_INPUT where they do not fit. */
export function chooseLoss(target: Target, wanted: BoostingLoss | undefined): BoostingLoss {
  if (typeof wanted === 'object') {
    if (target.kind === 'number') return wanted;
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a target of numbers for a loss of your own, was given one of kind "${target.kind}".`,
    );
  }
  const usual =
    target.kind === 'class' && target.classes > 2 ? 'softmax' : (fitting[target.kind][0] as RowLoss);
  if (wanted === undefined) return usual;
  const isTwoOnly = wanted === 'logistic' && target.kind === 'class' && target.classes > 2;
  if (!fitting[target.kind].includes(wanted) || isTwoOnly)
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a loss for a target of kind "${target.kind}"${isTwoOnly ? ' with more than two classes (softmax)' : ` (${fitting[target.kind].join(', ')})`}, was given "${wanted}".`,
    );
  if (wanted === 'poisson' && target.kind === 'number' && target.values.some((value) => value < 0))
    throw new StromaError(
      'INVALID_INPUT',
      'Expected counts of 0 or more for the loss "poisson", was given negative ones. Choose "squared".',
    );
  return wanted;
}

export function problemOf(
  target: Target,
  loss: BoostingLoss,
  quantile: number,
  rows: Uint32Array,
  allWeights: Float64Array | null,
): Problem {
  const pick = (values: ArrayLike<number>) => Float64Array.from(rows, (row) => values[row] as number);
  const weights = allWeights === null ? null : pick(allWeights);
  const shape = { quantile, weights, width: 1, link: 'identity' as Link, rowLoss: null, scoreLoss: null };
  if (target.kind === 'survival') {
    const events = Uint8Array.from(rows, (row) => target.events[row] as number);
    return { ...shape, targets: pick(target.times), scoreLoss: coxLoss(pick(target.times), events, weights) };
  }
  if (target.kind === 'ranking') {
    const groups = Int32Array.from(rows, (row) => target.groups[row] as number);
    const relevance = pick(target.relevance);
    return { ...shape, targets: relevance, scoreLoss: rankingLoss(relevance, groups, weights) };
  }
  if (target.kind === 'class') {
    const targets = pick(target.codes);
    const rowLoss = loss === 'logistic' ? 'logistic' : 'softmax';
    return { ...shape, targets, rowLoss, link: rowLoss, width: rowLoss === 'logistic' ? 1 : target.classes };
  }
  const targets = pick(target.values);
  if (typeof loss === 'object') return { ...shape, targets, scoreLoss: customLoss(loss, targets, weights) };
  return {
    ...shape,
    targets,
    rowLoss: loss as RowLoss,
    link: loss === 'poisson' ? 'exponential' : 'identity',
  };
}

export function startingScores({ rowLoss, quantile, targets, weights, width }: Problem): Float64Array {
  return rowLoss === null
    ? new Float64Array(width)
    : Float64Array.from(startOf(rowLoss, quantile, targets, weights, width));
}
