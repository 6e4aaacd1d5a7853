import { StromaError } from '@stroma/kernel';
import { brier } from '../scores/probabilities.ts';
import { calibrationOf, type GroupCalibration, residualOf } from './calibration-by-group.ts';
import { apart, type Estimate, type Estimator, shareOf } from './estimates.ts';
import type { Group } from './groups.ts';
import { type Criterion, criterionOf, type FairnessBounds, type Judged } from './report.ts';

/** Of the rows of a group; null where no row tells, as the true positive rate of a group without positive rows. */
export interface ClassMeasures {
  /** Share of positive rows. */
  base_rate: Estimate | null;
  /** Share of rows called positive. */
  selection_rate: Estimate | null;
  /** Share of the positive rows that are called so. */
  true_positive_rate: Estimate | null;
  /** Share of the negative rows that are called positive. */
  false_positive_rate: Estimate | null;
  /** Share of the rows called positive that are. */
  positive_predictive_value: Estimate | null;
  /** Share of the rows called negative that are. */
  negative_predictive_value: Estimate | null;
  accuracy: Estimate | null;
  brier: number;
  calibration: GroupCalibration;
}

/** The second of two classes where none is named. Throws INVALID_INPUT for one that is not there. */
export function selectedClass(classes: number, positive = classes === 2 ? 1 : undefined): number {
  if (positive !== undefined && Number.isInteger(positive) && positive >= 0 && positive < classes)
    return positive;
  throw new StromaError(
    'INVALID_INPUT',
    `The class that is selected for was expected as \`positive\`, a code from 0 to ${classes - 1}; ${positive ?? 'none'} was given.`,
    { classes },
  );
}

export interface ClassRows {
  isPositive: Uint8Array;
  isCalled: Uint8Array;
  probabilities: Float64Array;
}

const rates = [
  'base_rate',
  'selection_rate',
  'true_positive_rate',
  'false_positive_rate',
  'positive_predictive_value',
  'negative_predictive_value',
  'accuracy',
] as const;
type Rates = Record<(typeof rates)[number], Estimator>;

function ratesOf({ isPositive, isCalled }: ClassRows): Rates {
  const rows = isPositive.length;
  let [hits, positive, called] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    positive += isPositive[row] as number;
    called += isCalled[row] as number;
    hits += (isPositive[row] as number) & (isCalled[row] as number);
  }
  const right = rows - positive - called + hits;
  return {
    base_rate: shareOf(positive, rows),
    selection_rate: shareOf(called, rows),
    true_positive_rate: shareOf(hits, positive),
    false_positive_rate: shareOf(called - hits, rows - positive),
    positive_predictive_value: shareOf(hits, called),
    negative_predictive_value: shareOf(right, rows - called),
    accuracy: shareOf(hits + right, rows),
  };
}

export interface ClassOptions {
  level: number;
  bins: number;
  seed: number;
  bounds: FairnessBounds;
}

export function classMeasures(own: ClassRows, options: ClassOptions): ClassMeasures {
  const estimators = ratesOf(own);
  const shares = Object.fromEntries(rates.map((rate) => [rate, estimators[rate](options.level)]));
  return {
    ...(shares as Record<keyof Rates, Estimate | null>),
    brier: brier(Int32Array.from(own.isPositive), twoSided(own.probabilities), 2),
    calibration: calibrationOf(own.isPositive, own.probabilities, options),
  };
}

const twoSided = (probabilities: Float64Array): Float64Array => {
  const both = new Float64Array(2 * probabilities.length);
  probabilities.forEach((said, row) => {
    both[2 * row] = 1 - said;
    both[2 * row + 1] = said;
  });
  return both;
};

/** Hardt 2016, arXiv:1610.02413; Chouldechova 2017, doi:10.1089/big.2016.0047. */
export function classCriteriaOf(
  groups: readonly Group[],
  rows: readonly ClassRows[],
  { level, bounds }: ClassOptions,
): Criterion[] {
  const own = rows.map(ratesOf);
  const of = (rate: keyof Rates) => own.map((each) => each[rate]);
  const { difference, ratio } = bounds;
  const wanted: [Criterion['name'], Estimator[][], Judged][] = [
    ['demographic_parity', [of('selection_rate')], { difference, ratio }],
    ['equal_opportunity', [of('true_positive_rate')], { difference }],
    ['equalized_odds', [of('true_positive_rate'), of('false_positive_rate')], { difference }],
    ['predictive_parity', [of('positive_predictive_value')], { difference }],
    [
      'calibration',
      [rows.map(({ isPositive, probabilities }) => residualOf(isPositive, probabilities))],
      { difference },
    ],
  ];
  return wanted.flatMap(([name, estimators, judged]) => {
    const found = apart(estimators, level);
    if (found === null) return [];
    return [criterionOf(name, groups, name === 'calibration' ? { ...found, ratio: null } : found, judged)];
  });
}
