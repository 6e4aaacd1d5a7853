import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOffset, findSpans, hierarchyOfCsv, hierarchyOfTree, mapperOf, pseudonym } from '../index.ts';

const key = new Uint8Array(32).fill(3);
const material = { key, known: new Set<string>() };

describe('pseudonyms and shifts', () => {
  it('gives different values different pseudonyms, and another key others', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 200 }), (values) => {
        const made = values.map((value) => pseudonym(key, value));
        expect(new Set(made).size).toBe(values.length);
        expect(made).toEqual(values.map((value) => pseudonym(key, value)));
        expect(pseudonym(new Uint8Array(32), values[0] ?? '')).not.toBe(made[0]);
      }),
    );
  });

  it('moves a person by the same days each time, never by none, at most as far as said', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 3650 }), (person, most) => {
        const days = dateOffset(key, person, most);
        expect(days).toBe(dateOffset(key, person, most));
        expect(Math.abs(days)).toBeGreaterThanOrEqual(1);
        expect(Math.abs(days)).toBeLessThanOrEqual(most);
      }),
    );
    const all = new Set(Array.from({ length: 400 }, (_, n) => dateOffset(key, `p${n}`, 3)));
    expect([...all].sort((a, b) => a - b)).toEqual([-3, -2, -1, 1, 2, 3]);
  });
});

describe('actions on values', () => {
  const zip = mapperOf({ kind: 'zip3' }, material);

  it('keeps three digits of a ZIP code where more than 20,000 people live', () => {
    expect(['02139', '2139', '94110-1234', '03601', '10203', 'unknown'].map(zip)).toEqual([
      '021',
      '021',
      '941',
      '000',
      '000',
      '000',
    ]);
  });

  it('masks at least one character and never tells how long a long value is', () => {
    const mask = mapperOf({ kind: 'mask', keepStart: 2, keepEnd: 1 }, material);
    expect(['a', 'ab', 'abcdefg', 'a'.repeat(40)].map(mask)).toEqual(['*', 'a*', 'ab****g', 'aa********a']);
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        expect(mask(value)).toContain('*');
      }),
    );
  });

  it('puts every number into the bin it lies in', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 2, max: 50 }), (value, width) => {
        const [, from, to] =
          /^(-?\d+) to (-?\d+)$/.exec(
            mapperOf({ kind: 'bins', width, origin: 0 }, material)(String(value)),
          ) ?? [];
        expect(value).toBeGreaterThanOrEqual(Number(from));
        expect(value).toBeLessThanOrEqual(Number(to));
        expect(Number(to) - Number(from)).toBe(width - 1);
      }),
    );
  });

  it('joins births that would tell an age over 89, and ages over it', () => {
    const year = mapperOf({ kind: 'period', unit: 'year', oldestYear: 1936 }, material);
    expect(['1930-02-01', '1936-12-31', '1950-05-05'].map(year)).toEqual([
      '1936 or before',
      '1936 or before',
      '1950',
    ]);
    expect(['88', '89', '90', '103'].map(mapperOf({ kind: 'top_code', above: 89 }, material))).toEqual([
      '88',
      '89',
      '90',
      '90',
    ]);
    const quarter = mapperOf({ kind: 'period', unit: 'quarter', oldestYear: null }, material);
    expect(['2021-03-31', '2021-04-01 10:00:00', 'soon'].map(quarter)).toEqual(['2021-Q1', '2021-Q2', '*']);
  });

  it('takes known values and everything found out of texts', () => {
    const redact = mapperOf(
      { kind: 'redact_text', replacement: 'label', kinds: null },
      { key, known: new Set(['zephyrine', 'x-77-1']) },
    );
    expect(redact('Met Zephyrine (x-77-1) on 2021-03-04.')).toBe(
      'Met [unique code] ([unique code]) on [date].',
    );
    const again = mapperOf(
      { kind: 'redact_text', replacement: 'pseudonym', kinds: new Set(['email'] as const) },
      material,
    );
    const [one = '', other = ''] = ['write a@b.org', 'or A@B.org, 2021-03-04'].map(again);
    expect(/\[email ([0-9a-f]{8})\]/.exec(one)?.[1]).toBe(/\[email ([0-9a-f]{8})\]/.exec(other)?.[1]);
    expect(other).toContain('2021-03-04');
    expect(findSpans(redact('Call 555-123-4567, Dr. Alice Meyer.')).length).toBe(0);
  });
});

describe('hierarchies', () => {
  it('are read from CSV with either delimiter and quotes', () => {
    const steps = hierarchyOfCsv('asthma;lung;*\n"flu; type A";lung;*\nulcer;stomach;*\n');
    expect(steps.levels).toBe(2);
    expect([0, 1, 2].map((level) => steps.at('flu; type A', level))).toEqual(['flu; type A', 'lung', '*']);
    expect(steps.at('unheard of', 1)).toBe('*');
  });

  it('are read from a tree', () => {
    const steps = hierarchyOfTree({
      name: '*',
      children: [
        { name: 'lung', children: [{ name: 'asthma' }, { name: 'flu' }] },
        { name: 'stomach', children: [{ name: 'ulcer' }] },
      ],
    });
    expect([0, 1, 2].map((level) => steps.at('flu', level))).toEqual(['flu', 'lung', '*']);
  });

  it('refuse a value with two parents', () => {
    expect(() => hierarchyOfCsv('a;x;*\nb;x;y')).toThrow(/one parent/);
    expect(() => hierarchyOfCsv('a;x\nb;x;y')).toThrow(/same number of levels/);
  });
});
