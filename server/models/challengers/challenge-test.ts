import type { ChallengeArm, ChallengeDecision, ChallengeMetric, Prediction } from '@stroma/contracts';
import {
  type ArmSums,
  addArms,
  addPairs,
  emptyArms,
  emptySequence,
  type Interval,
  intervalOf,
  pairedScale,
  randomisedScale,
  type SequenceState,
  shareEvidence,
} from '@stroma/stats';

/** Of a prediction, what it is judged by. */
export type Told = Pick<Prediction, 'prediction' | 'confidence' | 'probabilities'>;

/** Of scores, 0 (worst) to 1. */
export type TestPoint = Interval & { at: string; units: number };

export interface TestState {
  sequence: SequenceState;
  arms: ArmSums;
  points: TestPoint[];
  /** Outcomes that were corrected after they had been counted, and with which it was counted again. */
  corrections?: number;
  /** Those with which it could not be: rows it had counted are gone. */
  correctionsLeftOut?: number;
  /** Up to when corrections were looked for; ISO 8601. */
  correctedTo?: string;
}

export const emptyTest: TestState = { sequence: emptySequence, arms: emptyArms, points: [] };

export interface Judged {
  metric: ChallengeMetric;
  errorScale: number | null;
  alpha: number;
  margin: number;
  /** 0: both answer each row. */
  share: number;
}

/** What is known of a unit whose outcome is known: what both said, or the one that answered. */
export interface Outcome {
  arm: ChallengeArm;
  champion: Told | null;
  challenger: Told | null;
  observed: string | number;
  at: Date;
}

const mostPoints = 240;

/** How good a prediction turned out to be: 0 at worst, 1 at best. */
export function scoreOf(told: Told, observed: string | number, { metric, errorScale }: Judged): number {
  switch (metric) {
    case 'accuracy':
      return String(told.prediction) === String(observed) ? 1 : 0;
    case 'brier': {
      const probabilities = Object.entries(told.probabilities ?? {});
      const sum = probabilities.reduce(
        (all, [label, own]) => all + (own - (label === String(observed) ? 1 : 0)) ** 2,
        0,
      );
      return 1 - Math.min(1, sum / 2);
    }
    case 'absolute_error': {
      const error = Math.abs(Number(told.prediction) - Number(observed)) / (errorScale ?? 1);
      return 1 - Math.min(1, Number.isFinite(error) ? error : 1);
    }
  }
}

/** How far one unit of a score is in the unit of the metric; below 0 where less is better. */
export const unitOf = ({ metric, errorScale }: Pick<Judged, 'metric' | 'errorScale'>): number =>
  metric === 'accuracy' ? 1 : metric === 'brier' ? -1 : -(errorScale ?? 1);

/** A mean score in the unit of the metric. */
export const metricOf = (score: number, judged: Pick<Judged, 'metric' | 'errorScale'>): number =>
  judged.metric === 'accuracy' ? score : Math.abs(unitOf(judged)) * (1 - score);

/** Outcomes in the order they became known, one of each unit. */
export function addOutcomes(before: TestState, outcomes: readonly Outcome[], judged: Judged): TestState {
  let state = before;
  for (const outcome of outcomes) {
    state = { ...state, ...added(state, outcome, judged) };
    const { units } = state.sequence;
    const last = state.points.at(-1)?.units ?? 0;
    // As many points for each doubling; each is a look.
    if (units - last >= Math.max(1, Math.floor(units / 40)))
      state.points = thinned([...state.points, pointOf(state, outcome.at, judged)]);
  }
  const last = outcomes.at(-1);
  if (last !== undefined && state.points.at(-1)?.units !== state.sequence.units)
    state = { ...state, points: thinned([...state.points, pointOf(state, last.at, judged)]) };
  return state;
}

function added(
  { sequence, arms }: TestState,
  outcome: Outcome,
  judged: Judged,
): Pick<TestState, 'sequence' | 'arms'> {
  const { arm, champion, challenger, observed } = outcome;
  const { alpha, share } = judged;
  if (share > 0) {
    const told = arm === 'champion' ? champion : challenger;
    if (told === null) return { sequence, arms };
    return addArms({ sequence, arms }, [{ arm, score: scoreOf(told, observed, judged) }], share, { alpha });
  }
  if (champion === null || challenger === null) return { sequence, arms };
  const pair = {
    champion: scoreOf(champion, observed, judged),
    challenger: scoreOf(challenger, observed, judged),
  };
  const both = (own: ChallengeArm) => ({ units: arms[own].units + 1, sum: arms[own].sum + pair[own] });
  return {
    sequence: addPairs(sequence, [pair], { alpha }),
    arms: { champion: both('champion'), challenger: both('challenger') },
  };
}

function pointOf({ sequence }: TestState, at: Date, judged: Judged): TestPoint {
  const interval = intervalOf(sequence, {
    alpha: judged.alpha,
    scale: judged.share > 0 ? randomisedScale(judged.share) : pairedScale,
  }) ?? { estimate: 0, low: -1, high: 1 };
  return {
    ...interval,
    // No two scores differ by more.
    low: Math.max(-1, interval.low),
    high: Math.min(1, interval.high),
    at: at.toISOString(),
    units: sequence.units,
  };
}

/** Every other of the points but the newest, where they became too many. */
const thinned = (points: TestPoint[]): TestPoint[] =>
  points.length <= mostPoints ? points : points.filter((_, at) => at % 2 === 0 || at >= points.length - 2);

/** Outcomes of one arm become known more or less often than its share: what is compared are not the same requests. */
export function shareOf({ arms }: TestState, { share }: Pick<Judged, 'share'>): number | null {
  if (share === 0) return null;
  const { champion, challenger } = arms;
  return shareEvidence(champion.units + challenger.units, challenger.units, share);
}

const unfairShare = 0.001;

/** What the last look says, where it says something. */
export function decisionOf(state: TestState, judged: Judged): ChallengeDecision | null {
  const last = state.points.at(-1);
  if (last === undefined || (shareOf(state, judged) ?? 1) < unfairShare) return null;
  const margin = judged.margin / Math.abs(unitOf(judged));
  if (margin > 0 && last.low > -margin && last.high < margin) return 'no_difference';
  if (last.low > 0) return 'challenger_better';
  return last.high < 0 ? 'champion_better' : null;
}
