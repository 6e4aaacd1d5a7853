import { type Cost, gaussianCost, laplaceCost } from './accounting.ts';
import { discreteGaussian, discreteLaplace } from './discrete-noise.ts';
import type { RandomBytes } from './random-source.ts';

export type Noise =
  | { mechanism: 'laplace'; epsilon: number }
  | { mechanism: 'gaussian'; epsilon: number; delta: number };

export const costOf = (noise: Noise): Cost =>
  noise.mechanism === 'laplace' ? laplaceCost(noise.epsilon) : gaussianCost(noise.epsilon, noise.delta);

/**
 * Whole numbers with noise, all told at once. `perPerson`: by how much one person can change them together, as the
 * sum of changes (`l1`) and the root of the sum of their squares (`l2`); both above 0.
 */
export function addNoise(
  exact: readonly bigint[],
  perPerson: { l1: number; l2: number },
  noise: Noise,
  bytes: RandomBytes,
): {
  values: bigint[] /** Half the width of the interval that holds 95 % of the noise on a value. */;
  noise_95: number;
} {
  if (noise.mechanism === 'laplace') {
    const scale = perPerson.l1 / noise.epsilon;
    return {
      values: exact.map((value) => value + discreteLaplace(scale, bytes)),
      noise_95: scale * Math.log(20),
    };
  }
  const { rho } = gaussianCost(noise.epsilon, noise.delta);
  const variance = perPerson.l2 ** 2 / (2 * rho);
  return {
    values: exact.map((value) => value + discreteGaussian(variance, bytes)),
    noise_95: 1.959963984540054 * Math.sqrt(variance),
  };
}

/** Steps that the range between the bounds is cut into, so that sums are of whole numbers. */
export const gridSteps = 1 << 20;

/** A half of what an answer may cost: of a mean, for its sum and for its count. Both together cost no more than the whole. */
export function halfOf(noise: Noise): Noise {
  if (noise.mechanism === 'laplace') return { ...noise, epsilon: noise.epsilon / 2 };
  const { rho } = gaussianCost(noise.epsilon, noise.delta);
  const half = rho / 2;
  return { ...noise, epsilon: half + 2 * Math.sqrt(half * Math.log(1 / noise.delta)) };
}
