import type { BoardVariable } from '@stroma/contracts';
import { openDuckDb } from '@stroma/lake';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillVariables } from './variables.ts';

const variable = (type: BoardVariable['type'], more: Partial<BoardVariable> = {}): BoardVariable => ({
  name: 'x',
  label: '',
  type,
  value: type === 'list' ? [] : null,
  choices: [],
  ...more,
});
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      "'",
      "''",
      '"',
      '--',
      '/*',
      '$$',
      '$1',
      '{{x}}',
      '\\',
      "') OR (true --",
      'é',
      '1; DROP TABLE t',
    ),
  )
  .filter((each) => !each.includes('\0') && each.isWellFormed());

describe('a variable in SQL', () => {
  it('is a parameter: what it holds never stands in the statement that runs', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const filled = (value: string) =>
          fillVariables('SELECT {{x}}, {{ x }}', [variable('text')], { x: value });
        expect(filled(one).sql).toBe(filled(other).sql);
        expect(filled(one)).toMatchObject({
          sql: 'SELECT CAST($1 AS VARCHAR), CAST($1 AS VARCHAR)',
          params: [one],
        });
      }),
    );
  });

  it('is written out for people as text that means the same', async () => {
    using db = await openDuckDb({ memoryMb: 128, threads: 1, tempFolder: null });
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { shown } = fillVariables('SELECT {{x}}', [variable('text')], { x: value });
        expect(await db.rows(shown)).toEqual([[value]]);
      }),
      { numRuns: 100 },
    );
  });

  it('has the type it was given', () => {
    const filled = (type: BoardVariable['type'], x: never) =>
      fillVariables('{{x}}', [variable(type)], { x }).shown;
    expect(filled('number', 7 as never)).toBe('7');
    expect(filled('date', '2024-02-01' as never)).toBe("DATE '2024-02-01'");
    expect(filled('date', '2024-02-01T10:00:00Z' as never)).toBe("TIMESTAMP '2024-02-01T10:00:00Z'");
    expect(filled('list', [1, 'a', null] as never)).toBe("(1, 'a', NULL)");
    expect(filled('list', [] as never)).toBe('(NULL)');
  });

  it.each([
    ['SELECT {{y}}', variable('text'), 'a', /no such variable/],
    ["SELECT '{{x}}'", variable('text'), 'a', /without quotes/],
    ['SELECT "{{x}}"', variable('text'), 'a', /without quotes/],
    ['SELECT 1 -- {{x}}', variable('text'), 'a', /comment/],
    ['SELECT {{x}}', variable('number'), '1 OR true', /is number/],
    ['SELECT {{x}}', variable('date'), 'tomorrow', /is date/],
    ['SELECT {{x}}', variable('text'), ['a'], /one text/],
    ['SELECT {{x}}', variable('list'), 'a', /list/],
    ['SELECT {{x}}', variable('text', { choices: ['a', 'b'] }), 'c', /can be a, b/],
    ['SELECT {{x}}', variable('text'), 'a\0b', /character/],
  ] as const)('%s with %o set to %j is refused with what to write', (sql, given, value, message) => {
    const chosen = { x: Array.isArray(value) ? [...value] : (value as string) };
    expect(() => fillVariables(sql, [given], chosen)).toThrow(message);
  });
});
