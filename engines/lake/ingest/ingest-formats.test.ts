import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import {
  Bool,
  DateDay,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { openDuckDb, quoteLiteral } from '../duckdb.ts';
import { IngestFixture, typesOf, warningsOf } from './ingest-fixture.ts';
import { sheetRows, workbookFile } from './zip-fixture.ts';

const fixture = new IngestFixture();
beforeAll(() => fixture.open());
afterAll(() => fixture.close());

const csv = 'a,b\n1,x\n2,y\n';
const rows = [
  ['1', 'x'],
  ['2', 'y'],
];

describe('compression', () => {
  it.each<[string, Buffer, 'gzip' | 'zstd', string]>([
    ['gzip', gzipSync(csv), 'gzip', 'a.csv.gz'],
    ['zstd', zstdCompressSync(csv), 'zstd', 'a.csv.zst'],
    ['two gzip members', Buffer.concat([gzipSync('a,b\n1,x\n'), gzipSync('2,y\n')]), 'gzip', 'a.csv.gz'],
  ])('%s is unpacked', async (_, bytes, compression, fileName) => {
    const result = await fixture.ingest(bytes, {}, { fileName });
    expect(result.rows).toEqual(rows);
    expect(result.report.decisions.compression.value).toBe(compression);
    expect(result.report.warnings).toEqual([]);
  });

  it('a packed file with a plain name is read as what it is, with a warning', async () => {
    const { report } = await fixture.ingest(gzipSync(csv), {}, { fileName: 'a.csv' });
    expect(warningsOf(report)).toHaveProperty('mislabelled-file');
  });
});

describe('JSON', () => {
  it.each<[string, string, string]>([
    ['a list of objects', '[{"a":1,"b":"x"},{"a":2,"b":"y"}]', 'json'],
    ['a list of lists with a header', '[["a","b"],[1,"x"],[2,"y"]]', 'json'],
    ['a list inside an object', '{"count":2,"items":[{"a":1,"b":"x"},{"a":2,"b":"y"}]}', 'json'],
    ['columns beside rows', '{"columns":["a","b"],"data":[[1,"x"],[2,"y"]]}', 'json'],
    ['an object of columns', '{"a":[1,2],"b":["x","y"]}', 'json'],
    ['one object a line', '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', 'ndjson'],
    ['objects one after the other', '{"a":1,\n"b":"x"}\n{"a":2,\n"b":"y"}\n', 'ndjson'],
  ])('%s', async (_, text, format) => {
    const result = await fixture.ingest(text, {}, { fileName: `a.${format}` });
    expect(result.rows).toEqual(rows);
    expect(typesOf(result.report)).toEqual({ a: 'integer', b: 'text' });
    expect(result.report.decisions.format.value).toBe(format);
  });

  it('keeps long integers, strings of digits, dates, lists and objects', async () => {
    const text =
      '[{"id":9007199254740993,"zip":"01234","day":"2024-01-02","l":[1,2],"o":{"x":true,"y":{"z":1.5}}},{"id":1,"zip":"5","day":"2024-02-03","l":[],"o":null}]';
    const result = await fixture.ingest(text, {}, { fileName: 'a.json' });
    expect(typesOf(result.report)).toMatchObject({
      id: 'integer',
      zip: 'text',
      day: 'date',
      l: 'nested',
      'o.x': 'boolean',
      'o.y.z': 'number',
    });
    expect(result.rows[0]).toEqual(
      expect.arrayContaining(['9007199254740993', '01234', '2024-01-02', '[1, 2]', 'true', '1.5']),
    );
  });

  it('rejects lines that are no records and says why', async () => {
    const result = await fixture.ingest(
      '{"a":1}\n{"a":oops}\n5\n{"a":2,"a":3}\n',
      {},
      { fileName: 'a.ndjson' },
    );
    expect(result.rows).toEqual([['1'], ['3']]);
    expect(result.report.rejects.map((reject) => [reject.line, reject.raw])).toEqual([
      [2, '{"a":oops}'],
      [3, '5'],
    ]);
    expect(warningsOf(result.report)).toHaveProperty('duplicate-keys', 1);
  });

  it('reads the features of GeoJSON', async () => {
    const text =
      '{"type":"FeatureCollection","features":[{"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[102.5,0.5]},"properties":{"n":"a"}}]}';
    const result = await fixture.ingest(text, {}, { fileName: 'a.geojson' });
    expect(typesOf(result.report)).toMatchObject({
      id: 'integer',
      n: 'text',
      longitude: 'number',
      latitude: 'number',
    });
  });
});

describe('Parquet and Arrow', () => {
  it('keeps nested columns and widens small integers', async () => {
    const first = await fixture.ingest(csv);
    const path = join(first.folder, 'nested.parquet');
    using db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: null });
    await db.run(
      `COPY (SELECT 1::TINYINT AS i, [1, 2] AS l, {'x': 1, 'y': 'a'} AS s, 1.25::DECIMAL(5,2) AS d, uuid() AS u, 'p'::ENUM('p', 'q') AS e) TO ${quoteLiteral(path)} (FORMAT parquet)`,
    );
    const result = await fixture.ingestPath(path, { fileName: 'x.parquet' });
    expect(typesOf(result.report)).toEqual({
      i: 'integer',
      l: 'nested',
      s: 'nested',
      d: 'number',
      u: 'text',
      e: 'text',
    });
    expect(result.rows[0]?.slice(0, 4)).toEqual(['1', '[1, 2]', "{'x': 1, 'y': a}", '1.25']);
  });

  it('what was ingested is ingested again to the same values', async () => {
    const first = await fixture.ingest('id,day,v\n1,2024-01-02,1.5\n2,2024-01-03,\n');
    const again = await fixture.ingestPath(join(first.folder, 'data.parquet'), { fileName: 'data.parquet' });
    expect(again.rows).toEqual(first.rows);
    expect(again.report.columns).toEqual(first.report.columns);
  });

  const table = new Table({
    i: vectorFromArray([1, null, 3], new Int32()),
    big: vectorFromArray([9007199254740993n, null, 1n], new Int64()),
    f: vectorFromArray([0.1, null, 2.5], new Float64()),
    s: vectorFromArray(['x', '', null], new Utf8()),
    b: vectorFromArray([true, false, null], new Bool()),
    d: vectorFromArray([new Date('2024-01-02'), null, new Date('1901-12-31')], new DateDay()),
    t: vectorFromArray([1704189845123, null, -1], new TimestampMicrosecond()),
    l: vectorFromArray([[1, 2], null, []], new List(new Field('item', new Int32()))),
  });

  it.each(['file', 'stream'] as const)('reads an Arrow IPC %s', async (kind) => {
    const result = await fixture.ingest(tableToIPC(table, kind), {}, { fileName: 'x.arrow' });
    expect(typesOf(result.report)).toEqual({
      i: 'integer',
      big: 'integer',
      f: 'number',
      s: 'text',
      b: 'boolean',
      d: 'date',
      t: 'timestamp',
      l: 'nested',
    });
    expect(result.rows).toEqual([
      ['1', '9007199254740993', '0.1', 'x', 'true', '2024-01-02', '2024-01-02 10:04:05.123', '[1, 2]'],
      [null, null, null, '', 'false', null, null, null],
      ['3', '1', '2.5', null, null, '1901-12-31', '1969-12-31 23:59:59.999', '[]'],
    ]);
  });

  it('keeps missing values of a table of one column', async () => {
    const one = new Table({ x: vectorFromArray(['a', null, null, 'b'], new Utf8()) });
    const result = await fixture.ingest(tableToIPC(one, 'file'), {}, { fileName: 'x.arrow' });
    expect(result.rows).toEqual([['a'], [null], [null], ['b']]);
  });
});

describe('Excel', () => {
  it('reads dates by number format, gaps, titles and merged headers', async () => {
    const sheet = sheetRows([
      ['Trial results', null, null, null, null],
      [],
      ['subject', 'visit', null, 'seen', 'score'],
      [null, 'day', 'time', null, null],
      ['A-1', [45293, 1], [0.5, 3], [45293.25, 2], 1.5],
      ['A-2', [45294, 1], [0.75, 3], [45294.5, 2], null],
      ['A-3', [45295, 1], null, [45295, 2], 3],
    ]);
    const merges = '<mergeCells count="2"><mergeCell ref="A1:E1"/><mergeCell ref="B3:C3"/></mergeCells>';
    const { report, rows: cells } = await fixture.ingest(
      workbookFile({ Data: sheet + merges }),
      {},
      { fileName: 'trial.xlsx' },
    );
    expect(typesOf(report)).toEqual({
      subject: 'text',
      visit_day: 'date',
      visit_time: 'time',
      seen: 'timestamp',
      score: 'number',
    });
    expect(cells[0]).toEqual(['A-1', '2024-01-02', '12:00:00', '2024-01-02 06:00:00', '1.5']);
    expect(report.decisions.tables[0]).toMatchObject({ name: 'Data', first_line: 3, rows: 3 });
  });

  it('lists the sheets and reads the one asked for', async () => {
    const book = workbookFile({
      One: sheetRows([
        ['a', 'b'],
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ]),
      Two: sheetRows([
        ['c', 'd'],
        [9, 'x'],
      ]),
    });
    const first = await fixture.ingest(book, {}, { fileName: 'b.xlsx' });
    expect(first.report.decisions.tables.map((table) => table.name)).toEqual(['One', 'Two']);
    expect(first.rows).toHaveLength(4);
    const second = await fixture.ingest(book, { sheet: 'Two' }, { fileName: 'b.xlsx' });
    expect(second.rows).toEqual([['9', 'x']]);
    await expect(fixture.ingest(book, { sheet: 'Three' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { field: 'sheet' },
    });
  });

  it('named as CSV it is read as what it is, with a warning', async () => {
    const { report } = await fixture.ingest(
      workbookFile({ One: sheetRows([['a'], [1]]) }),
      {},
      { fileName: 'x.csv' },
    );
    expect(report.decisions.format.value).toBe('xlsx');
    expect(warningsOf(report)).toHaveProperty('mislabelled-file');
  });

  const real = sharedData('dirtycsv/csvkit/sheets.xlsx');
  it.skipIf(real === null)('reads a workbook of the 1904 calendar', async () => {
    const { rows: cells } = await fixture.ingestPath(real as string, { fileName: 'sheets.xlsx' });
    expect(cells[0]?.slice(0, 6)).toEqual([
      'Chicago Reader',
      '1971-01-01',
      '40',
      'true',
      '1.0',
      '1971-01-01 04:14:00',
    ]);
  });
});

describe('the rejects file', () => {
  it('has the lines, reasons and raw texts of all rejects', async () => {
    const lines = Array.from({ length: 3000 }, (_, at) => (at % 2 === 0 ? `${at},1,2` : `${at},1`));
    const { report, folder } = await fixture.ingest(['a,b', ...lines].join('\n'), {
      header_lines: 1,
      delimiter: ',',
    });
    expect(report.rejected_rows + report.rows).toBe(3000);
    using db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: null });
    const [count, first] = await db.row(
      `SELECT count(*), min(line) FROM read_parquet(${quoteLiteral(join(folder, 'rejects.parquet'))})`,
    );
    expect(Number(count)).toBe(report.rejected_rows);
    expect(report.rejects.length).toBe(Math.min(1000, report.rejected_rows));
    expect(Number(first ?? 0)).toBe(report.rejects[0]?.line ?? 0);
    expect((await readFile(join(folder, 'rejects.parquet'))).subarray(0, 4).toString()).toBe('PAR1');
  });
});
