import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb, quoteLiteral } from '../duckdb.ts';
import { IngestFixture } from './ingest-fixture.ts';
import type { IngestOverrides } from './ingest-report.ts';

const fixture = new IngestFixture();
const rows = 250_000;
beforeAll(() => fixture.open());
afterAll(() => fixture.close());

/** Lines of a shuffled number, a day and the line's place in the file, as a text whose order is another one. */
const measurements = (day: (at: number) => number | null, header = 'position,day,place') =>
  [
    header,
    ...Array.from({ length: rows }, (_, at) => {
      const on = day(at);
      const date = on === null ? '' : new Date(Date.UTC(2020, 0, 1 + on)).toISOString().slice(0, 10);
      return `${(at * 7919) % rows},${date},r${at}`;
    }),
  ].join('\n');

const shuffled = (at: number) => (at * 977) % 1000;

async function query(folder: string, sql: (parquet: string) => string): Promise<unknown[][]> {
  using db = await openDuckDb({ memoryMb: 512, threads: 1, tempFolder: null });
  return await db.rows(sql(quoteLiteral(`${folder}/data.parquet`)));
}

/** Row groups that hold rows of one day. */
async function groupsOf(folder: string, day: string): Promise<number> {
  const [[count] = []] = await query(
    folder,
    (parquet) =>
      `SELECT count(*) FROM parquet_metadata(${parquet}) WHERE path_in_schema = 'day' AND DATE '${day}' BETWEEN stats_min_value::DATE AND stats_max_value::DATE`,
  );
  return Number(count);
}

const ingest = (content: string, overrides: IngestOverrides = {}) => fixture.ingest(content, overrides);

describe('the order of rows', () => {
  it('is by time where a large file has none, so that a day lies in one row group', async () => {
    const { folder, report } = await ingest(measurements((at) => (at % 5000 === 0 ? null : shuffled(at))));
    expect(report.decisions.row_order).toMatchObject({ value: 'day', given: false });
    expect(await groupsOf(folder, '2020-03-01')).toBe(1);
    const [[outOfOrder, tiesOutOfOrder, missingFirst] = []] = await query(
      folder,
      (
        parquet,
      ) => `SELECT count(*) FILTER (day < day_before), count(*) FILTER (day IS NOT DISTINCT FROM day_before AND substr(place, 2)::INT < before), count(*) FILTER (day IS NOT NULL AND day_before IS NULL AND file_row_number > 0)
        FROM (SELECT *, lag(day) OVER w AS day_before, lag(substr(place, 2)::INT) OVER w AS before FROM read_parquet(${parquet}, file_row_number = true) WINDOW w AS (ORDER BY file_row_number))`,
    );
    expect([outOfOrder, tiesOutOfOrder, missingFirst].map(Number)).toEqual([0, 0, 0]);
    const [[count, distinct, sum] = []] = await query(
      folder,
      (parquet) => `SELECT count(*), count(DISTINCT place), sum(substr(place, 2)::INT) FROM ${parquet}`,
    );
    expect([count, distinct, sum].map(Number)).toEqual([rows, rows, (rows * (rows - 1)) / 2]);
  });

  it.each([
    ['going up', (at: number) => Math.floor(at / 250)],
    ['going down', (at: number) => 999 - Math.floor(at / 250)],
  ])('is that of the file where one column follows it, %s', async (_how, day) => {
    const { report, rows: read } = await ingest(measurements(day));
    expect(report.decisions.row_order).toMatchObject({
      value: null,
      reason: expect.stringContaining('"day"'),
    });
    expect(read.slice(0, 3).map(([position]) => position)).toEqual(['0', '7919', '15838']);
  });

  it('is that of the file without dates, for small tables, and where a person wants it', async () => {
    const signal = ['voltage', ...Array.from({ length: rows }, (_, at) => Math.sin(at).toFixed(6))].join(
      '\n',
    );
    expect((await ingest(signal)).report.decisions.row_order).toMatchObject({ value: null, given: false });
    const small = measurements(shuffled).split('\n').slice(0, 1000).join('\n');
    expect((await ingest(small)).report.decisions.row_order).toMatchObject({ value: null, given: false });
    const kept = await ingest(measurements(shuffled), { row_order: null });
    expect(kept.report.decisions.row_order).toMatchObject({ value: null, given: true });
    expect(kept.rows.slice(0, 3).map((row) => row[2])).toEqual(['r0', 'r1', 'r2']);
  });

  it('is by any column a person names', async () => {
    const small = measurements(shuffled).split('\n').slice(0, 1000).join('\n');
    const { report, rows: read } = await ingest(small, { row_order: 'position' });
    expect(report.decisions.row_order).toEqual({
      value: 'position',
      reason: 'Set by the user.',
      given: true,
    });
    const places = read.map(([place]) => Number(place));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    await expect(ingest(small, { row_order: 'time' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { field: 'row_order' },
      message: expect.stringContaining('position, day, place'),
    });
  });

  it('gives the same bytes each time', async () => {
    const content = measurements(shuffled);
    const [one, two] = [await ingest(content), await ingest(content)];
    expect(one.report.content_sha256).toBe(two.report.content_sha256);
  });
});
