import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ArmSums,
  addArms,
  addPairs,
  addToSequence,
  emptyArms,
  emptySequence,
  intervalOf,
  pairedScale,
  randomisedScale,
  type SequenceState,
  shareEvidence,
} from '../index.ts';
import { logMixture, mixtureBound } from './mixture-bound.ts';

/** More runs where somebody has the time: STROMA_TEST_SEQUENTIAL_RUNS=2000. */
const runs = Number(process.env.STROMA_TEST_SEQUENTIAL_RUNS ?? 120);
const units = 250;

/** The mixture by its definition: likelihood ratios exp(λs - ψ(λ)v) weighed by a gamma density of 1 - cλ, Simpson's rule. */
function mixtureByIntegral(sum: number, variance: number, scale: number, tuning: number): number {
  const weight = (left: number) =>
    left ** (tuning / scale ** 2 - 1) * Math.exp((-tuning * left) / scale ** 2);
  const ratio = (left: number) => {
    const lambda = (1 - left) / scale;
    const psi = (-Math.log(left) - scale * lambda) / scale ** 2;
    return Math.exp(lambda * sum - psi * variance);
  };
  const integral = (of: (left: number) => number): number => {
    const steps = 4000;
    let total = 0;
    for (let step = 1; step <= steps; step++)
      total += of(step / steps) * (step === steps ? 1 : step % 2 === 1 ? 4 : 2);
    return total / steps / 3;
  };
  return integral((left) => weight(left) * ratio(left)) / integral(weight);
}

describe('the mixture of likelihood ratios', () => {
  it('is the integral it stands for', () => {
    for (const [sum, variance, scale, tuning] of [
      [3, 4, 1, 6],
      [10, 25, 2, 30],
      [40, 60, 2, 30],
      [0.5, 1, 1.5, 9],
    ] as const)
      expect(logMixture(sum, variance, scale, tuning)).toBeCloseTo(
        Math.log(mixtureByIntegral(sum, variance, scale, tuning)),
        7,
      );
  });

  it('is 1/alpha at the bound, which grows with the variance and as alpha falls', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e5, noNaN: true }),
        fc.double({ min: 1e-6, max: 0.4, noNaN: true }),
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        (variance, alpha, scale) => {
          const bound = mixtureBound(variance, alpha, scale, 10 * scale ** 2);
          expect(logMixture(bound, variance, scale, 10 * scale ** 2)).toBeCloseTo(-Math.log(alpha), 5);
          expect(mixtureBound(variance + 1, alpha, scale, 10 * scale ** 2)).toBeGreaterThan(bound);
          expect(mixtureBound(variance, alpha / 2, scale, 10 * scale ** 2)).toBeGreaterThan(bound);
          // No bound that holds for all time lies below that of one look.
          expect(bound).toBeGreaterThan(Math.sqrt(2 * variance * -Math.log(alpha)));
        },
      ),
      { numRuns: 40, seed: 6 },
    );
  });
});

/** The share of runs that call a difference, looked at after every unit. */
function called(run: (random: () => number, look: (state: SequenceState) => void) => void): number {
  let calls = 0;
  for (let at = 0; at < runs; at++) {
    let least = 1;
    const random = seededRandom(100 + at);
    run(
      () => random.next(),
      ({ p_value }) => {
        least = p_value;
      },
    );
    if (least < alpha) calls += 1;
  }
  return calls / runs;
}
const alpha = 0.1;
/** What so many runs of a test that errs with probability alpha exceed once in ten thousand. */
const most = alpha + 3.72 * Math.sqrt((alpha * (1 - alpha)) / runs);

describe('looking after every unit', () => {
  it('calls no difference that is not there more often than alpha, of pairs', () => {
    const share = called((random, look) => {
      let state = emptySequence;
      for (let unit = 0; unit < units; unit++) {
        const pair = { champion: random() < 0.7 ? 1 : 0, challenger: random() < 0.7 ? 1 : 0 };
        state = addPairs(state, [pair], { alpha });
        look(state);
      }
    });
    expect(share).toBeLessThanOrEqual(most);
  });

  it('nor of arms, with a small share and scores that change over time', () => {
    const share = called((random, look) => {
      let state: { sequence: SequenceState; arms: ArmSums } = { sequence: emptySequence, arms: emptyArms };
      for (let unit = 0; unit < units; unit++) {
        const arm = random() < 0.2 ? ('challenger' as const) : ('champion' as const);
        const score = random() < 0.3 + (0.5 * unit) / units ? 1 : 0;
        state = addArms(state, [{ arm, score }], 0.2, { alpha });
        look(state.sequence);
      }
    });
    expect(share).toBeLessThanOrEqual(most);
  });

  it('finds one that is there, and has the truth within its bounds', () => {
    const random = seededRandom(7);
    let state: { sequence: SequenceState; arms: ArmSums } = { sequence: emptySequence, arms: emptyArms };
    let pairs = emptySequence;
    for (let unit = 0; unit < 3000; unit++) {
      const arm = random.next() < 0.5 ? ('challenger' as const) : ('champion' as const);
      const better = random.next() < 0.8 ? 1 : 0;
      const worse = random.next() < 0.6 ? 1 : 0;
      state = addArms(state, [{ arm, score: arm === 'challenger' ? better : worse }], 0.5, { alpha });
      pairs = addPairs(pairs, [{ champion: worse, challenger: better }], { alpha });
    }
    for (const [sequence, scale] of [
      [state.sequence, randomisedScale(0.5)],
      [pairs, pairedScale],
    ] as const) {
      const interval = intervalOf(sequence, { alpha, scale });
      expect(sequence.p_value).toBeLessThan(1e-6);
      expect(interval?.low).toBeGreaterThan(0);
      expect(interval?.low).toBeLessThan(0.2);
      expect(interval?.high).toBeGreaterThan(0.2);
    }
  });

  it('p below alpha is an interval without 0', () => {
    const random = seededRandom(3);
    let state = emptySequence;
    let first = true;
    for (let unit = 0; unit < 400; unit++) {
      state = addPairs(state, [{ champion: 0.4 * random.next(), challenger: 0.2 + 0.5 * random.next() }], {
        alpha,
      });
      const low = intervalOf(state, { alpha, scale: pairedScale })?.low ?? 0;
      if (first) expect(state.p_value < alpha).toBe(low > 0);
      if (low > 0) first = false;
    }
    expect(first).toBe(false);
  });
});

describe('what it is given', () => {
  it('goes on from where it was, to the same bits', () => {
    const random = seededRandom(11);
    const scores = Array.from({ length: 60 }, () => ({
      arm: random.next() < 0.5 ? ('challenger' as const) : ('champion' as const),
      score: random.next(),
    }));
    const empty = { sequence: emptySequence, arms: emptyArms };
    const half = addArms(empty, scores.slice(0, 25), 0.5, { alpha });
    const stored = JSON.parse(JSON.stringify(half)) as typeof half;
    expect(addArms(stored, scores.slice(25), 0.5, { alpha })).toEqual(addArms(empty, scores, 0.5, { alpha }));
  });

  it('must be within its bounds', () => {
    expect(() => addPairs(emptySequence, [{ champion: 0, challenger: 1.2 }], { alpha })).toThrow(
      /from 0 to 1 was expected; 1.2/,
    );
    expect(() => addToSequence(emptySequence, [{ value: 3, predicted: 0 }], { alpha, scale: 2 })).toThrow(
      /within 2 of what is predicted/,
    );
    expect(() => addPairs(emptySequence, [{ champion: 0, challenger: Number.NaN }], { alpha })).toThrow();
    expect(intervalOf(emptySequence, { alpha, scale: 2 })).toBeNull();
  });

  it('is of each arm as often as it was to be', () => {
    // By hand: 10 of 10 with a half: the ratio is (10!·0!/11!) / (1/2)^10 = 1024 / 11.
    expect(shareEvidence(10, 10, 0.5)).toBeCloseTo(11 / 1024, 12);
    // 1 of 2 with a half: (1!·1!/3!) / (1/4) = 2/3, which says nothing.
    expect(shareEvidence(2, 1, 0.5)).toBe(1);
    expect(shareEvidence(1000, 300, 0.5)).toBeLessThan(1e-30);
    expect(shareEvidence(1000, 105, 0.1)).toBe(1);
  });
});
