import { describe, expect, it } from 'vitest';
import { formatDays, formatPeriod, formatSpan } from './format.ts';

describe('how long something is kept', () => {
  it('is said in years where it is years, leap days counted, and in days elsewhere', () => {
    const said = [1, 30, 180, 364, 365, 366, 1826, 2557, 36_500].map(formatPeriod);
    expect(said).toEqual([
      '1 day',
      '30 days',
      '180 days',
      '364 days',
      '1 year',
      '366 days',
      '5 years',
      '7 years',
      '36,500 days',
    ]);
  });
});

describe('a span of time', () => {
  it('names a day once where it begins and ends on it', () => {
    const day = /Nov/g;
    expect(formatSpan('2026-11-21T12:01:00', '2026-11-21T12:59:00').match(day)).toHaveLength(1);
    expect(formatSpan('2026-11-21T12:01:00', '2026-11-23T12:59:00').match(day)).toHaveLength(2);
    expect(formatDays('2026-11-21T12:00:00', '2026-11-21T13:00:00').match(/2026/g)).toHaveLength(1);
  });
});
