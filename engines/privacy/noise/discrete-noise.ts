import { ExactRandom, type Fraction, fractionOf, type RandomBytes } from './random-source.ts';

/**
 * Whole-number noise of exactly the distribution named, drawn with integers alone: noise in floating point gives away
 * what it hides (Mironov 2012, doi 10.1145/2382196.2382264). Canonne, Kamath, Steinke 2020, arXiv:2004.00010.
 */

/** P(x) proportional to exp(-|x| / scale); `scale` above 0. Algorithm 2. */
export function discreteLaplace(scale: number, bytes: RandomBytes): bigint {
  return laplace(fractionOf(scale), new ExactRandom(bytes));
}

/** With scale t / s. */
function laplace({ numerator: t, denominator: s }: Fraction, random: ExactRandom): bigint {
  for (;;) {
    const u = random.below(t);
    if (!random.bernoulliExp({ numerator: u, denominator: t })) continue;
    let v = 0n;
    while (random.bernoulliExp({ numerator: 1n, denominator: 1n })) v += 1n;
    const magnitude = (u + t * v) / s;
    const negative = random.below(2n) === 1n;
    if (negative && magnitude === 0n) continue;
    return negative ? -magnitude : magnitude;
  }
}

/** P(x) proportional to exp(-x² / (2 sigma²)); `variance` is sigma², above 0. Algorithm 3. */
export function discreteGaussian(variance: number, bytes: RandomBytes): bigint {
  const random = new ExactRandom(bytes);
  const { numerator: a, denominator: b } = fractionOf(variance);
  const t = squareRoot(a / b) + 1n;
  for (;;) {
    const y = laplace({ numerator: t, denominator: 1n }, random);
    const magnitude = y < 0n ? -y : y;
    // (|y| - sigma² / t)² / (2 sigma²), as one fraction.
    const difference = magnitude * t * b - a;
    if (random.bernoulliExp({ numerator: difference * difference, denominator: 2n * a * b * t * t }))
      return y;
  }
}

/** Floor of the square root. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = BigInt(Math.floor(Math.sqrt(Number(value))));
  while (guess * guess > value) guess -= 1n;
  while ((guess + 1n) * (guess + 1n) <= value) guess += 1n;
  return guess;
}
