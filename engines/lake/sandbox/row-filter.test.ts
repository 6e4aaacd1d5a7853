import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DuckDb, openDuckDb, quoteIdentifier } from '../duckdb.ts';
import {
  filteredSelect,
  type RowFilter,
  type RowSelection,
  rowFilterProblem,
  rowFilterSql,
} from './row-filter.ts';

let db: DuckDb;
beforeAll(async () => {
  db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: null });
  await db.run(
    `CREATE TABLE visits AS SELECT * FROM (VALUES
      (1, 'Ulm', DATE '2024-01-31', TIMESTAMP '2024-01-31 18:00:00', 1.5, true),
      (2, 'O''Neill', DATE '2024-02-01', TIMESTAMP '2024-02-01 00:00:00', -2.0, false),
      (3, NULL, NULL, NULL, NULL, NULL)) v(id, city, day, "at", score, ok)`,
  );
});
afterAll(() => db.close());

const types = {
  id: 'integer',
  city: 'text',
  day: 'date',
  at: 'timestamp',
  score: 'number',
  ok: 'boolean',
} as const;
const kept = async (...filters: [keyof typeof types, RowFilter['op'], ...RowFilter['values']][]) => {
  const given = filters.map(([column, op, ...values]) => ({ column, type: types[column], op, values }));
  const rows = await db.rows(`SELECT id FROM (${filteredSelect('SELECT * FROM visits', given)}) ORDER BY id`);
  return rows.map(([id]) => Number(id));
};

describe('a row filter', () => {
  it('is one of several where any may hold', async () => {
    const is = (column: 'city' | 'ok', value: string | boolean): RowFilter => ({
      column,
      type: types[column],
      op: 'in',
      values: [value],
    });
    const chosen = async (any: RowFilter[][], ...others: RowFilter[]) => {
      const given: RowSelection[] = [{ any }, ...others];
      const rows = await db.rows(
        `SELECT id FROM (${filteredSelect('SELECT * FROM visits', given)}) ORDER BY id`,
      );
      return rows.map(([id]) => Number(id));
    };
    expect(await chosen([[is('city', 'Ulm'), is('ok', true)], [is('city', "O'Neill")]])).toEqual([1, 2]);
    expect(await chosen([[is('city', 'Ulm')], [is('city', "O'Neill")]], is('ok', false))).toEqual([2]);
    expect(await chosen([[is('city', 'Ulm')], []])).toEqual([1, 2, 3]);
    expect(await chosen([])).toEqual([]);
  });

  it('keeps the rows it speaks of, missing values only where they are meant', async () => {
    expect(await kept(['city', 'in', 'Ulm', "O'Neill"])).toEqual([1, 2]);
    expect(await kept(['city', 'in', null])).toEqual([3]);
    expect(await kept(['city', 'in'])).toEqual([]);
    expect(await kept(['city', 'not_in', 'Ulm'])).toEqual([2, 3]);
    expect(await kept(['city', 'not_in', 'Ulm', null])).toEqual([2]);
    expect(await kept(['city', 'contains', 'NEIL'])).toEqual([2]);
    expect(await kept(['score', 'between', -2, 1.5])).toEqual([1, 2]);
    expect(await kept(['score', 'gt', '-2.0'])).toEqual([1]);
    expect(await kept(['ok', 'in', false])).toEqual([2]);
    expect(await kept(['day', 'is_missing'])).toEqual([3]);
    expect(await kept(['id', 'gte', 2], ['day', 'not_missing'])).toEqual([2]);
  });

  it('takes a day for all of it where moments are compared', async () => {
    expect(await kept(['at', 'lte', '2024-01-31'])).toEqual([1]);
    expect(await kept(['at', 'between', '2024-01-31', '2024-01-31'])).toEqual([1]);
    expect(await kept(['at', 'gt', '2024-01-31'])).toEqual([2]);
    expect(await kept(['at', 'gte', '2024-01-31T19:00:00+01:00'])).toEqual([1, 2]);
    expect(await kept(['day', 'lt', '2024-02-01T00:00:00Z'])).toEqual([1]);
  });

  it.each([
    ['score', 'gt', 'x'],
    ['score', 'gt', '1); DROP TABLE visits --'],
    ['score', 'gt', Number.NaN],
    ['score', 'gt', '1e999'],
    ['score', 'in', true],
    ['day', 'gte', '2024-13-01'],
    ['day', 'gte', '2024-02-30'],
    ['day', 'gte', "2024-01-01' OR true --"],
    ['at', 'gte', '2024-01-01T25:00:00'],
    ['ok', 'in', 1],
    ['city', 'contains', '\0'],
    ['city', 'in', '\ud800'],
    ['city', 'gte'],
    ['city', 'between', 'a'],
    ['city', 'lte', null],
  ] as const)('of %s %s %j is refused with its reason', (column, op, ...values) => {
    const filter = { column, op, values, type: types[column] };
    expect(rowFilterProblem(filter)).toMatch(/\w/);
    expect(() => rowFilterSql(filter)).toThrow(TypeError);
  });

  it('lets no value be anything but a value, whatever it holds', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom(
        "'",
        "''",
        '"',
        '--',
        '/*',
        '$$',
        '\\',
        "\\'",
        "' OR 1=1 --",
        '\0',
        '\ud83e',
        '１',
        '9'.repeat(60),
      ),
      fc.double(),
      fc.maxSafeInteger(),
      fc
        .date({ noInvalidDate: false })
        .map((day) => (Number.isNaN(day.getTime()) ? 'never' : day.toISOString())),
    );
    const column = fc.oneof(fc.constantFrom('a', 'A b', '"', "'", '--x', 'é'), fc.string({ minLength: 1 }));
    const op = fc.constantFrom<RowFilter['op']>(
      'in',
      'not_in',
      'between',
      'gte',
      'lte',
      'gt',
      'lt',
      'contains',
    );
    const type = fc.constantFrom<RowFilter['type']>(
      'integer',
      'number',
      'text',
      'date',
      'timestamp',
      'boolean',
      'time',
    );
    await fc.assert(
      fc.asyncProperty(
        column,
        type,
        op,
        fc.array(value, { maxLength: 3 }),
        async (name, kind, does, values) => {
          const filter: RowFilter = { column: name, type: kind, op: does, values };
          if (rowFilterProblem(filter) !== null) return;
          const [tree] = await db.row(
            `SELECT json_serialize_sql(${literal(`SELECT * FROM t WHERE ${rowFilterSql(filter)}`)})`,
          );
          const statement = JSON.parse(String(tree));
          expect(statement.error).toBe(false);
          expect(statement.statements).toHaveLength(1);
          const names = namesIn(statement.statements[0].node.where_clause);
          expect(names.columns.filter((each) => each !== named(name))).toEqual([]);
          expect(names.others).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('finds a text by itself and by nothing else', async () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((each) => !each.includes('\0') && each.isWellFormed());
    await fc.assert(
      fc.asyncProperty(text, text, async (one, other) => {
        const condition = rowFilterSql({ column: 'x', type: 'text', op: 'in', values: [one] });
        const [found] = await db.row(`SELECT ${condition} FROM (SELECT ${literal(other)} AS x)`);
        expect(found).toBe(one === other);
      }),
      { numRuns: 150 },
    );
  });
});

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const named = (name: string) => quoteIdentifier(name).slice(1, -1).replaceAll('""', '"');

/** The columns a condition reads, and whatever in it is neither comparison, conjunction, cast nor constant. */
function namesIn(node: unknown): { columns: string[]; others: string[] } {
  const columns: string[] = [];
  const others: string[] = [];
  const known = new Set(['COMPARISON', 'CONJUNCTION', 'CAST', 'CONSTANT', 'OPERATOR', 'BETWEEN']);
  const functions = new Set(['contains', 'lower', '+', '-', 'to_days', 'trunc']);
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      const {
        class: kind,
        column_names: names,
        function_name: name,
        ...rest
      } = value as Record<string, unknown>;
      if (kind === 'COLUMN_REF') columns.push((names as string[]).join('.'));
      else if (kind === 'FUNCTION') {
        if (!functions.has(String(name))) others.push(`function ${name}`);
      } else if (typeof kind === 'string' && !known.has(kind)) others.push(kind);
      if (kind !== 'CONSTANT') Object.values(rest).forEach(visit);
    }
  };
  visit(node);
  return { columns, others };
}
