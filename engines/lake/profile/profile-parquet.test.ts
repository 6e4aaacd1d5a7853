import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { quoteLiteral } from '../duckdb.ts';
import { column, expectComplete, queryProfiler } from './query-profiler.test-support.ts';

const { profileOf, rows: queryRows } = queryProfiler();

const csv = (path: string) => `FROM read_csv(${quoteLiteral(path)}, nullstr = ['', 'NA'], sample_size = -1)`;
const sqlNumber = (value: number | null) => (value === null ? 'NULL' : `${value.toExponential()}::DOUBLE`);
const tableOf = (name: string, values: readonly (string | null)[], type: string) =>
  values.length === 0
    ? `SELECT NULL::${type} AS ${name} WHERE false`
    : `SELECT unnest([${values.map((value) => value ?? 'NULL').join(', ')}]::${type}[]) AS ${name}`;

/** R's type 7, from the definition. */
function type7(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * p;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (position - Math.floor(position)) * (high - low);
}

/**
 * R 4.2.2, with a <- read.csv("airquality.csv"), x <- a$Ozone and so on: mean(x, na.rm = TRUE), sd,
 * quantile(x, c(.01, .05, .25, .5, .75, .95, .99), na.rm = TRUE), n <- sum(!is.na(x)),
 * mean((x - m)^3) / mean((x - m)^2)^1.5 * sqrt(n * (n - 1)) / (n - 2), cor(use = "pairwise"),
 * sum(x < q[1] - 1.5 * diff(q) | x > q[2] + 1.5 * diff(q)) with q <- quantile(x, c(.25, .75)).
 */
describe('agreement with R', () => {
  const airquality = sharedData('stats/airquality.csv');
  const mtcars = sharedData('stats/mtcars.csv');
  const iris = sharedData('stats/iris.csv');

  it.skipIf(!airquality)('airquality (needs the shared data pool)', async () => {
    const profile = await profileOf(csv(airquality as string));
    const ozone = column(profile, 'Ozone');
    expect(ozone).toMatchObject({ nulls: 37, outliers: { count: 2 } });
    expect(ozone.mean).toBeCloseTo(42.12931034482759, 12);
    expect(ozone.sd).toBeCloseTo(32.98788451443395, 12);
    expect(ozone.skewness).toBeCloseTo(1.2417964044102101, 12);
    const expected = [4.3, 7.75, 18, 31.5, 63.25, 108.5, 133.05];
    Object.values(ozone.quantiles ?? {}).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 12);
    });
    const wind = column(profile, 'Wind');
    expect(wind.outliers?.count).toBe(3);
    expect(wind.sd).toBeCloseTo(3.523001352212596, 12);
    const pair = (a: string, b: string) =>
      profile.correlations.find((entry) => entry.a === a && entry.b === b);
    expect(pair('Ozone', 'Temp')?.r).toBeCloseTo(0.6983603421509319, 12);
    expect(pair('Ozone', 'Solar.R')).toMatchObject({ n: 111 });
    expect(pair('Ozone', 'Solar.R')?.r).toBeCloseTo(0.3483416929936027, 12);
  });

  it.skipIf(!mtcars)('mtcars, the strongest correlations first (needs the shared data pool)', async () => {
    const { correlations } = await profileOf(csv(mtcars as string));
    expect(correlations.slice(0, 5).map(({ a, b, n }) => [a, b, n])).toEqual([
      ['cyl', 'disp', 32],
      ['disp', 'wt', 32],
      ['mpg', 'wt', 32],
      ['mpg', 'cyl', 32],
      ['mpg', 'disp', 32],
    ]);
    const expected = [
      0.9020328721469989, 0.8879799220581379, -0.8676593765172278, -0.8521619594266132, -0.8475513792624788,
    ];
    expected.forEach((r, index) => {
      expect(correlations[index]?.r).toBeCloseTo(r, 12);
    });
  });

  // R: sum(duplicated(iris)); sapply(iris, function(c) length(unique(c)))
  it.skipIf(!iris)('iris (needs the shared data pool)', async () => {
    const profile = await profileOf(csv(iris as string));
    expect(profile.duplicate_rows).toBe(1);
    expect(profile.columns.map((entry) => entry.distinct)).toEqual([35, 23, 43, 22, 3]);
  });

  it('a small sample', async () => {
    const { columns } = await profileOf('SELECT unnest([2, 8, 0, 4, 1, 9, 9, 0]) AS x');
    expect(columns[0]).toMatchObject({ mean: 4.125, min: 0, max: 9, distinct: 6, nulls: 0 });
    expect(columns[0]?.sd).toBeCloseTo(3.9798600118956085, 12);
    expect(columns[0]?.skewness).toBeCloseTo(0.33058218040797466, 12);
    expect(Object.values(columns[0]?.quantiles ?? {})).toEqual([0, 0, 0.75, 3, 8.25, 9, 9]);
  });
});

describe('exactness', () => {
  const number = fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.constantFrom(0, -0, 1e-300, 1e300, 0.1, 0.2, 0.30000000000000004),
  );

  it('numbers: counts, quantiles, moments and bins are those of the definition', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(number, { freq: 4 }), { maxLength: 60 }), async (values) => {
        const profile = await profileOf(tableOf('x', values.map(sqlNumber), 'DOUBLE'));
        expectComplete(profile, ['x']);
        const found = column(profile, 'x');
        const present = values.filter((value) => value !== null);
        expect(profile.rows).toBe(values.length);
        expect(found.nulls).toBe(values.length - present.length);
        expect(found.distinct).toBe(new Set(present.map((value) => value + 0)).size);
        if (present.length === 0) {
          expect(found).toMatchObject({ min: null, max: null, mean: null, quantiles: null, histogram: [] });
          return;
        }
        expect(found.min).toBe(Math.min(...present) + 0);
        expect(found.max).toBe(Math.max(...present) + 0);
        const scale = Math.max(...present.map(Math.abs), 1e-300);
        for (const [name, p] of [
          ['p01', 0.01],
          ['p25', 0.25],
          ['p50', 0.5],
          ['p95', 0.95],
        ] as const) {
          expect(found.quantiles?.[name] ?? 0).toBeCloseTo(
            type7(present, p),
            -Math.floor(Math.log10(scale)) + 11,
          );
        }
        for (const bin of found.histogram) {
          const last = bin === found.histogram.at(-1);
          const inside = present.filter((x) => x >= bin.from && (x < bin.to || (last && x <= bin.to)));
          expect(bin.count).toBe(inside.length);
        }
        const top = found.top_values.map((entry) => present.filter((x) => x === entry.value).length);
        expect(found.top_values.map((entry) => entry.count)).toEqual(top);
      }),
      { numRuns: 12 },
    );
  });

  it('null counts and the flag for more than half of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.string({ maxLength: 3 })), { maxLength: 30 }),
        async (values) => {
          const literals = values.map((value) =>
            value === null ? null : quoteLiteral(value.replaceAll('\0', '')),
          );
          const profile = await profileOf(tableOf('t', literals, 'VARCHAR'));
          const nulls = values.filter((value) => value === null).length;
          expect(column(profile, 't').nulls).toBe(nulls);
          const flagged = profile.issues.some((issue) => issue.kind === 'high_nulls' && issue.column === 't');
          expect(flagged).toBe(values.length > 0 && nulls / values.length > 0.5);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('rows that repeat an earlier row, missing values included', async () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 2 }),
      fc.option(fc.constantFrom('a', 'b', '')),
      fc.option(fc.boolean()),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
        const literal = rows
          .map(([a, b, c]) => `(${a}, ${b === null ? 'NULL' : quoteLiteral(b)}, ${c})`)
          .join(', ');
        const profile = await profileOf(
          `SELECT a, b::VARCHAR AS b, c::BOOLEAN AS c FROM (VALUES ${literal}) t(a, b, c)`,
        );
        const distinct = new Set(rows.map((cells) => JSON.stringify(cells))).size;
        expect(profile.duplicate_rows).toBe(rows.length - distinct);
        expect(profile.issues.some((issue) => issue.kind === 'duplicates')).toBe(distinct < rows.length);
      }),
      { numRuns: 10 },
    );
  });

  it('large columns, counted inside the engine, are as exact as small ones', async () => {
    const query = `SELECT i AS id, CASE WHEN i % 10 = 3 THEN NULL ELSE ((i * 7919) % 100003) / 8 END AS x,
      'k' || ((i * 31) % 9000) AS label, ((i * 48271) % 2147483647)::DOUBLE ^ 3 AS wide, i % 4 AS few
      FROM range(150000) t(i)`;
    const profile = await profileOf(query);
    expectComplete(profile, ['id', 'x', 'label', 'wide', 'few']);
    const values = (await queryRows(`SELECT x FROM (${query}) WHERE x IS NOT NULL`)).map((row) =>
      Number(row[0]),
    );
    const x = column(profile, 'x');
    expect(x.nulls).toBe(15000);
    expect(x.distinct).toBe(new Set(values).size);
    for (const [name, p] of [
      ['p01', 0.01],
      ['p05', 0.05],
      ['p25', 0.25],
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      expect(x.quantiles?.[name]).toBeCloseTo(type7(values, p), 9);
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const cube = values.reduce((sum, value) => sum + (value - mean) ** 3, 0);
    const n = values.length;
    expect(x.mean).toBeCloseTo(mean, 8);
    expect(x.sd).toBeCloseTo(Math.sqrt(square / (n - 1)), 8);
    const g1 = cube / n / (square / n) ** 1.5;
    expect(x.skewness).toBeCloseTo((g1 * Math.sqrt(n * (n - 1))) / (n - 2), 10);
    for (const bin of x.histogram) {
      expect(bin.count).toBe(values.filter((value) => value >= bin.from && value < bin.to).length);
    }
    const { lower, upper, count } = x.outliers ?? { lower: 0, upper: 0, count: -1 };
    expect(count).toBe(values.filter((value) => value < lower || value > upper).length);
    expect(column(profile, 'label')).toMatchObject({ distinct: 9000, text_length: { min: 2, max: 5 } });
    expect(profile.candidate_keys).toEqual([['id']]);
  });
});

it('knows unique texts, nearly unique ones and the number of others among them', async () => {
  const { columns, issues } = await profileOf(`SELECT 'r' || i AS u, 'r' || (i // 2 * 2) AS twice,
    CASE WHEN i % 100 = 7 THEN NULL WHEN i % 100 = 9 THEN 'lot ' || i ELSE i::VARCHAR END AS mixed FROM range(20000) t(i)`);
  expect(columns[0]).toMatchObject({
    distinct: 20000,
    nulls: 0,
    min: 'r0',
    max: 'r9999',
    text_length: { min: 2, max: 6 },
  });
  expect(columns[0]?.top_values.slice(0, 3).map((entry) => entry.value)).toEqual(['r0', 'r1', 'r10']);
  expect(columns[1]).toMatchObject({ distinct: 10000 });
  expect(columns[1]?.top_values[0]).toEqual({ value: 'r0', count: 2 });
  expect(columns[2]).toMatchObject({ distinct: 19800, nulls: 200 });
  expect(issues.find((issue) => issue.kind === 'mixed_types')).toMatchObject({ column: 'mixed', count: 200 });
});

it('gives the same bits whatever the threads and row groups', async () => {
  const query = `SELECT i AS id, sin(i) * 1e6 AS a, CASE WHEN i % 3 = 0 THEN NULL ELSE cos(i * 1.1) END AS b,
    'v' || (hash(i) % 50000) AS t, exp(sin(i * 0.37) * 20) AS c FROM range(300000) t(i)`;
  const one = await profileOf(query, { threads: 1 });
  for (const threads of [2, 4, 4]) expect(await profileOf(query, { threads })).toEqual(one);
  const narrow = await profileOf(query, { threads: 4, rowGroup: 2048 });
  expect(await profileOf(query, { threads: 4, rowGroup: 2048 })).toEqual(narrow);
});
