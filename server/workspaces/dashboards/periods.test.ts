import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsOf, periodBefore, periodEnd } from './periods.ts';

const now = new Date('2024-03-31T12:34:56.789Z');

describe('a time range', () => {
  it('that ends now reaches back by the calendar, and is the same question for a while', () => {
    const last = (duration: string, at = now) => momentsOf({ column: null, last: duration }, at);
    expect(last('P7D')).toEqual({ from: '2024-03-24T12:35:00.000Z', to: '2024-03-31T12:35:00.000Z' });
    expect(last('P1Y')).toMatchObject({ from: '2023-03-31T12:35:00.000Z' });
    expect(last('PT1H')).toEqual({ from: '2024-03-31T11:35:00.000Z', to: '2024-03-31T12:35:00.000Z' });
    expect(last('PT1H', new Date('2024-03-31T12:34:51Z'))).toEqual(last('PT1H'));
    expect(last('PT1H', new Date('2024-03-31T12:35:01Z'))).not.toEqual(last('PT1H'));
  });

  it('is compared with the one of the same length that ends where it begins', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((days) => new Date(days * 86_400_000).toISOString());
    fc.assert(
      fc.property(day, day, (from, to) => {
        const before = periodBefore({ from, to });
        if (from >= to) expect(before).toBeNull();
        else {
          expect(before?.to).toBe(from);
          const length = (a: string, b: string) => Date.parse(b) - Date.parse(a);
          expect(length(before?.from ?? '', from)).toBe(length(from, to));
        }
      }),
    );
    // Days count in whole: February is compared with the 29 days before it.
    expect(periodBefore({ from: '2024-02-01', to: '2024-02-29' })?.from).toBe('2024-01-03T00:00:00.000Z');
    expect(periodBefore({ from: null, to: '2024-02-29' })).toBeNull();
  });
});

describe('a period that was clicked', () => {
  it.each([
    ['2024-01-01', 'year', '2025-01-01'],
    ['2023-10-01', 'quarter', '2024-01-01'],
    ['2024-02-01', 'month', '2024-03-01'],
    ['2024-02-26', 'week', '2024-03-04'],
    ['2024-02-28', 'day', '2024-02-29'],
  ] as const)('%s of %s ends before %s', (start, grain, end) => {
    expect(periodEnd(start, grain, true)).toBe(end);
    expect(periodEnd(start, grain, false)).toBe(`${end}T00:00:00.000Z`);
  });

  it('takes moments without an offset for UTC, and says no to what is none', () => {
    expect(periodEnd('2024-01-01T23:00:00', 'hour', false)).toBe('2024-01-02T00:00:00.000Z');
    expect(periodEnd('2024-01-01 23:30:00', 'minute', false)).toBe('2024-01-01T23:31:00.000Z');
    expect(periodEnd('spring', 'month', true)).toBeNull();
  });
});
