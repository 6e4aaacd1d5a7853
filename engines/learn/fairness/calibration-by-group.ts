import { type SeededRandom, seededRandom } from '@stroma/kernel';
import { type CalibrationBins, calibrationBins, calibrationError } from '../scores/probabilities.ts';
import { type Estimate, type Estimator, meanWithin, shareOf } from './estimates.ts';

/** How what was said of a group compares with what was so. */
export interface GroupCalibration {
  /** Mean distance of the two over the bins, by their rows. */
  expected_calibration_error: number;
  /** What a model that is calibrated would show on average in as few rows. */
  by_chance: number;
  /** Share of draws from the probabilities themselves that show at least as much error. */
  p_value: number;
  /** Mean of what was so less what was said: above 0 where the model says too little. Null of one row. */
  mean_residual: Estimate | null;
  curve: { rows: number; mean_probability: number; observed: Estimate }[];
}

const draws = 499;

/**
 * Bins of one width. The p-value is by consistency resampling (Bröcker & Smith 2007, doi:10.1175/WAF993.1), each row of
 * a bin drawn with the bin's mean probability. O(rows + draws · bins).
 */
export function calibrationOf(
  isPositive: Uint8Array,
  probabilities: Float64Array,
  { level, bins, seed }: { level: number; bins: number; seed: number },
): GroupCalibration {
  const found = calibrationBins(isPositive, probabilities, { bins });
  const error = calibrationError(found);
  const { mean, atLeast } = byChance(found, error, seed);
  return {
    expected_calibration_error: error,
    by_chance: mean,
    p_value: (1 + atLeast) / (1 + draws),
    mean_residual: residualOf(isPositive, probabilities)(level),
    curve: Array.from(found.weight, (rows, bin) => ({
      rows,
      mean_probability: found.meanProbability[bin] as number,
      observed: shareOf((found.observed[bin] as number) * rows, rows)(level) as Estimate,
    })),
  };
}

export const residualOf = (isPositive: Uint8Array, probabilities: Float64Array): Estimator =>
  meanWithin(probabilities.map((said, row) => (isPositive[row] as number) - said));

function byChance({ weight, meanProbability }: CalibrationBins, error: number, seed: number) {
  const random = seededRandom(seed);
  let sum = 0;
  let atLeast = 0;
  for (let draw = 0; draw < draws; draw++) {
    const observed = meanProbability.map((said, bin) => {
      const rows = weight[bin] as number;
      return binomial(random, rows, said) / rows;
    });
    const drawn = calibrationError({ weight, meanProbability, observed });
    sum += drawn;
    // Draws of the same counts sum to the same error but for rounding.
    if (drawn >= error - 1e-12) atLeast += 1;
  }
  return { mean: sum / draws, atLeast };
}

/** Normal where the variance is 25 and more, where it is as good. */
function binomial(random: SeededRandom, n: number, p: number): number {
  const variance = n * p * (1 - p);
  if (variance >= 25)
    return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(variance) * random.normal())));
  let hits = 0;
  for (let row = 0; row < n; row++) if (random.next() < p) hits += 1;
  return hits;
}
