import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, numbersOf, takenValue } from './alert-rules.ts';
import { type Manner, type Standing, step } from './alert-states.ts';

const number = fc.integer({ min: -1_000_000, max: 1_000_000 });
const numbers = fc.array(number, { minLength: 8, maxLength: 60 });

describe('a threshold', () => {
  it('fires past its bound and not on it', () => {
    const above = { kind: 'threshold', is: 'above', value: 5 } as const;
    expect(judge(above, 5, []).firing).toBe(false);
    expect(judge(above, 5.01, [])).toMatchObject({ firing: true, message: '5.01 is above 5' });
    expect(judge({ ...above, is: 'below' }, 4.99, []).firing).toBe(true);
  });

  it('takes the ends of a range as within it, in whichever order they are given', () => {
    for (const [value, upper] of [
      [2, 8],
      [8, 2],
    ] as const) {
      const outside = { kind: 'threshold', is: 'outside', value, upper } as const;
      expect([1, 2, 8, 9].map((each) => judge(outside, each, []).firing)).toEqual([true, false, false, true]);
      expect(judge({ ...outside, is: 'within' }, 8, []).firing).toBe(true);
    }
  });
});

describe('a change', () => {
  const up = { kind: 'change', direction: 'up', amount: 0.2, relative: true } as const;

  it('is against the value before, and the first value is none', () => {
    expect(judge(up, 1000, []).firing).toBe(false);
    expect(judge(up, 120, [5, 100])).toMatchObject({ firing: true, message: '120 after 100 (+20%)' });
    expect(judge(up, 80, [100]).firing).toBe(false);
    expect(judge({ ...up, direction: 'either' }, 80, [100]).firing).toBe(true);
  });

  it('from nothing is without bound, and of nothing is none', () => {
    expect(judge(up, 0.001, [0]).firing).toBe(true);
    expect(judge(up, 0, [0]).firing).toBe(false);
  });

  it('is a share of the size of a negative value', () => {
    expect(judge(up, -70, [-100]).firing).toBe(true);
    expect(judge(up, -130, [-100]).firing).toBe(false);
  });
});

describe('an anomaly', () => {
  const rule = { kind: 'anomaly', z: 3.5, direction: 'either' } as const;

  it('is not called before there are eight values', () => {
    expect(judge(rule, 1e9, [1, 2, 1, 2, 1, 2, 1]).firing).toBe(false);
    expect(judge(rule, 1e9, [1, 2, 1, 2, 1, 2, 1, 2]).firing).toBe(true);
  });

  it('has the score of Iglewicz and Hoaglin', () => {
    // median 5.5, MAD 2.5: 0.6745 * (30 - 5.5) / 2.5 = 6.6101
    const verdict = judge(rule, 30, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(verdict).toMatchObject({ firing: true, message: '30 where 5.5 is usual (robust z 6.6)' });
  });

  it('is told from a level that never moved, and not from itself', () => {
    const level = Array.from({ length: 20 }, () => 7);
    expect(judge(rule, 7, level).firing).toBe(false);
    expect(judge(rule, 7.1, level).firing).toBe(true);
  });

  it('is the same wherever the scale begins and whatever its unit', () => {
    fc.assert(
      fc.property(numbers, number, (before, value) => {
        const scaled = judge(
          rule,
          value * 4 + 1024,
          before.map((each) => each * 4 + 1024),
        );
        const plain = judge(rule, value, before);
        const score = ({ message }: { message: string }) => Number(/z (\S+)\)/.exec(message)?.[1]);
        const near = Math.abs(Math.abs(score(plain)) - 3.5) < 0.2 || Number.isNaN(score(plain));
        expect(near || scaled.firing === plain.firing).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the value of a tile', () => {
  const columns = [
    { name: 'day', type: 'date' as const, unit: null, metric_id: null },
    { name: 'mean', type: 'number' as const, unit: null, metric_id: null },
  ];
  const rows = [
    ['2024-01-01', 3],
    ['2024-01-02', null],
    ['2024-01-03', 5],
  ];

  it('is of the first column of numbers, missing ones left out', () => {
    expect(numbersOf({ columns, rows }, null)).toEqual([3, 5]);
    expect(numbersOf({ columns, rows }, 'none such')).toBeNull();
    expect(takenValue([3, 5], 'last')).toEqual({ value: 5, before: [3] });
    expect(takenValue([3, 5], 'mean')).toEqual({ value: 4, before: [] });
    expect(takenValue([], 'sum')).toBeNull();
  });
});

describe('what is told', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const manner: Manner = { quiet: false, coolDownMinutes: 60, tellMissing: true, tellResolved: true, now };
  const ok: Standing = { status: 'ok', toldAt: null, waiting: false, acknowledged: false, known: false };
  const firing: Standing = { ...ok, status: 'firing', toldAt: now, known: true };

  it('is the beginning once, and the end where the beginning was', () => {
    expect(step(ok, 'firing', manner)).toMatchObject({ told: 'sent', tells: true });
    expect(step(firing, 'firing', manner)).toMatchObject({ told: null, tells: false });
    expect(step(firing, 'ok', manner)).toMatchObject({ told: 'sent', tells: true });
    expect(step({ ...firing, known: false }, 'ok', manner)).toMatchObject({ told: 'off', tells: false });
  });

  it('waits for the end of quiet hours, and is then told if it still stands', () => {
    const quiet = step(ok, 'firing', { ...manner, quiet: true });
    expect(quiet).toMatchObject({ told: 'quiet', tells: false, waiting: true });
    const waiting = { ...firing, toldAt: null, waiting: true, known: false };
    expect(step(waiting, 'firing', { ...manner, quiet: true }).tells).toBe(false);
    expect(step(waiting, 'firing', manner)).toMatchObject({ told: 'sent', tells: true, waiting: false });
    expect(step(waiting, 'ok', manner)).toMatchObject({ tells: false, waiting: false });
    expect(step({ ...waiting, acknowledged: true }, 'firing', manner).tells).toBe(false);
  });

  it('keeps its cool-down, and is told after it', () => {
    const again = { ...ok, toldAt: new Date(now.getTime() - 59 * 60_000) };
    expect(step(again, 'firing', manner)).toMatchObject({ told: 'cool_down', waiting: true });
    const later = { ...manner, now: new Date(now.getTime() + 60_000) };
    expect(step({ ...again, status: 'firing', waiting: true }, 'firing', later).tells).toBe(true);
  });

  it('has missing data as a state of its own', () => {
    expect(step(ok, 'missing', manner)).toMatchObject({ told: 'sent', tells: true });
    expect(step(ok, 'missing', { ...manner, tellMissing: false })).toMatchObject({
      told: 'off',
      tells: false,
    });
    expect(step({ ...firing, status: 'missing' }, 'firing', { ...manner, coolDownMinutes: 0 }).tells).toBe(
      true,
    );
  });

  it('never is more than one message a change, whatever comes', () => {
    const looks = fc.array(
      fc.record({
        next: fc.constantFrom('ok', 'firing', 'missing'),
        quiet: fc.boolean(),
        minutes: fc.nat(90),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(looks, (all) => {
        let standing: Standing = { ...ok, status: 'unknown' };
        let at = now.getTime();
        let told = 0;
        let changes = 0;
        for (const { next, quiet, minutes } of all) {
          at += minutes * 60_000;
          const state = next as 'ok' | 'firing' | 'missing';
          const result = step(standing, state, { ...manner, quiet, now: new Date(at) });
          if (quiet) expect(result.tells).toBe(false);
          if (standing.status !== state) changes += 1;
          if (result.tells) told += 1;
          const bad = state !== 'ok';
          standing = {
            status: state,
            toldAt: result.tells && bad ? new Date(at) : standing.toldAt,
            waiting: bad && result.waiting,
            acknowledged: false,
            known: bad ? result.tells || (standing.known && !result.waiting) : false,
          };
        }
        expect(told).toBeLessThanOrEqual(changes);
      }),
      { numRuns: 200 },
    );
  });
});
