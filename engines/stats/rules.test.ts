import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalDeviate } from './extreme-deviates.ts';
import {
  decompose,
  extremeDeviates,
  levelCost,
  madToSd,
  mannKendall,
  median,
  medianDeviation,
  noiseScale,
  outlierRange,
  pelt,
  pooled,
  runningMedian,
  seasonalStrength,
  senSlope,
  without,
} from './index.ts';

const values = (least: number, most: number) =>
  fc
    .array(fc.integer({ min: -1000, max: 1000 }), { minLength: least, maxLength: most })
    .map((all) => Float64Array.from(all, (value) => value / 8));
const runs = { numRuns: 60, seed: 4 };

function noise(seed: number, n: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: n }, () => random.normal());
}

/** The test as it is written down, one value after the other. */
function deviatesByHand(all: Float64Array, alpha: number, most: number): number[] {
  const left = [...all.entries()];
  const removed: number[] = [];
  let found = 0;
  for (let step = 1; step <= Math.min(most, all.length - 3); step++) {
    const rest = Float64Array.from(left, ([, value]) => value);
    const centre = median(rest);
    const scale = madToSd * medianDeviation(rest, centre);
    if (!(scale > 0)) break;
    const far = left.reduce((a, b) => (Math.abs(b[1] - centre) > Math.abs(a[1] - centre) ? b : a));
    left.splice(left.indexOf(far), 1);
    removed.push(far[0]);
    if (Math.abs(far[1] - centre) / scale > criticalDeviate(all.length, step, alpha)) found = step;
  }
  return removed.slice(0, found);
}

describe('extreme deviates', () => {
  it('are those of the test done by hand, for any values', () => {
    fc.assert(
      fc.property(values(5, 40), (all) => {
        const ours = extremeDeviates(all, { alpha: 0.05, most: 8, robust: true });
        const hand = deviatesByHand(all, 0.05, 8);
        // Of two equally far on both sides either may go first.
        expect(ours.length).toBe(hand.length);
      }),
      runs,
    );
  });

  it("find Rosner's three outliers in his data", () => {
    // NIST/SEMATECH e-Handbook, 1.3.5.17.3, after Rosner 1983: 3 outliers at alpha 0.05 of at most 10.
    const rosner = Float64Array.of(
      ...[
        -0.25, 0.68, 0.94, 1.15, 1.2, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69,
      ],
      ...[1.7, 1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.1, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35],
      ...[2.37, 2.4, 2.47, 2.54, 2.62, 2.64, 2.9, 2.92, 2.92, 2.93, 3.21, 3.26, 3.3, 3.59, 3.68, 4.3, 4.64],
      ...[5.34, 5.42, 6.01],
    );
    const found = extremeDeviates(rosner, { alpha: 0.05, most: 10, robust: false });
    expect(found.map((at) => rosner[at])).toEqual([6.01, 5.42, 5.34]);
    expect(criticalDeviate(54, 1, 0.05)).toBeCloseTo(3.159, 3);
  });

  it('do not depend on unit or zero', () => {
    const all = noise(3, 200);
    all[17] = 9;
    const before = extremeDeviates(all, { alpha: 0.05, most: 10, robust: true });
    const after = extremeDeviates(
      all.map((value) => 40 - 8 * value),
      { alpha: 0.05, most: 10, robust: true },
    );
    expect(before).toContain(17);
    expect(after).toEqual(before);
  });

  it('call something odd in white noise at about the stated rate', () => {
    const rounds = 300;
    let called = 0;
    for (let seed = 0; seed < rounds; seed++)
      called += extremeDeviates(noise(seed, 500), { alpha: 0.05, most: 25, robust: true }).length > 0 ? 1 : 0;
    // 5 % stated, and the spread of 300 rounds; the MAD of 500 values adds a little.
    expect(called / rounds).toBeLessThan(0.1);
  });
});

describe('trends', () => {
  it('turn with the order and scale with the unit', () => {
    fc.assert(
      fc.property(values(4, 40), (all) => {
        const forth = mannKendall(all);
        expect(mannKendall(all.toReversed()).s + forth.s).toBe(0);
        expect(mannKendall(all.map((value) => 3 * value + 7)).s).toBe(forth.s);
        const { slope } = senSlope(all);
        expect(senSlope(all.map((value) => 4 * value - 1)).slope).toBeCloseTo(4 * slope, 9);
      }),
      runs,
    );
  });

  it('are seen in white noise at the stated rate', () => {
    let seen = 0;
    for (let seed = 0; seed < 400; seed++) seen += mannKendall(noise(seed, 60)).p <= 0.05 ? 1 : 0;
    expect(seen / 400).toBeGreaterThan(0.02);
    expect(seen / 400).toBeLessThan(0.08);
  });
});

describe('change points', () => {
  it('cost as little as the best of all divisions', () => {
    fc.assert(
      fc.property(values(6, 18), fc.integer({ min: 1, max: 4000 }), (all, penalty) => {
        const cost = levelCost(all);
        const n = all.length;
        const best = new Array<number>(n + 1).fill(Number.POSITIVE_INFINITY);
        best[0] = -penalty;
        for (let to = 2; to <= n; to++)
          for (let from = 0; from <= to - 2; from++)
            best[to] = Math.min(best[to] as number, (best[from] as number) + cost(from, to) + penalty);
        const edges = [0, ...pelt(n, cost, penalty, 2), n];
        let ours = -penalty;
        for (let at = 1; at < edges.length; at++)
          ours += cost(edges[at - 1] as number, edges[at] as number) + penalty;
        expect(ours).toBeCloseTo(best[n] as number, 6);
      }),
      runs,
    );
  });

  it('measure correlated noise by its long-run variance', () => {
    const white = noise(9, 4000);
    const waves = white.slice();
    for (let at = 1; at < waves.length; at++)
      waves[at] = 0.6 * (waves[at - 1] as number) + (white[at] as number);
    expect(noiseScale(white).correlation).toBeLessThan(0.1);
    expect(noiseScale(waves).correlation).toBeGreaterThan(0.5);
    // sigma² (1 + rho) / (1 - rho) of AR(1) with rho 0.6 and unit innovations: 1 / (1 - 0.6)² = 6.25
    expect(noiseScale(waves).longRunVariance).toBeGreaterThan(5);
    expect(noiseScale(waves).longRunVariance).toBeLessThan(11);
  });
});

describe('seasons', () => {
  it('and what is left make up the series', () => {
    fc.assert(
      fc.property(values(12, 60), fc.integer({ min: 2, max: 6 }), (all, period) => {
        const { trend, season, remainder } = decompose(all, period);
        for (const [at, value] of all.entries())
          expect((trend[at] ?? 0) + (season[at % period] ?? 0) + (remainder[at] ?? 0)).toBeCloseTo(value, 9);
      }),
      runs,
    );
  });

  it('are strong where there is one and weak where there is none', () => {
    const plain = noise(2, 600);
    const wave = plain.map((value, at) => value + 3 * Math.sin((2 * Math.PI * at) / 24));
    expect(seasonalStrength(decompose(wave, 24))).toBeGreaterThan(0.7);
    expect(seasonalStrength(decompose(plain, 24, 120))).toBeLessThan(0.25);
  });

  it('rest on running medians that are those of each window', () => {
    fc.assert(
      fc.property(values(3, 40), fc.integer({ min: 1, max: 12 }), (all, width) => {
        const size = Math.min(all.length, width);
        const half = size >> 1;
        for (const [at, value] of runningMedian(all, width).entries()) {
          const from = Math.max(0, Math.min(all.length - size, at - half));
          expect(value).toBeCloseTo(median(all.slice(from, from + size)), 12);
        }
      }),
      runs,
    );
  });
});

describe('ranges and moments', () => {
  it('move with the unit', () => {
    const range = outlierRange({ n: 100, median: 5, mad: 1, q1: 4, q3: 6 }, 0.05);
    const scaled = outlierRange({ n: 100, median: 50, mad: 10, q1: 40, q3: 60 }, 0.05);
    expect(scaled?.upper).toBeCloseTo(10 * (range?.upper ?? 0), 9);
    expect(outlierRange({ n: 100, median: 5, mad: 0, q1: 5, q3: 5 }, 0.05)).toBeNull();
    expect(outlierRange({ n: 1e6, median: 0, mad: 1, q1: -1, q3: 1 }, 0.05)?.z).toBeGreaterThan(5);
  });

  it('of a part and the rest make those of the whole', () => {
    fc.assert(
      fc.property(values(3, 20), values(3, 20), (a, b) => {
        const of = (all: Float64Array) => {
          const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
          const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
          return { n: all.length, mean, sd: Math.sqrt(squares / (all.length - 1)) };
        };
        const whole = pooled(of(a), of(b));
        const together = of(Float64Array.of(...a, ...b));
        expect(whole.mean).toBeCloseTo(together.mean, 8);
        expect(whole.sd).toBeCloseTo(together.sd, 8);
        expect(without(whole, of(a)).mean).toBeCloseTo(of(b).mean, 8);
        expect(without(whole, of(a)).sd).toBeCloseTo(of(b).sd, 5);
      }),
      runs,
    );
  });
});
