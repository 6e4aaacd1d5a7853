import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnDecimals, columnWidths, shownText } from './column-widths.ts';

const columns = [{ name: 'value', type: 'number' as const }];
const decimalsFor = (values: number[]) =>
  columnDecimals(
    columns,
    values.map((value) => [value]),
  )[0] ?? 0;

describe('numbers in a grid', () => {
  it('are never shown as another number, whatever stood in the rows that were measured', () => {
    const number = fc.double({ noNaN: true, min: -1e300, max: 1e300 });
    fc.assert(
      fc.property(fc.array(number, { maxLength: 5 }), number, (measured, value) => {
        const shown = Number(shownText(value, 'number', decimalsFor(measured)));
        expect(Math.abs(shown - value)).toBeLessThanOrEqual(Math.abs(value) * 5.1e-5);
      }),
    );
  });

  it('keep every digit of measured data', () => {
    expect(shownText(258.7047, 'number', decimalsFor([249.56, 258.7047]))).toBe('258.7047');
    expect(shownText(17.0312, 'number', decimalsFor([-100, -99]))).toBe('17.0312');
  });

  it('stand under each other', () => {
    const values = [249.56, 258.7047, 300];
    expect(values.map((value) => shownText(value, 'number', decimalsFor(values)))).toEqual([
      '249.5600',
      '258.7047',
      '300.0000',
    ]);
  });

  it('are rounded to six digits when they were computed', () => {
    expect(shownText(256.65180555555554, 'number', decimalsFor([256.65180555555554]))).toBe('256.652');
  });

  it('leave years, counts and large integers as they are', () => {
    expect(shownText(2024, 'integer', 3)).toBe('2024');
    expect(shownText('9007199254740993', 'integer', 3)).toBe('9007199254740993');
    expect(shownText(null, 'number', 2)).toBeNull();
  });
});

describe('column widths', () => {
  it('hold the longest cell, within bounds', () => {
    const wide = columnWidths([{ name: 'text', type: 'text' }], [['x'.repeat(1000)], ['short']], [0]);
    const narrow = columnWidths([{ name: 'a', type: 'integer' }], [[1]], [0]);
    expect(wide).toEqual([336]);
    expect(narrow).toEqual([80]);
  });
});
