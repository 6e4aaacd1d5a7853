import { describe, expect, it } from 'vitest';
import { quoteIdentifier } from '../duckdb.ts';
import { column, expectComplete, queryProfiler } from './query-profiler.test-support.ts';

const { profileOf } = queryProfiler();

describe('tables of every shape', () => {
  it('no rows', async () => {
    const profile = await profileOf("SELECT 1 AS a, 'x' AS b, DATE '2020-01-01' AS c, [1] AS d WHERE false");
    expectComplete(profile, ['a', 'b', 'c', 'd']);
    expect(profile).toMatchObject({
      rows: 0,
      duplicate_rows: 0,
      correlations: [],
      candidate_keys: [],
      issues: [],
    });
    expect(profile.quality.score).toBe(0);
  });

  it('one row, one column', async () => {
    const profile = await profileOf('SELECT 3.5::DOUBLE AS x');
    expect(column(profile, 'x')).toMatchObject({
      mean: 3.5,
      sd: null,
      skewness: null,
      distinct: 1,
      unit: null,
    });
    expect(column(profile, 'x').histogram).toEqual([{ from: 3.5, to: 3.5, count: 1 }]);
  });

  it('nothing but missing values', async () => {
    const profile = await profileOf('SELECT NULL::DOUBLE AS x, NULL::VARCHAR AS t, i FROM range(10) t(i)');
    expect(column(profile, 'x')).toMatchObject({
      nulls: 10,
      null_share: 1,
      distinct: 0,
      quantiles: null,
      semantic: null,
    });
    expect(profile.issues.filter((issue) => issue.kind === 'high_nulls')).toHaveLength(2);
    expect(profile.issues.find((issue) => issue.column === 't')?.severity).toBe('critical');
  });

  it('NaN and infinities are missing', async () => {
    const profile = await profileOf("SELECT unnest(['NaN', 'inf', '-inf', '1', '3']::DOUBLE[]) AS x");
    expect(column(profile, 'x')).toMatchObject({ nulls: 3, distinct: 2, min: 1, max: 3, mean: 2 });
  });

  it('the largest and smallest numbers', async () => {
    const profile = await profileOf(
      'SELECT unnest([1.7e308, -1.7e308, 5e-324, 0]) AS x, unnest([9007199254740993, 1, 2, 3]) AS i',
    );
    expect(column(profile, 'x')).toMatchObject({ min: -1.7e308, max: 1.7e308, mean: 0 });
    expect(column(profile, 'i')).toMatchObject({ max: '9007199254740993', min: 1 });
  });

  it('a constant', async () => {
    const profile = await profileOf("SELECT 0.1 + 0.2 AS x, 'same' AS t, true AS b FROM range(7000)");
    expect(column(profile, 'x')).toMatchObject({ sd: 0, skewness: null, distinct: 1 });
    expect(profile.issues.filter((issue) => issue.kind === 'constant').map((issue) => issue.column)).toEqual([
      'x',
      't',
      'b',
    ]);
    expect(profile.duplicate_rows).toBe(6999);
  });

  it('hostile column names', async () => {
    const names = [
      'a""b',
      "'; DROP TABLE g; --",
      '🧬',
      'g',
      'v',
      'n',
      'small',
      'file_row_number',
      ' ',
      'é\n\t',
    ];
    const select = names.map((name, index) => `i + ${index} AS ${quoteIdentifier(name)}`).join(', ');
    expectComplete(await profileOf(`SELECT ${select} FROM range(20) t(i)`), names);
    expectComplete(await profileOf(`SELECT ${select} FROM range(70000) t(i)`), names);
  });

  it('nested values, bytes, times, intervals, enums, wide integers', async () => {
    const profile =
      await profileOf(`SELECT [i, i] AS l, {'a': i, 'b': 'x'} AS s, MAP {'k': i} AS m, encode('é') AS bin,
      TIME '10:00:00' + to_seconds(i) AS t, to_days(i::INTEGER) AS iv, 'a'::ENUM('a', 'b') AS e,
      i::HUGEINT * 10000000000000000000 AS h, (i / 100)::DECIMAL(20, 4) AS d, uuid() AS u,
      TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_days(i::INTEGER) AS z FROM range(50) t(i)`);
    expectComplete(profile, ['l', 's', 'm', 'bin', 't', 'iv', 'e', 'h', 'd', 'u', 'z']);
    expect(column(profile, 'l')).toMatchObject({ type: 'nested', distinct: 50, min: null });
    expect(column(profile, 'bin')).toMatchObject({ type: 'binary', distinct: 1, top_values: [] });
    expect(column(profile, 'd')).toMatchObject({ min: 0, max: 0.49, type: 'number' });
    expect(column(profile, 'z')).toMatchObject({ min: '2024-01-01T00:00:00Z', semantic: 'date' });
    expect(column(profile, 't')).toMatchObject({ min: '10:00:00', max: '10:00:49' });
  });

  it('dates, also infinite ones', async () => {
    const profile = await profileOf(
      "SELECT unnest(['2020-02-29', '1969-12-31', 'infinity', NULL]::DATE[]) AS d",
    );
    expect(column(profile, 'd')).toMatchObject({
      min: '1969-12-31',
      max: '2020-02-29',
      nulls: 2,
      mean: null,
      outliers: null,
    });
    expect(column(profile, 'd').histogram[0]?.from).toBe(-86400000);
  });

  it('two thousand columns', async () => {
    const select = Array.from({ length: 2000 }, (_, index) => `i * ${index} AS c${index}`).join(', ');
    const profile = await profileOf(`SELECT ${select} FROM range(20) t(i)`);
    expect(profile.columns).toHaveLength(2000);
    expect(profile.correlations).toHaveLength(100);
  }, 60_000);

  it('cancels', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const work = profileOf('SELECT i, i AS j FROM range(100000) t(i)', {
      signal: controller.signal,
      onProgress,
    });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('tells its progress', async () => {
    const seen: number[] = [];
    await profileOf('SELECT i, i AS j FROM range(10) t(i)', {
      onProgress: (fraction) => seen.push(fraction),
    });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });
});
