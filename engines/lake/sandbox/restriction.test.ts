import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonValue } from '@stroma/kernel';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb, quoteLiteral } from '../duckdb.ts';
import type { ColumnMask, Restriction, RowCondition } from './restriction.ts';
import { SqlSandbox } from './sql-sandbox.ts';

let folder: string;
let path: string;
let sandbox: SqlSandbox;

const patients: [string | null, string, number | null, string | null][] = [
  ['Ada Abel', 'north', 34, '1991-03-17'],
  ['Ben Baum', 'south', 91, '1934-11-02'],
  ['Cid Czar', 'north', 67, null],
  [null, 'west', null, '1999-12-31'],
  ['Dee Dorn', 'south', 5, '2020-06-30'],
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stroma-restriction-'));
  path = join(folder, 'patients.parquet');
  const values = patients
    .map((row) => `(${row.map((cell) => (cell === null ? 'NULL' : quoteLiteral(String(cell)))).join(', ')})`)
    .join(', ');
  using db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: null });
  await db.run(
    `COPY (SELECT "name", site, age::BIGINT AS age, born::DATE AS born FROM (VALUES ${values}) t("name", site, age, born)) TO ${quoteLiteral(path)} (FORMAT parquet)`,
  );
  sandbox = new SqlSandbox({ processes: 1, scratchFolder: join(folder, 'scratch') });
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

const ask = async (sql: string, restriction: Partial<Restriction>): Promise<JsonValue[][]> =>
  (
    await sandbox.query(sql, [
      { name: 'patients', path, restriction: { rows: [], masks: {}, ...restriction } },
    ])
  ).rows;
const refusal = (sql: string, restriction: Partial<Restriction>) =>
  ask(sql, restriction).then(
    (rows) => expect.fail(`expected a refusal, got ${JSON.stringify(rows)}`),
    (error: Error) => error.message,
  );
const masked = async (column: string, mask: ColumnMask) =>
  (await ask(`SELECT ${column} FROM patients`, { masks: { [column]: mask } })).map(([cell]) => cell);
const north: RowCondition = { column: 'site', operator: 'among', values: ['north'] };

describe('rows', () => {
  it('are those that meet every condition, whatever is asked of them', async () => {
    const rows = [north];
    expect(await ask('SELECT count(*), sum(age), min(born)::VARCHAR FROM patients', { rows })).toEqual([
      [2, 101, '1991-03-17'],
    ]);
    expect(await ask('SELECT DISTINCT site FROM patients', { rows })).toEqual([['north']]);
    expect(await ask("SELECT count(*) FROM patients WHERE site = 'south'", { rows })).toEqual([[0]]);
    expect(
      await ask('SELECT count(*) FROM patients a JOIN patients b ON a.site <> b.site', { rows }),
    ).toEqual([[0]]);
    expect(
      await ask('WITH x AS (SELECT * FROM patients) SELECT count(*) FROM x, (SELECT * FROM patients)', {
        rows,
      }),
    ).toEqual([[4]]);
  });

  it('are none without a value, and those of missing values only where null is named', async () => {
    const count = async (condition: RowCondition) =>
      (await ask('SELECT count(*) FROM patients', { rows: [condition] }))[0]?.[0];
    expect(await count({ column: 'site', operator: 'among', values: [] })).toBe(0);
    expect(await count({ column: 'site', operator: 'outside', values: [] })).toBe(5);
    expect(await count({ column: 'born', operator: 'among', values: [null] })).toBe(1);
    expect(await count({ column: 'born', operator: 'outside', values: [null] })).toBe(4);
    expect(await count({ column: 'born', operator: 'from', values: ['1990-01-01'] })).toBe(3);
    expect(await count({ column: 'age', operator: 'to', values: [34] })).toBe(2);
    expect(await count({ column: 'age', operator: 'to', values: [null] })).toBe(0);
    expect(await count({ column: 'name', operator: 'among', values: ["' OR true --"] })).toBe(0);
  });

  it('that are hidden do not speak through errors', async () => {
    // Cast first, the name of a hidden row would stand in the message.
    for (const sql of [
      'SELECT CAST("name" AS INTEGER) FROM patients WHERE age > 80',
      'SELECT count(*) FROM patients WHERE CAST("name" AS INTEGER) > 0',
      'SELECT max(CAST("name" AS DATE)) FROM patients',
    ]) {
      const hidden = await ask(sql, {
        rows: [{ column: 'site', operator: 'among', values: ['nowhere'] }],
      }).catch((error: Error) => error.message);
      expect(JSON.stringify(hidden)).not.toMatch(/Ada|Ben|Cid|Dee/);
      const partly = await ask(sql, { rows: [north] }).catch((error: Error) => error.message);
      expect(JSON.stringify(partly)).not.toMatch(/Ben|Dee/);
    }
  });

  it('agree with the same conditions in plain code', async () => {
    const value = fc.constantFrom<string | null>('north', 'south', 'west', 'east', null);
    const condition = fc.record({
      column: fc.constant('site'),
      operator: fc.constantFrom('among' as const, 'outside' as const),
      values: fc.uniqueArray(value, { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(condition, { minLength: 1, maxLength: 3 }), async (rows) => {
        const expected = patients.filter(([, site]) =>
          rows.every(({ operator, values }) => values.includes(site) === (operator === 'among')),
        );
        const [[count] = []] = await ask('SELECT count(*) FROM patients', { rows });
        expect(count).toBe(expected.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe('masks', () => {
  it('hide, replace, shorten and coarsen, and leave what is missing missing', async () => {
    expect(await masked('name', { kind: 'hide' })).toEqual([null, null, null, null, null]);
    expect(await masked('name', { kind: 'replace', text: "***'" })).toEqual([
      "***'",
      "***'",
      "***'",
      null,
      "***'",
    ]);
    expect(await masked('name', { kind: 'start', characters: 1 })).toEqual(['A…', 'B…', 'C…', null, 'D…']);
    expect(await masked('name', { kind: 'end', characters: 4 })).toEqual([
      '…Abel',
      '…Baum',
      '…Czar',
      null,
      '…Dorn',
    ]);
    expect(await masked('name', { kind: 'start', characters: 50 })).toEqual(['…', '…', '…', null, '…']);
    expect(await masked('age', { kind: 'range', width: 10, cap: 80 })).toEqual([30, 80, 60, null, 0]);
    expect(await masked('born', { kind: 'period', unit: 'year' })).toEqual([
      '1991-01-01',
      '1934-01-01',
      null,
      '1999-01-01',
      '2020-01-01',
    ]);
  });

  it('give the same pseudonym for the same value and key, and another for another key', async () => {
    const key = 'ab'.repeat(32);
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const [first, , , missing] = await masked('name', { kind: 'pseudonym', key });
    expect(first).toBe(sha256(key + sha256(`${key}Ada Abel`)).slice(0, 16));
    expect(missing).toBeNull();
    const [other] = await masked('name', { kind: 'pseudonym', key: 'cd'.repeat(32) });
    expect(other).not.toBe(first);
  });

  it('are what conditions, groups and joins on top see', async () => {
    const masks = { name: { kind: 'replace', text: 'x' } } as const;
    expect(await ask('SELECT count(*) FROM patients WHERE "name" = \'Ada Abel\'', { masks })).toEqual([[0]]);
    expect(await ask('SELECT "name", count(*) FROM patients GROUP BY 1 ORDER BY 1', { masks })).toEqual([
      ['x', 4],
      [null, 1],
    ]);
    expect(await refusal('SELECT CAST("name" AS INTEGER) FROM patients', { masks })).not.toMatch(
      /Ada|Ben|Cid|Dee/,
    );
    const summary = JSON.stringify(await ask('SUMMARIZE patients', { masks, rows: [north] }));
    expect(summary).not.toMatch(/Ada|Ben|Cid|Dee|south|west/);
  });

  it('are worked out from the value, not from another mask, when rows are chosen by a masked column', async () => {
    const masks = { site: { kind: 'hide' } } as const;
    expect(await ask('SELECT "name", site FROM patients ORDER BY 1', { masks, rows: [north] })).toEqual([
      ['Ada Abel', null],
      ['Cid Czar', null],
    ]);
  });
});

it('shows nothing where the rules speak of a column that is not there', async () => {
  const message = await refusal('SELECT count(*) FROM patients', {
    rows: [{ column: 'ward', operator: 'among', values: ['3'] }],
  });
  expect(message).toContain('"ward"');
});

it('does not show the key of a pseudonym', async () => {
  const key = 'ef'.repeat(32);
  const masks = { name: { kind: 'pseudonym', key } } as const;
  for (const sql of [
    'DESCRIBE patients',
    'SELECT * FROM duckdb_views()',
    'SELECT sql FROM sqlite_master',
    'SELECT view_definition FROM information_schema.views',
    'EXPLAIN SELECT "name" FROM patients',
    'SELECT "name"::INTEGER FROM patients',
    'SELECT nothing FROM patients',
  ]) {
    const answer = await ask(sql, { masks }).then(JSON.stringify, (error: Error) => error.message);
    expect(answer).not.toContain(key);
  }
});
