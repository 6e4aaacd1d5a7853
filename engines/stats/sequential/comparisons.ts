import { StromaError } from '@stroma/kernel';
import { logGamma } from '../distributions.ts';
import { addToSequence, type SequenceOptions, type SequenceState } from './confidence-sequence.ts';

/** Scores of both on the same units, 0 (worst) to 1 (best). */
export interface PairedScore {
  champion: number;
  challenger: number;
}

/** The score of the one that a unit was given to. */
export interface ArmScore {
  arm: 'champion' | 'challenger';
  score: number;
}

/** Of each arm: scores seen and their sum. */
export type ArmSums = Record<ArmScore['arm'], { units: number; sum: number }>;

export const emptyArms: ArmSums = {
  champion: { units: 0, sum: 0 },
  challenger: { units: 0, sum: 0 },
};

/** A difference of two scores lies within 1 of 0, and within 2 of any other difference. */
export const pairedScale = 2;

/** Differences of the same units, challenger less champion. Throws INVALID_INPUT for scores outside 0 to 1. */
export function addPairs(
  before: SequenceState,
  pairs: readonly PairedScore[],
  options: Omit<SequenceOptions, 'scale'>,
): SequenceState {
  let { units, sum } = before;
  return addToSequence(
    before,
    pairs.map(({ champion, challenger }) => {
      const value = within(challenger) - within(champion);
      const predicted = sum / (units + 1);
      units += 1;
      sum += value;
      return { value, predicted };
    }),
    { ...options, scale: pairedScale },
  );
}

/** With this share of units given to the challenger by chance. */
export const randomisedScale = (share: number): number => 1 / Math.min(share, 1 - share);

/**
 * The effect of an assignment by chance, of which each unit shows one side: its score, weighed by how rarely it was to be
 * seen, about the mean of its arm so far. Unbiased however scores change over time (Howard et al. 2021, section 4.2).
 * Throws INVALID_INPUT for scores outside 0 to 1 and a share that is not between.
 */
export function addArms(
  before: { sequence: SequenceState; arms: ArmSums },
  scores: readonly ArmScore[],
  share: number,
  options: Omit<SequenceOptions, 'scale'>,
): { sequence: SequenceState; arms: ArmSums } {
  if (!(share > 0 && share < 1))
    throw new StromaError('INVALID_INPUT', `A share between 0 and 1 was expected; ${share} was given.`);
  const arms = { champion: { ...before.arms.champion }, challenger: { ...before.arms.challenger } };
  const expected = ({ units, sum }: ArmSums['champion']) => (sum + 0.5) / (units + 1);
  const values = scores.map(({ arm, score }) => {
    const predicted = expected(arms.challenger) - expected(arms.champion);
    const off = within(score) - expected(arms[arm]);
    arms[arm].units += 1;
    arms[arm].sum += score;
    return { value: predicted + (arm === 'challenger' ? off / share : -off / (1 - share)), predicted };
  });
  return {
    sequence: addToSequence(before.sequence, values, { ...options, scale: randomisedScale(share) }),
    arms,
  };
}

function within(score: number): number {
  if (!(score >= 0 && score <= 1))
    throw new StromaError('INVALID_INPUT', `A score from 0 to 1 was expected; ${score} was given.`);
  return score;
}

/**
 * Whether units are of the challenger as often as they should be: the inverse of the mixture likelihood ratio of a
 * binomial share with a uniform prior, which may be looked at at any time. Small where they are not, as when outcomes of
 * one arm become known more often. Robbins 1970, doi:10.1214/aoms/1177696786.
 */
export function shareEvidence(units: number, ofChallenger: number, share: number): number {
  const log =
    logGamma(ofChallenger + 1) +
    logGamma(units - ofChallenger + 1) -
    logGamma(units + 2) -
    ofChallenger * Math.log(share) -
    (units - ofChallenger) * Math.log1p(-share);
  return Math.min(1, Math.exp(-log));
}
