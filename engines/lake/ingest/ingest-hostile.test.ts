import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { StromaError } from '@stroma/kernel';
import { Int32, Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IngestFixture, typesOf } from './ingest-fixture.ts';
import type { IngestOverrides } from './ingest-report.ts';
import { sheetRows, workbookFile, zipFile } from './zip-fixture.ts';

const fixture = new IngestFixture();
beforeAll(() => fixture.open());
afterAll(() => fixture.close());

const compound = Buffer.concat([
  Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
  Buffer.alloc(1016),
]);
const encrypted = Buffer.concat([compound, Buffer.from('EncryptedPackage', 'utf16le'), Buffer.alloc(512)]);
const packed = gzipSync(`a,b\n${'1,2\n'.repeat(5000)}`);
const arrow = tableToIPC(new Table({ x: vectorFromArray([1, 2, 3], new Int32()) }), 'file');
const book = workbookFile({
  One: sheetRows([
    ['a', 'b'],
    [1, 2],
  ]),
});
const laughs = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>`;

describe('files that are no table get a clear error', () => {
  it.each<[string, string | Uint8Array, string, string]>([
    ['nothing', '', 'a.csv', 'EMPTY_FILE'],
    ['blank space', ' \n\n\t\n', 'a.csv', 'EMPTY_FILE'],
    ['a byte-order mark alone', '\ufeff', 'a.csv', 'EMPTY_FILE'],
    [
      'random bytes',
      Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256)),
      'a.csv',
      'BINARY_FILE',
    ],
    [
      'a picture',
      Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.alloc(100)]),
      'a.csv',
      'BINARY_FILE',
    ],
    ['a PDF', '%PDF-1.7 ...', 'a.csv', 'BINARY_FILE'],
    ['zeros', Buffer.alloc(5000), 'a.csv', 'BINARY_FILE'],
    [
      'an HTML page called .xls',
      '<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>',
      'a.xls',
      'MISLABELLED_FILE',
    ],
    ['XML', '<?xml version="1.0"?><rows><row a="1"/></rows>', 'a.csv', 'MISLABELLED_FILE'],
    ['half a gzip file', packed.subarray(0, packed.length / 2), 'a.csv.gz', 'TRUNCATED_FILE'],
    [
      'a damaged gzip file',
      Buffer.concat([packed.subarray(0, 20), Buffer.alloc(40, 0xaa), packed.subarray(60)]),
      'a.csv.gz',
      'MALFORMED_FILE',
    ],
    ['gzip twice', gzipSync(gzipSync('a,b\n1,2\n')), 'a.gz', 'MALFORMED_FILE'],
    ['the start of a Parquet file', 'PAR1abcdefghijk', 'a.parquet', 'TRUNCATED_FILE'],
    ['half an Arrow file', arrow.subarray(0, arrow.length / 2), 'a.arrow', 'TRUNCATED_FILE'],
    ['half a workbook', book.subarray(0, book.length / 2), 'a.xlsx', 'TRUNCATED_FILE'],
    ['an encrypted workbook', encrypted, 'a.xlsx', 'ENCRYPTED_FILE'],
    ['an old workbook', compound, 'a.xls', 'BINARY_FILE'],
    ['a zip of something else', zipFile({ 'a.txt': 'hello' }), 'a.xlsx', 'BINARY_FILE'],
    [
      'a workbook with entities',
      workbookFile({ One: '' }, { 'xl/worksheets/s1.xml': laughs }),
      'a.xlsx',
      'MALFORMED_FILE',
    ],
    ['an empty workbook', workbookFile({ One: '<sheetData/>' }), 'a.xlsx', 'EMPTY_FILE'],
    ['JSON that ends early', '[{"a":1},{"a":', 'a.json', 'TRUNCATED_FILE'],
    ['JSON that is none', '{"a":1,]', 'a.json', 'MALFORMED_FILE'],
    ['very deep JSON', '['.repeat(100_000), 'a.json', 'MALFORMED_FILE'],
    ['a list of nothing', '[]', 'a.json', 'NO_TABLE'],
    ['a single JSON value', '5', 'a.json', 'NO_TABLE'],
  ])('%s', async (_, content, fileName, code) => {
    const error = await fixture.ingest(content, {}, { fileName }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(StromaError);
    expect(error).toMatchObject({ code });
    expect((error as StromaError).message).toMatch(/^(Expected|The )/);
  });

  it.each<[string, () => string | Uint8Array, string, string]>([
    [
      'a gzip bomb',
      () => gzipSync(Buffer.alloc(100 * 2 ** 20, 'a,b\n'), { level: 9 }),
      'a.csv.gz',
      'FILE_TOO_LARGE',
    ],
    [
      'a workbook bomb',
      () =>
        workbookFile({
          One: `<sheetData><row><c t="inlineStr"><is><t>${' '.repeat(100 * 2 ** 20)}</t></is></c></row></sheetData>`,
        }),
      'a.xlsx',
      'FILE_TOO_LARGE|MALFORMED_FILE',
    ],
    ['a million columns', () => ','.repeat(1_000_000), 'a.csv', 'EMPTY_FILE|NO_TABLE|TOO_MANY_COLUMNS'],
    [
      'a million names',
      () => `${Array.from({ length: 1_000_000 }, (_, at) => `c${at}`).join(',')}\n1,2\n`,
      'a.csv',
      'TOO_MANY_COLUMNS',
    ],
    ['a line without an end', () => `${'x'.repeat(70 * 2 ** 20)}`, 'a.csv', 'MALFORMED_FILE'],
    [
      'a JSON record without an end',
      () => `[{"a":"${'x'.repeat(20 * 2 ** 20)}"}]`,
      'a.json',
      'MALFORMED_FILE',
    ],
  ])('%s', async (_, content, fileName, codes) => {
    const error = await fixture.ingest(content(), {}, { fileName }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(StromaError);
    expect((error as StromaError).code).toMatch(new RegExp(`^(${codes})$`));
  });

  it('a name that is a path is only a name', async () => {
    const { rows } = await fixture.ingest('a,b\n1,2\n', {}, { fileName: '../../../etc/passwd' });
    expect(rows).toEqual([['1', '2']]);
  });

  it('after a failure nothing is left behind, and the raw file is as it was', async () => {
    const content = packed.subarray(0, packed.length / 2);
    const path = await fixture.write(content, 'half.gz');
    const before = await readdir(dirname(path));
    await fixture.ingestPath(path, { fileName: 'half.gz' }).catch(() => {});
    const made = (await readdir(dirname(path))).filter((name) => !before.includes(name));
    for (const name of made) expect(await readdir(`${dirname(path)}/${name}`)).toEqual([]);
    expect(await readFile(path)).toEqual(content);
  });

  it('a cancelled ingestion stops and says so', async () => {
    const controller = new AbortController();
    const stopped = fixture.ingest(
      `a,b\n${'1,2\n'.repeat(50_000)}`,
      {},
      {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      },
    );
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('any bytes give a table or an error that says what was expected', async () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ maxLength: 200 }).map((text) => Buffer.from(text)),
      fc
        .array(
          fc.constantFrom(
            'a',
            '1',
            ',',
            ';',
            '"',
            '\n',
            '\r',
            ' ',
            '{',
            '}',
            '[',
            ']',
            ':',
            '\\',
            '#',
            '\0',
            '=',
            '-',
          ),
        )
        .map((parts) => Buffer.from(parts.join(''))),
      fc.uint8Array({ maxLength: 60 }).map((tail) => Buffer.concat([book.subarray(0, 200), tail])),
      fc.uint8Array({ maxLength: 60 }).map((tail) => Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), tail])),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        const outcome = await fixture.ingest(bytes).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) return;
        expect(outcome).toBeInstanceOf(StromaError);
        const { code, message, cause } = outcome as StromaError;
        expect(`${code} ${message} ${cause}`).not.toMatch(/^INTERNAL/);
      }),
      { numRuns: 20 },
    );
  });
});

describe('settings', () => {
  const text = 'Title\na;b;c\n1,5;02/03/2024;x\n2,5;03/04/2024;NONE\nend\n';

  it('are taken as given and reported so', async () => {
    const overrides: IngestOverrides = {
      delimiter: ';',
      skip_lines: 1,
      header_lines: 1,
      footer_lines: 1,
      decimal: ',',
      date_order: 'mdy',
      null_values: ['NONE'],
      column_types: { c: 'text' },
    };
    const { report, rows } = await fixture.ingest(text, overrides);
    expect(rows).toEqual([
      ['1.5', '2024-02-03', 'x'],
      ['2.5', '2024-03-04', null],
    ]);
    for (const field of [
      'delimiter',
      'skip_lines',
      'header_lines',
      'footer_lines',
      'decimal',
      'date_order',
      'null_values',
    ] as const) {
      expect(report.decisions[field]).toMatchObject({ given: true });
    }
    expect(report.decisions.columns[2]?.type).toMatchObject({ value: 'text', given: true });
  });

  it('a type that does not fit rejects the rows it does not fit', async () => {
    const { report, rows } = await fixture.ingest('id,v\n1,2\n2,x\n3,4\n', {
      column_types: { v: 'integer' },
    });
    expect(rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(report.rejects).toMatchObject([{ line: 3, raw: '2,x' }]);
  });

  it('zip codes can be made numbers and numbers text', async () => {
    const { report, rows } = await fixture.ingest('zip,n\n007,1\n012,2\n', {
      column_types: { zip: 'integer', n: 'text' },
    });
    expect(typesOf(report)).toEqual({ zip: 'integer', n: 'text' });
    expect(rows).toEqual([
      ['7', '1'],
      ['12', '2'],
    ]);
  });

  it.each<[string, IngestOverrides]>([
    ['delimiter', { delimiter: 'ab' }],
    ['quote', { quote: '""' }],
    ['escape', { escape: 'x' }],
    ['encoding', { encoding: 'klingon' }],
    ['skip_lines', { skip_lines: -1 }],
    ['skip_lines', { skip_lines: 99 }],
    ['header_lines', { header_lines: 1.5 }],
    ['table', { table: 7 }],
    ['thousands', { thousands: '.', decimal: '.' }],
    ['column_types.nope', { column_types: { nope: 'text' } }],
    ['format', { format: 'parquet' }],
  ])('a wrong %s is refused by name', async (field, overrides) => {
    const refused = fixture.ingest('a,b\n1,2\n3,4\n', overrides);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field } });
  });
});
