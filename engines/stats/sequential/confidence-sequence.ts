import { StromaError } from '@stroma/kernel';
import { logMixture, mixtureBound, tunedFor } from './mixture-bound.ts';

/** Plain JSON: what a test has seen, to go on from. */
export interface SequenceState {
  /** Values seen. */
  units: number;
  sum: number;
  /** Squares of what each value was away from what had been predicted of it. */
  variance: number;
  /** The smallest so far. */
  p_value: number;
}

export const emptySequence: SequenceState = { units: 0, sum: 0, variance: 0, p_value: 1 };

export interface SequenceOptions {
  /** Error over all time and both sides. */
  alpha: number;
  /** No value lies farther than this from what is predicted of it. */
  scale: number;
  /** Units by which it shall be sharpest; 400 unless said. It holds whatever is said. */
  sharpestAt?: number;
}

export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

/**
 * Adds values in the order they came, each with what was predicted of it from those before. Howard et al. 2021, theorem 4
 * (empirical Bernstein), doi:10.1214/20-AOS1991: the mean of what the values were expected to be, also where that changes
 * over time and they depend on those before, lies in every interval of the sequence at once with probability 1 - alpha.
 * The p-value is that of Johari et al. 2021, doi:10.1287/opre.2021.2135: the inverse of the largest mixture likelihood
 * ratio so far, for a mean of 0. Throws INVALID_INPUT for a value that is missing or beyond the scale.
 */
export function addToSequence(
  before: SequenceState,
  values: readonly { value: number; predicted: number }[],
  options: SequenceOptions,
): SequenceState {
  const state = { ...before };
  const { scale, tuning } = settingsOf(options);
  for (const { value, predicted } of values) {
    const off = value - predicted;
    if (!(Math.abs(off) <= scale * (1 + 1e-9)))
      throw new StromaError(
        'INVALID_INPUT',
        `Values within ${scale} of what is predicted of them were expected; ${value} was given where ${predicted} was predicted.`,
      );
    state.units += 1;
    state.sum += value;
    state.variance += off * off;
    const evidence = logMixture(Math.abs(state.sum), state.variance, scale, tuning);
    state.p_value = Math.min(state.p_value, 2 * Math.exp(-evidence));
  }
  return state;
}

/** Of the mean, with bounds that hold at every look; null before the first value. */
export function intervalOf(
  { units, sum, variance }: SequenceState,
  options: SequenceOptions,
): Interval | null {
  if (units === 0) return null;
  const { alpha, scale, tuning } = settingsOf(options);
  const width = mixtureBound(variance, alpha / 2, scale, tuning) / units;
  const estimate = sum / units;
  return { estimate, low: estimate - width, high: estimate + width };
}

function settingsOf({ alpha, scale, sharpestAt = 400 }: SequenceOptions) {
  if (!(alpha > 0 && alpha < 1 && scale > 0 && sharpestAt > 0))
    throw new StromaError(
      'INVALID_INPUT',
      `An alpha between 0 and 1 and a scale above 0 were expected; ${alpha} and ${scale} were given.`,
    );
  // Values that vary by about a quarter of what they could.
  return { alpha, scale, tuning: tunedFor((sharpestAt * scale * scale) / 16, alpha / 2) };
}
