import type { BuiltQuery } from '@stroma/contracts';
import { openDuckDb } from '@stroma/lake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltMetric, tileSql } from './tile-sql.ts';

const dataset_id = 'ds_00000000-0000-7000-8000-000000000000';
const columns = [
  { name: 'at', type: 'timestamp' },
  { name: 'day', type: 'date' },
  { name: 'site "A"', type: 'text' },
  { name: 'dose', type: 'number' },
  { name: 'visits', type: 'integer' },
  { name: 'responded', type: 'boolean' },
] as const;
const table = { name: 'order', columns };

let db: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: null });
  await db.run(`CREATE TABLE "order" AS SELECT * FROM (VALUES
    (TIMESTAMP '2023-12-31 23:30:00', DATE '2023-12-31', 'Ulm', 1.5, 1, true),
    (TIMESTAMP '2024-01-01 00:10:00', DATE '2024-01-01', 'Ulm', 2.5, 2, false),
    (TIMESTAMP '2024-01-31 12:00:00', DATE '2024-01-31', 'Bonn', 10.0, 3, true),
    (TIMESTAMP '2024-02-29 09:00:00', DATE '2024-02-29', NULL, NULL, 4, NULL)
  ) t("at", day, "site ""A""", dose, visits, responded)`);
});
afterAll(() => db.close());

const built = (given: Partial<BuiltQuery>): BuiltQuery => ({
  kind: 'built',
  dataset_id,
  dimensions: [],
  measures: [],
  filters: [],
  order_by: [],
  limit: 100,
  sample: false,
  drill: [],
  ...given,
});
const plain = (cell: unknown): unknown =>
  cell instanceof Date ? cell.toISOString().slice(0, 16) : typeof cell === 'bigint' ? Number(cell) : cell;
const shown = async (
  query: BuiltQuery,
  ...rest: [Parameters<typeof tileSql>[2]?, Parameters<typeof tileSql>[3]?]
) => {
  const { sql } = tileSql(query, table, ...rest);
  return (await db.rows(sql)).map((row) => row.map(plain));
};
const count = { aggregate: 'count' } as const;

describe('the statement of a built tile', () => {
  it('groups by periods in the order of time, missing ones last', async () => {
    expect(
      await shown(
        built({
          dimensions: [{ column: 'at', grain: 'month' }],
          measures: [count, { aggregate: 'sum', column: 'visits' }],
        }),
      ),
    ).toEqual([
      ['2023-12-01T00:00', 1, 1],
      ['2024-01-01T00:00', 2, 5],
      ['2024-02-01T00:00', 1, 4],
    ]);
    expect(
      await shown(built({ dimensions: [{ column: 'at', grain: 'hour' }], measures: [count], limit: 1 })),
    ).toEqual([
      ['2023-12-31T23:00', 1],
      ['2024-01-01T00:00', 1],
    ]);
    const quarters = built({ dimensions: [{ column: 'day', grain: 'quarter' }], measures: [count] });
    expect((await shown(quarters)).map(([quarter]) => quarter)).toEqual([
      '2023-10-01T00:00',
      '2024-01-01T00:00',
    ]);
  });

  it('orders categories by the first measure, and equal ones by name', async () => {
    const query = built({ dimensions: [{ column: 'site "A"' }], measures: [count] });
    expect(await shown(query)).toEqual([
      ['Ulm', 2],
      ['Bonn', 1],
      [null, 1],
    ]);
    const named = built({ ...query, order_by: [{ column: 'site "A"', descending: false }] });
    expect((await shown(named)).map(([site]) => site)).toEqual(['Bonn', 'Ulm', null]);
  });

  it('takes every aggregate over what is there', async () => {
    const of = (aggregate: string, column: string) =>
      ({ aggregate, column }) as BuiltQuery['measures'][number];
    expect(
      await shown(
        built({
          measures: [
            count,
            of('count', 'dose'),
            of('missing', 'dose'),
            of('count_distinct', 'site "A"'),
            of('mean', 'dose'),
            of('median', 'dose'),
            of('min', 'day'),
            of('max', 'dose'),
            of('p90', 'visits'),
            of('mean', 'responded'),
            of('stddev', 'visits'),
          ],
        }),
      ),
    ).toEqual([[4, 3, 1, 2, 14 / 3, 2.5, '2023-12-31T00:00', 10, 3.7, 2 / 3, expect.closeTo(1.29099, 4)]]);
  });

  it('cuts numbers into ranges whose ends are round', async () => {
    const query = built({ dimensions: [{ column: 'dose', bins: 5 }], measures: [count] });
    expect(await shown(query)).toEqual([
      [0, 1],
      [2, 1],
      [10, 1],
      [null, 1],
    ]);
    const whole = built({ dimensions: [{ column: 'visits', bins: 200 }], measures: [count] });
    expect((await shown(whole)).map(([from]) => from)).toEqual([1, 2, 3, 4]);
  });

  it('shows the rows themselves without a measure, a fair sample of them where asked', async () => {
    const rows = built({ dimensions: [{ column: 'dose' }, { column: 'visits' }], limit: 2 });
    expect(await shown(rows)).toEqual([
      [1.5, 1],
      [2.5, 2],
      [10, 3],
    ]);
    expect(await shown({ ...rows, sample: true, limit: 3 })).toHaveLength(4);
  });

  it('puts the split between dimensions and measures, and tells equal names apart', () => {
    const query = built({
      dimensions: [{ column: 'day', grain: 'year', as: 'Count' }],
      split: { column: 'responded' },
      measures: [count, count],
    });
    expect(tileSql(query, table).sql).toBe(
      'SELECT CAST(date_trunc(\'year\', "day") AS DATE) AS "Count",\n  "responded" AS "responded",\n  count(*) AS "count 2",\n  count(*) AS "count 3"\nFROM "order"\nGROUP BY 1, 2\nORDER BY 1 NULLS LAST, 2 NULLS LAST\nLIMIT 101',
    );
  });

  it('uses a metric by its definition, whatever comment ends it, and says which column it is', async () => {
    const metric: BuiltMetric = {
      metricId: 'mtr_1',
      name: 'Dose a visit',
      expression: 'sum(dose) / sum(visits) -- agreed 2024',
      datasetId: dataset_id,
    };
    const query = built({ dimensions: [{ column: 'responded' }], measures: [{ metric_id: 'mtr_1' }] });
    const known = new Map([['mtr_1', metric]]);
    expect(await shown(query, known)).toEqual([
      [true, 2.875],
      [false, 1.25],
      [null, null],
    ]);
    expect(tileSql(query, table, known).metrics).toEqual(new Map([['Dose a visit', 'mtr_1']]));
    const foreign = new Map([['mtr_1', { ...metric, datasetId: 'ds_other' }]]);
    expect(() => tileSql(query, table, foreign)).toThrow(/metric/);
  });

  it('goes down by clicks: the next column, and the clicked ones as conditions', () => {
    const query = built({
      dimensions: [{ column: 'day', grain: 'quarter' }],
      measures: [count],
      drill: [{ column: 'day', grain: 'month' }, { column: 'site "A"' }],
    });
    const month = tileSql(query, table, new Map(), [{ column: 'day', value: '2024-01-01' }]);
    expect(month.sql).toContain('date_trunc(\'month\', "day")');
    expect(month.path).toEqual([
      { column: 'day', op: 'gte', values: ['2024-01-01'] },
      { column: 'day', op: 'lt', values: ['2024-04-01'] },
    ]);
    const site = tileSql(query, table, new Map(), [
      { column: 'day', value: '2024-01-01' },
      { column: 'day', value: null },
    ]);
    expect(site).toMatchObject({ drillLevel: 2, path: [{}, {}, { column: 'day', op: 'is_missing' }] });
    expect(() => tileSql(query, table, new Map(), [{ column: 'dose', value: 1 }])).toThrow(/way down/);
  });

  it.each([
    [{ dimensions: [{ column: 'gone' }], measures: [count] }, /no column "gone"/],
    [{ measures: [{ aggregate: 'sum', column: 'day' }] }, /needs a number/],
    [{ measures: [{ aggregate: 'sum' }] }, /column/],
    [{ dimensions: [{ column: 'dose', grain: 'year' }], measures: [count] }, /periods/],
    [{ dimensions: [{ column: 'day', bins: 10 }], measures: [count] }, /ranges/],
    [{ measures: [count], order_by: [{ column: 'x', descending: true }] }, /order/],
    [{}, /nothing yet/],
  ] as [Partial<BuiltQuery>, RegExp][])('%j is refused with what to change', (query, message) => {
    expect(() => tileSql(built(query), table)).toThrow(message);
  });
});
