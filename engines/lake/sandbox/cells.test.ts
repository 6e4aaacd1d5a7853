import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DuckDb, openDuckDb } from '../duckdb.ts';
import { cellWriter, isoDate, isoTimestamp, jsonOf } from './cells.ts';

let db: DuckDb;
beforeAll(async () => {
  db = await openDuckDb({ memoryMb: 200, threads: 1, tempFolder: null });
});
afterAll(() => db.close());

describe('cells against the engine itself', () => {
  const micros = fc.bigInt({ min: -60_000_000_000_000_000n, max: 200_000_000_000_000_000n });

  it('timestamps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(micros, { minLength: 1, maxLength: 200 }), async (list) => {
        const rows = await db.rows(
          `SELECT strftime(make_timestamp(v), '%Y-%m-%dT%H:%M:%S.%f') FROM (SELECT unnest([${list}]::BIGINT[]) AS v)`,
        );
        list.forEach((value, index) => {
          const [seconds = '', fraction = ''] = String(rows[index]?.[0]).split('.');
          const trimmed = fraction === '000000' ? '' : `.${fraction.replace(/000$/, '')}`;
          expect(isoTimestamp(value)).toBe(`${seconds.padStart(19, '0')}${trimmed}`);
        });
      }),
      { numRuns: 10 },
    );
  });

  it('dates', async () => {
    const days = fc.integer({ min: -700_000, max: 2_900_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(days, { minLength: 1, maxLength: 200 }), async (list) => {
        const rows = await db.rows(
          `SELECT strftime(DATE '1970-01-01' + v, '%Y-%m-%d') FROM (SELECT unnest([${list}]::INTEGER[]) AS v)`,
        );
        list.forEach((value, index) => {
          expect(isoDate(value)).toBe(String(rows[index]?.[0]).padStart(10, '0'));
        });
      }),
      { numRuns: 10 },
    );
  });

  it('text written for a column is the JSON of its values', async () => {
    const reader =
      await db.connection.runAndReadAll(`SELECT i, i * 9007199254740991, i / 3, (i / 3)::FLOAT, (i / 4)::DECIMAL(30, 12),
      'é"' || i, i % 2 = 0, DATE '2020-01-01' + i::INTEGER, [i, NULL], {'a': i}, to_hours(i), nullif(i, 2), b
      FROM (SELECT unnest(range(-3, 4)) AS i, encode('x') AS b)`);
    reader.getColumns().forEach((values, index) => {
      const write = cellWriter(reader.columnTypeId(index));
      for (const value of values) {
        const written: unknown = JSON.parse(write(value));
        const expected = jsonOf(value);
        if (typeof expected === 'number' && index === 3)
          expect(Math.fround(Number(written))).toBe(Math.fround(expected));
        else expect(written).toEqual(expected === 0 ? 0 : expected);
      }
    });
  });
});
