import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstRows } from './first-rows.ts';

describe('the first rows of an answer', () => {
  it('are the rows a full parse begins with, whatever the cells hold', () => {
    const rows = fc.array(fc.array(fc.jsonValue(), { maxLength: 4 }), { maxLength: 12 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 15 }), (given, count) => {
        const text = JSON.stringify(given);
        expect(firstRows(text, count)).toEqual(JSON.parse(text).slice(0, count));
      }),
    );
  });
});
