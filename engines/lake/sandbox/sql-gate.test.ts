import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DuckDb, openDuckDb } from '../duckdb.ts';
import { allowedFunctions, allowedTableFunctions } from './allowed-functions.ts';
import { checkText, checkTree, Refusal } from './sql-gate.ts';

let db: DuckDb;
beforeAll(async () => {
  db = await openDuckDb({ memoryMb: 200, threads: 1, tempFolder: null });
});
afterAll(() => db.close());

/** The tables a statement reads, or the code it is refused with. */
async function gate(sql: string, ...sources: string[]): Promise<string[] | string> {
  const reader = await db.connection.runAndReadAll(
    'SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true, skip_default := true)',
    [sql],
  );
  try {
    checkText(sql);
    return [...checkTree(JSON.parse(String(reader.getRows()[0]?.[0])), sources).tables];
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('the gate', () => {
  it('lists only functions the engine has, but for those its parser makes', async () => {
    const rows = await db.rows('SELECT DISTINCT lower(function_name) FROM duckdb_functions()');
    const known = new Set([...rows.map((row) => String(row[0])), 'overlay', 'position', 'unnest']);
    expect([...allowedFunctions, ...allowedTableFunctions].filter((name) => !known.has(name))).toEqual([]);
  });

  it.each([
    ['SELECT * FROM t', ['t']],
    ['SELECT * FROM T JOIN "u v" ON true', ['t', 'u v']],
    ['SELECT * FROM main.t', ['t']],
    ['WITH t AS (SELECT 1) SELECT * FROM t', []],
    ['WITH x AS (FROM t) SELECT * FROM x', ['t']],
    ['WITH t AS (SELECT 1) SELECT * FROM main.t', ['t']],
    ['SELECT (WITH y AS (SELECT 1) SELECT count(*) FROM y, t)', ['t']],
    ['WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) FROM r', []],
    ['SELECT a FROM t EXCEPT SELECT a FROM "u v"', ['t', 'u v']],
    ['SELECT * FROM t TABLESAMPLE 10%', ['t']],
    ['DESCRIBE t', ['t']],
    ['SUMMARIZE FROM t', ['t']],
    ["FROM t PIVOT (sum(a) FOR b IN ('x', 'y'))", ['t']],
    ['UNPIVOT t ON a, b', ['t']],
    ['SHOW TABLES', ['t', 'u v']],
    ['FROM range(10) SELECT list(range)', []],
    [
      "SELECT extract(year FROM d), d AT TIME ZONE 'UTC', a[1:2], {'k': a}, [x * 2 FOR x IN l IF x > 1] FROM t",
      ['t'],
    ],
    [
      "SELECT trim(both ' ' FROM a), position('x' IN a), a LIKE 'b%', a ~ 'c', INTERVAL 1 DAY, if(a, 1, 2) FROM t",
      ['t'],
    ],
    [
      'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), count(*) FILTER (a > 1) OVER w FROM t WINDOW w AS ()',
      ['t'],
    ],
    ['SELECT array(SELECT a FROM t), EXISTS (FROM t), a = ANY (FROM t) FROM t', ['t']],
    [
      'SELECT GROUPING(a), count(*) FROM t GROUP BY ROLLUP (a, b) HAVING count(*) > 1 QUALIFY true ORDER BY ALL',
      ['t'],
    ],
    ["SELECT COLUMNS(lambda c: c LIKE 'a%'), t.* EXCLUDE (a) REPLACE (b + 1 AS b) FROM t", ['t']],
    ['SELECT * FROM t ASOF JOIN "u v" USING (a) ORDER BY 1 LIMIT 10% OFFSET 1', ['t', 'u v']],
    ['SELECT * FROM t, unnest(l), json_each(j)', ['t']],
    ["VALUES (1, DATE '2020-01-01', 1::DECIMAL(10, 2), CAST(NULL AS STRUCT(a INT)))", []],
    ['SELECT * FROM elsewhere', 'SQL_INVALID'],
    ['SELECT * FROM temp.t', 'SQL_INVALID'],
    ['WITH x AS (SELECT 1 FROM x) SELECT 1', 'SQL_INVALID'],
    ['SELECT 1 FROM (WITH z AS (SELECT 1) FROM z), z', 'SQL_INVALID'],
    ["SELECT current_setting('x') FROM t", 'SQL_NOT_ALLOWED'],
  ])('%s', async (sql, expected) => {
    expect(await gate(sql, 't', 'u v')).toEqual(expected);
  });

  it('answers any text with tables or a refusal', async () => {
    const words = fc.constantFrom(
      'SELECT',
      '*',
      'FROM',
      't',
      "'x'",
      '(',
      ')',
      ',',
      'WITH',
      'AS',
      'UNION',
      'range(3)',
      ';',
      '--',
      '/*',
      '*/',
      '"',
      '$1',
      'PIVOT',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.array(words).map((list) => list.join(' ')),
          fc.string({ unit: 'binary' }),
        ),
        async (sql) => {
          if (sql.includes('\0') || !sql.isWellFormed()) expect(() => checkText(sql)).toThrow(Refusal);
          else {
            const tables = await gate(sql, 't');
            if (Array.isArray(tables)) expect(['t']).toEqual(expect.arrayContaining(tables));
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
