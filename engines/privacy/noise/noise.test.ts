import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addNoise, costOf, halfOf, isWithin, spentBy } from '../index.ts';
import { discreteGaussian, discreteLaplace } from './discrete-noise.ts';
import { ExactRandom, fractionOf } from './random-source.ts';

/** SHA-256 in counter mode: the same bytes for the same seed. */
function seeded(seed: string): (count: number) => Uint8Array {
  let block = 0;
  let held = new Uint8Array();
  return (count) => {
    while (held.length < count) {
      const next = createHash('sha256').update(`${seed} ${block++}`).digest();
      held = Uint8Array.from([...held, ...next]);
    }
    const taken = held.slice(0, count);
    held = held.slice(count);
    return taken;
  };
}

/** Pearson's statistic over [-reach, reach] with both tails; and the bound that 1 in 10,000 exceed. */
function fit(draw: () => bigint, chance: (x: number) => number, reach: number, draws: number) {
  const counts = new Map<number, number>();
  for (let n = 0; n < draws; n++) {
    const x = Math.max(-reach - 1, Math.min(reach + 1, Number(draw())));
    counts.set(x, (counts.get(x) ?? 0) + 1);
  }
  let statistic = 0;
  let inside = 0;
  for (let x = -reach; x <= reach; x++) {
    const expected = chance(x) * draws;
    inside += chance(x);
    statistic += ((counts.get(x) ?? 0) - expected) ** 2 / expected;
  }
  const tail = ((1 - inside) / 2) * draws;
  for (const x of [-reach - 1, reach + 1]) statistic += ((counts.get(x) ?? 0) - tail) ** 2 / tail;
  const freedom = 2 * reach + 2;
  // Wilson and Hilferty's approximation of the chi-squared quantile at 0.9999.
  const bound = freedom * (1 - 2 / (9 * freedom) + 3.719 * Math.sqrt(2 / (9 * freedom))) ** 3;
  return { statistic, bound };
}

describe('noise', () => {
  it('is discrete Laplace to the last digit that 20,000 draws can tell', () => {
    for (const scale of [1, 2.5]) {
      const bytes = seeded(`laplace ${scale}`);
      const p = Math.exp(-1 / scale);
      const { statistic, bound } = fit(
        () => discreteLaplace(scale, bytes),
        (x) => ((1 - p) / (1 + p)) * p ** Math.abs(x),
        6,
        20_000,
      );
      expect(statistic).toBeLessThan(bound);
    }
  });

  it('is discrete Gaussian', () => {
    for (const variance of [0.5, 9]) {
      const bytes = seeded(`gauss ${variance}`);
      let whole = 0;
      for (let x = -80; x <= 80; x++) whole += Math.exp((-x * x) / (2 * variance));
      const reach = variance < 1 ? 2 : 7;
      const { statistic, bound } = fit(
        () => discreteGaussian(variance, bytes),
        (x) => Math.exp((-x * x) / (2 * variance)) / whole,
        reach,
        10_000,
      );
      expect(statistic).toBeLessThan(bound);
    }
  });

  it('tells two neighbours apart no better than epsilon allows', () => {
    const epsilon = 0.7;
    const draws = 20_000;
    const told = (truth: bigint, seed: string) => {
      const bytes = seeded(seed);
      const counts = new Map<bigint, number>();
      for (let n = 0; n < draws; n++) {
        const [value = 0n] = addNoise(
          [truth],
          { l1: 1, l2: 1 },
          { mechanism: 'laplace', epsilon },
          bytes,
        ).values;
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      return counts;
    };
    const [one, other] = [told(100n, 'one'), told(101n, 'other')];
    for (let value = 97n; value <= 104n; value++) {
      const ratio = (one.get(value) ?? 0) / (other.get(value) ?? 0);
      // Three standard errors of a ratio of counts beside the bound.
      const error = 3 * Math.sqrt(1 / (one.get(value) ?? 1) + 1 / (other.get(value) ?? 1));
      expect(Math.abs(Math.log(ratio))).toBeLessThan(epsilon + error);
    }
  });

  it('draws coins of exp(-x) beyond 1 too', () => {
    const random = new ExactRandom(seeded('coin'));
    let heads = 0;
    for (let n = 0; n < 20_000; n++) heads += random.bernoulliExp(fractionOf(1.75)) ? 1 : 0;
    expect(Math.abs(heads / 20_000 - Math.exp(-1.75))).toBeLessThan(4 * Math.sqrt((0.174 * 0.826) / 20_000));
  });

  it('holds 95 % of itself within what it says', () => {
    for (const noise of [
      { mechanism: 'laplace', epsilon: 0.1 },
      { mechanism: 'gaussian', epsilon: 0.5, delta: 1e-5 },
    ] as const) {
      const bytes = seeded(noise.mechanism);
      let within = 0;
      for (let n = 0; n < 3000; n++) {
        const { values, noise_95 } = addNoise([0n], { l1: 1, l2: 1 }, noise, bytes);
        if (Math.abs(Number(values[0])) <= noise_95) within += 1;
      }
      expect(within / 3000).toBeGreaterThan(0.935);
      expect(within / 3000).toBeLessThan(0.967);
    }
  });

  it('takes a double as exactly what it is', () => {
    expect(fractionOf(0.1)).toEqual({ numerator: 3602879701896397n, denominator: 36028797018963968n });
  });
});

describe('what answers cost', () => {
  it('adds up epsilon, or rho and then its epsilon', () => {
    const costs = Array.from({ length: 100 }, () => costOf({ mechanism: 'laplace', epsilon: 0.1 }));
    expect(spentBy(costs, { epsilon: 9, delta: 0, composition: 'basic' }).epsilon).toBeCloseTo(10, 10);
    // rho = 100 * 0.1² / 2 = 0.5; epsilon = 0.5 + 2 sqrt(0.5 ln 1e6)
    expect(spentBy(costs, { epsilon: 9, delta: 1e-6, composition: 'zcdp' }).epsilon).toBeCloseTo(
      0.5 + 2 * Math.sqrt(0.5 * Math.log(1e6)),
      10,
    );
    expect(isWithin(costs, { epsilon: 9, delta: 0, composition: 'basic' })).toBe(false);
    expect(isWithin(costs, { epsilon: 9, delta: 1e-6, composition: 'zcdp' })).toBe(true);
  });

  it('splits Gaussian noise into halves that cost the whole together', () => {
    const noise = { mechanism: 'gaussian', epsilon: 1, delta: 1e-6 } as const;
    expect(2 * costOf(halfOf(noise)).rho).toBeCloseTo(costOf(noise).rho, 12);
    const { rho } = costOf(noise);
    expect(rho + 2 * Math.sqrt(rho * Math.log(1e6))).toBeCloseTo(1, 12);
  });
});
