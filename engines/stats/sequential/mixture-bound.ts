import { gammaUpper, logGamma } from '../distributions.ts';

/**
 * The logarithm of the gamma-exponential mixture at a sum `sum` with the accumulated variance `variance`: a mixture of
 * likelihood ratios, begun at 1, that grows past 1/α with probability α at most, whenever it is looked at. `scale` is
 * how far one value can lie from what was predicted of it, `tuning` (in units of variance) where it is sharpest.
 * Proposition 9 of Howard et al. 2021, doi:10.1214/20-AOS1991. A sum of 0 or below tells nothing: 0.
 */
export function logMixture(sum: number, variance: number, scale: number, tuning: number): number {
  if (!(sum > 0)) return 0;
  const square = scale * scale;
  const shape = (variance + tuning) / square;
  const at = (scale * sum + variance + tuning) / square;
  return (
    logBelow(shape, at) -
    shape * Math.log(at) +
    (scale * sum + variance) / square -
    logBelow(tuning / square, tuning / square) +
    (tuning / square) * Math.log(tuning / square)
  );
}

/** ln of the lower incomplete gamma function, where x is not below a. */
const logBelow = (a: number, x: number): number => logGamma(a) + Math.log1p(-gammaUpper(a, x));

/**
 * How high a sum with the accumulated variance `variance` may come before it has left zero behind with an error of
 * `alpha` at most, over all time and on this side alone: where the mixture is 1/α. O(log precision).
 */
export function mixtureBound(variance: number, alpha: number, scale: number, tuning: number): number {
  const wanted = -Math.log(alpha);
  let low = 0;
  let high = Math.sqrt(2 * (variance + tuning) * (wanted + 1)) + scale * (wanted + 1);
  while (logMixture(high, variance, scale, tuning) < wanted) high *= 2;
  for (let turn = 0; turn < 60 && high - low > 1e-10 * high; turn++) {
    const middle = (low + high) / 2;
    if (logMixture(middle, variance, scale, tuning) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/** The tuning with which a bound is about as sharp as it can be where the variance is `variance`. Their section 3.5. */
export const tunedFor = (variance: number, alpha: number): number =>
  variance / (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha)));
