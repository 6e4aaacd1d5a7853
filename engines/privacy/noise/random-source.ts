/** So many bytes, each value equally likely and independent: the system's in earnest, a seeded stream in tests. */
export type RandomBytes = (count: number) => Uint8Array;

/** Whole numbers and coins without rounding: every probability is exactly what it says. */
export class ExactRandom {
  readonly #bytes: RandomBytes;

  constructor(bytes: RandomBytes) {
    this.#bytes = bytes;
  }

  /** From 0 up to, not with, `bound` (above 0), by rejection. */
  below(bound: bigint): bigint {
    const bits = (bound - 1n).toString(2).length;
    const count = Math.ceil(bits / 8);
    const mask = (1n << BigInt(bits)) - 1n;
    for (;;) {
      let value = 0n;
      for (const byte of this.#bytes(count)) value = (value << 8n) | BigInt(byte);
      value &= mask;
      if (value < bound) return value;
    }
  }

  /** True with chance numerator / denominator. */
  bernoulli({ numerator, denominator }: Fraction): boolean {
    return this.below(denominator) < numerator;
  }

  /**
   * True with chance exp(-x), x >= 0. Canonne, Kamath, Steinke 2020 (arXiv:2004.00010), algorithm 1: for x <= 1 the
   * first index at which a coin of x / k fails is odd.
   */
  bernoulliExp({ numerator, denominator }: Fraction): boolean {
    let rest = numerator;
    for (; rest > denominator; rest -= denominator)
      if (!this.#bernoulliExpUnit({ numerator: 1n, denominator: 1n })) return false;
    return this.#bernoulliExpUnit({ numerator: rest, denominator });
  }

  #bernoulliExpUnit({ numerator, denominator }: Fraction): boolean {
    let k = 1n;
    while (this.bernoulli({ numerator, denominator: denominator * k })) k += 1n;
    return k % 2n === 1n;
  }
}

export interface Fraction {
  numerator: bigint;
  denominator: bigint;
}

/** A double is a whole number over a power of two: nothing is rounded. */
export function fractionOf(value: number): Fraction {
  if (!Number.isFinite(value)) throw new RangeError(`Expected a finite number, got ${value}.`);
  let numerator = value;
  let denominator = 1n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(numerator), denominator };
}
