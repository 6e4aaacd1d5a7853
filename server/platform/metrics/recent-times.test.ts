import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentTimes } from './recent-times.ts';

const clock = (start = 1_700_000_000_000) => {
  const time = { now: start };
  return { time, times: new RecentTimes(() => time.now) };
};

describe('times of the last two minutes', () => {
  it('give quantiles to within a twentieth, whatever the times', () => {
    const seconds = fc.double({ min: 1e-5, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(seconds, { minLength: 1, maxLength: 300 }), (given) => {
        const { time, times } = clock();
        for (const each of given) times.record(each);
        time.now += 5_000;
        const { p50_ms, p95_ms, p99_ms, count } = times.over(60);
        const sorted = given.toSorted((a, b) => a - b);
        const exact = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 1000;
        expect(count).toBe(given.length);
        for (const [told, share] of [
          [p50_ms, 0.5],
          [p95_ms, 0.95],
          [p99_ms, 0.99],
        ] as const)
          expect(Math.abs((told ?? 0) / exact(share) - 1)).toBeLessThan(0.05);
      }),
    );
  });

  it('are a rate over whole stretches of five seconds, failures with it', () => {
    const { time, times } = clock();
    for (let second = 0; second < 60; second += 1) {
      for (let n = 0; n < 4; n += 1) times.record(0.01, n === 0);
      time.now += 1_000;
    }
    expect(times.over(60)).toMatchObject({ count: 240, failed: 60, per_second: 4 });
  });

  it('forget what is older, also when nothing came meanwhile', () => {
    const { time, times } = clock();
    times.record(0.01);
    time.now += 5_000;
    expect(times.over(10).count).toBe(1);
    time.now += 120_000;
    expect(times.over(115)).toMatchObject({ count: 0, per_second: 0, p99_ms: null });
    times.record(0.02);
    time.now += 5_000;
    expect(times.over(115).count).toBe(1);
  });
});
