import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonValue } from '@stroma/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb, quoteLiteral } from '../duckdb.ts';
import type { SqlOptions, SqlSource } from './sql-engine.ts';
import { SqlSandbox } from './sql-sandbox.ts';

let folder: string;
let sandbox: SqlSandbox;
let sources: SqlSource[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stroma-sandbox-'));
  const table = async (name: string, select: string): Promise<SqlSource> => {
    const path = join(folder, `${sources?.length ?? 0}-${Math.abs(name.length)}.parquet`);
    using db = await openDuckDb({ memoryMb: 500, threads: 1, tempFolder: null });
    await db.run(`COPY (${select}) TO ${quoteLiteral(path)} (FORMAT parquet)`);
    return { name, path };
  };
  sources = [];
  sources.push(
    await table(
      'dataset',
      "SELECT i AS id, i % 5 AS grp, i / 10 AS x, 'v' || i AS label FROM range(5000) t(i)",
    ),
  );
  sources.push(await table('odd "name"; drop', 'SELECT 1 AS "a""b", 2 AS "é 🧬"'));
  sandbox = new SqlSandbox({
    processes: 2,
    scratchFolder: join(folder, 'scratch'),
    limits: { timeoutMs: 10_000 },
  });
});

afterAll(async () => {
  await sandbox.close();
  expect(await readdir(join(folder, 'scratch'))).toEqual([]);
  await rm(folder, { recursive: true });
});

const rows = async (sql: string, options?: SqlOptions) => (await sandbox.query(sql, sources, options)).rows;
const value = async (expression: string): Promise<JsonValue | undefined> =>
  (await rows(`SELECT ${expression}`))[0]?.[0];
const failure = async (sql: string, options?: SqlOptions) => {
  try {
    await sandbox.query(sql, sources, options);
  } catch (error) {
    return error as { code: string; message: string; details: Record<string, unknown> };
  }
  throw new Error(`expected a failure: ${sql}`);
};

describe('answers', () => {
  it('gives columns and rows of a group-by in order', async () => {
    const result = await sandbox.query(
      'SELECT grp, count(*) AS n FROM dataset GROUP BY grp ORDER BY grp LIMIT 2',
      sources,
    );
    expect(result.columns).toEqual([
      { name: 'grp', type: 'integer' },
      { name: 'n', type: 'integer' },
    ]);
    expect(result.rows).toEqual([
      [0, 1000],
      [1, 1000],
    ]);
    expect(result.truncated).toBe(false);
    expect(result.execution_ms).toBeGreaterThan(0);
  });

  it('reads tables and columns with any text as their name, in any ASCII case', async () => {
    expect(await rows('SELECT "a""b", "é 🧬" FROM "odd ""name""; drop"')).toEqual([[1, 2]]);
    expect(await rows('FROM DATASET SELECT count(*)')).toEqual([[5000]]);
    expect(await rows('SELECT count(*) FROM memory.main."dataset"')).toEqual([[5000]]);
  });

  it('binds parameters as values', async () => {
    expect(await rows('SELECT label FROM dataset WHERE id = ? AND label = ?', { params: [7, 'v7'] })).toEqual(
      [['v7']],
    );
    expect(await rows('SELECT $2, $1', { params: ["'; DROP TABLE x --", null] })).toEqual([
      [null, "'; DROP TABLE x --"],
    ]);
    expect((await failure('SELECT ?', { params: [] })).code).toBe('SQL_INVALID');
  });

  it('says when rows were left out', async () => {
    const byRows = await sandbox.query('SELECT id FROM dataset', sources, { limits: { maxRows: 10 } });
    expect([byRows.rows.length, byRows.truncated]).toEqual([10, true]);
    const exact = await sandbox.query('SELECT id FROM dataset LIMIT 10', sources, {
      limits: { maxRows: 10 },
    });
    expect([exact.rows.length, exact.truncated]).toEqual([10, false]);
    const byBytes = await sandbox.query('SELECT label FROM dataset', sources, { limits: { maxBytes: 1000 } });
    expect(byBytes.truncated).toBe(true);
    expect(JSON.stringify(byBytes.rows).length).toBeLessThanOrEqual(1000);
  });

  it('gives the same rows as JSON text', async () => {
    const sql = "SELECT id, x, label, {'i': id, 't': 'é\"\n'} FROM dataset ORDER BY id";
    const parsed = await sandbox.query(sql, sources);
    const text = await sandbox.queryJson(sql, sources);
    expect(JSON.parse(text.rowsJson.toString())).toEqual(parsed.rows);
    expect(text.rowCount).toBe(parsed.rows.length);
    expect((await sandbox.queryJson('SELECT 1 WHERE false', sources)).rowsJson.toString()).toBe('[]');
  });

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['170141183460469231731687303715884105727::HUGEINT', '170141183460469231731687303715884105727'],
    ['1.25', 1.25],
    ['-0.001', -0.001],
    ['0.1::FLOAT', 0.1],
    ['123456789012345678.90::DECIMAL(20,2)', '123456789012345678.90'],
    ["'NaN'::DOUBLE", null],
    ["'-inf'::DOUBLE", null],
    ["'inf'::FLOAT", null],
    ['1e400', null],
    ["DATE '1969-12-31'", '1969-12-31'],
    ["DATE '0044-03-15 (BC)'", '-000043-03-15'],
    ["'infinity'::DATE", null],
    ["TIMESTAMP '1969-12-31 23:59:59.000001'", '1969-12-31T23:59:59.000001'],
    ["TIMESTAMP '2024-02-29 10:00:00'", '2024-02-29T10:00:00'],
    ["TIMESTAMPTZ '2024-02-29 10:00:00.5+02'", '2024-02-29T08:00:00.500Z'],
    ["TIMESTAMP_NS '2024-02-29 10:00:00.123456789'", '2024-02-29T10:00:00.123456'],
    ["'infinity'::TIMESTAMP", null],
    ["TIME '23:59:59.25'", '23:59:59.250'],
    ["INTERVAL '14 months 3 days 4 hours 5 minutes 6.5 seconds'", 'P1Y2M3DT4H5M6.5S'],
    ["INTERVAL '0 days'", 'PT0S'],
    ["'\\x00\\xFF'::BLOB", 'AP8='],
    ["'a\"b\\é🧬'", 'a"b\\é🧬'],
    ['[1, NULL, 3]', [1, null, 3]],
    ["{'a': 1, 'b': DATE '2020-01-01'}", { a: 1, b: '2020-01-01' }],
    ["MAP {'k': 1.5}", { k: 1.5 }],
    ['MAP {1: 2}', [{ key: 1, value: 2 }]],
    ["'a'::ENUM('a', 'b')", 'a'],
    ["'5bd1c2ab-f55c-4b2e-8d7c-d4a5a5a8a8a8'::UUID", '5bd1c2ab-f55c-4b2e-8d7c-d4a5a5a8a8a8'],
    ['true', true],
    ['NULL', null],
  ] as [string, JsonValue][])('writes %s as %j', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected);
  });
});

describe('answers as Parquet', () => {
  it('are written with their types, whole and in order, and no more may be done than read', async () => {
    const target = join(folder, 'answer.parquet');
    const sql =
      "SELECT id, x, DATE '2024-02-29' AS day, label FROM dataset ORDER BY id DESC; -- the newest first\n ; ";
    await expect(sandbox.writeParquet(sql, sources, target)).rejects.toThrow();
    const written = await sandbox.writeParquet(sql.replace(/; --[^;]*;/, ' -- no more;'), sources, target);
    expect(written.rows).toBe(5000);
    const [only] = (
      await sandbox.query(
        "SELECT count(*), arg_min(id, n), min(typeof(day)) || ' ' || min(typeof(x)) FROM (SELECT *, row_number() OVER () AS n FROM answer)",
        [{ name: 'answer', path: target }],
      )
    ).rows;
    expect(only).toEqual([5000, 4999, 'DATE DOUBLE']);
    for (const other of ['DELETE FROM dataset', "SELECT 1) TO 'x' (FORMAT csv); SELECT (1"])
      await expect(sandbox.writeParquet(other, sources, join(folder, 'none'))).rejects.toMatchObject({
        code: expect.stringMatching(/SQL_/),
      });
    expect(await readdir(folder)).not.toContain('none');
  });
});

describe('mistakes', () => {
  it('says where and what was meant', async () => {
    const { valid, errors } = await sandbox.validate('SELECT id,\n  "é", lable FROM dataset', sources);
    expect(valid).toBe(false);
    expect(errors[0]).toMatchObject({ code: 'SQL_INVALID', line: 2, column: 3 });
    const column = await failure('SELECT lable FROM dataset');
    expect(column).toMatchObject({ code: 'SQL_INVALID', details: { line: 1, column: 8 } });
    expect(column.message).toContain('label');
    expect((await failure('SELECT * FROM datset')).message).toContain('Did you mean "dataset"?');
    expect((await failure('SELECT medain(x) FROM dataset')).message).toContain('Did you mean median?');
    expect(await failure('SELEC 1')).toMatchObject({ code: 'SQL_INVALID', details: { line: 1, column: 1 } });
  });

  it('validates without running', async () => {
    expect(await sandbox.validate("SELECT error('it ran') FROM dataset", sources)).toEqual({
      valid: true,
      errors: [],
    });
    expect((await sandbox.validate('DELETE FROM dataset', sources)).errors[0]?.code).toBe('SQL_NOT_ALLOWED');
  });

  it('tells failures of the data from failures of the words', async () => {
    expect((await failure('SELECT label::INTEGER FROM dataset')).code).toBe('QUERY_FAILED');
    expect((await failure('SELECT 1', { signal: AbortSignal.abort() })).code).toBe('CANCELLED');
  });
});
