import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IngestFixture } from './ingest-fixture.ts';
import type { IngestOverrides } from './ingest-report.ts';
import { compressors } from './parquet-compressors.ts';

const fixture = new IngestFixture();
beforeAll(() => fixture.open());
afterAll(() => fixture.close());

interface Dialect {
  delimiter: string;
  quote: string;
  escape: string;
  lineEnd: string;
  encoding: 'utf8' | 'utf16le';
}

const dialects = fc.record<Dialect>({
  delimiter: fc.constantFrom(',', ';', '\t', '|', '^', '~', ', '),
  quote: fc.constantFrom('"', "'"),
  escape: fc.constantFrom('doubled', 'backslash'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  encoding: fc.constantFrom('utf8', 'utf16le'),
});

// Lone surrogates are no text: no encoding can write them.
const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('a', ',', ';', '"', "'", '\\', '\n', '\r', ' ', '|', '\t', 'é', '0'),
    maxLength: 8,
  }),
  fc.constantFrom('', 'NA', '007', '-1.5', '2024-01-02', '=1+1', 'null'),
);

const tables = fc.integer({ min: 2, max: 5 }).chain((width) =>
  fc.array(
    fc.array(
      cell.map((text) => text.replaceAll('\0', '')),
      { minLength: width, maxLength: width },
    ),
    { minLength: 1, maxLength: 12 },
  ),
);

function write(rows: string[][], { delimiter, quote, lineEnd, ...dialect }: Dialect): string {
  const escaped = (text: string) =>
    dialect.escape === 'doubled'
      ? text.replaceAll(quote, quote + quote)
      : text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return rows
    .map((row) => row.map((text) => `${quote}${escaped(text)}${quote}`).join(delimiter) + lineEnd)
    .join('');
}

const overridesFor = (dialect: Dialect, names: string[]): IngestOverrides => ({
  format: 'csv',
  delimiter: dialect.delimiter,
  quote: dialect.quote,
  escape: dialect.escape === 'doubled' ? dialect.quote : '\\',
  header_lines: 1,
  skip_lines: 0,
  footer_lines: 0,
  null_values: [],
  column_types: Object.fromEntries(names.map((name) => [name, 'text' as const])),
});

describe('what is written is read', () => {
  it('any table of text in any dialect, given the dialect, cell by cell', async () => {
    await fc.assert(
      fc.asyncProperty(tables, dialects, fc.boolean(), async (table, dialect, alwaysRewrite) => {
        const names = (table[0] as string[]).map((_, index) => `name ${index}`);
        const text = write([names, ...table], dialect);
        const bytes =
          dialect.encoding === 'utf8'
            ? Buffer.from(text)
            : Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
        const { report, rows } = await fixture.ingest(bytes, overridesFor(dialect, names), { alwaysRewrite });
        expect(report.columns.map((column) => column.name)).toEqual(names);
        expect(rows.map((row) => row.map((value) => value ?? ''))).toEqual(table);
        expect(report.rows + report.rejected_rows).toBe(table.length);
      }),
      { numRuns: 8 },
    );
  });

  it('the dialect is found without being given, for tables of words and numbers', async () => {
    const word = fc.stringMatching(/^[a-zà-ü]{2,9}( [a-z]{2,5})?$/);
    const row = fc.tuple(
      word,
      fc.integer({ min: 0, max: 10_000 }),
      fc.float({ min: 0, max: 100, noNaN: true }),
      word,
    );
    const plainDialects = fc.record<Dialect>({
      delimiter: fc.constantFrom(',', ';', '\t', '|', '^', '~'),
      quote: fc.constantFrom('"'),
      escape: fc.constantFrom('doubled'),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      encoding: fc.constantFrom('utf8', 'utf16le'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 3, maxLength: 15 }),
        plainDialects,
        async (table, dialect) => {
          const header = ['sample', 'count', 'score', 'comment'];
          const text = write([header, ...table.map((each) => each.map(String))], dialect);
          const { report, rows } = await fixture.ingest(Buffer.from(text, dialect.encoding));
          expect(report.decisions.delimiter?.value).toBe(dialect.delimiter);
          expect(report.columns.map((column) => column.name)).toEqual(header);
          expect(rows.map((each) => Number(each[1]))).toEqual(table.map((each) => each[1]));
          expect(rows.map((each) => each[0])).toEqual(table.map((each) => each[0]));
        },
      ),
      { numRuns: 8 },
    );
  });

  it('every record of a ragged table is a row or a reject', async () => {
    const ragged = fc.array(fc.array(fc.stringMatching(/^[b-m]{1,6}$/), { minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(ragged, async (table) => {
        const text = ['a,b,c', ...table.map((row) => row.join(','))].join('\n');
        const { report } = await fixture.ingest(text, {
          delimiter: ',',
          header_lines: 1,
          skip_lines: 0,
          footer_lines: 0,
        });
        expect(report.rows + report.rejected_rows).toBe(table.length);
        expect(report.rejects.length).toBe(report.rejected_rows);
      }),
      { numRuns: 8 },
    );
  });

  it('both ways of reading give the same table', async () => {
    const row = fc.tuple(
      fc.constantFrom('1', '22', '-3', '007', '1.5', '', 'NA', 'x', ' 4'),
      fc.constantFrom('2024-01-02', '3/4/2024', '2024-01-02 10:00:00', '', 'soon'),
      fc.constantFrom('true', 'FALSE', 'no', '', '?'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 60 }), async (table) => {
        const text = [
          'number,date,flag',
          ...table.map((each) => each.map((value) => `"${value}"`).join(',')),
        ].join('\n');
        const direct = await fixture.ingest(text, { header_lines: 1 });
        const rewritten = await fixture.ingest(text, { header_lines: 1 }, { alwaysRewrite: true });
        expect(rewritten.rows).toEqual(direct.rows);
        expect(rewritten.report.rejects).toEqual(direct.report.rejects);
        expect(rewritten.report.columns).toEqual(direct.report.columns);
      }),
      { numRuns: 8 },
    );
  });
});

describe('the Parquet file', () => {
  const text = `id,day,score,flag,name\n${Array.from({ length: 500 }, (_, i) => `${i},2024-01-${String((i % 28) + 1).padStart(2, '0')},${i / 8},${i % 2 === 0},n${i % 7}`).join('\n')}\n`;

  it('is read by another reader with the same values', async () => {
    const { folder } = await fixture.ingest(text);
    const file = await readFile(join(folder, 'data.parquet'));
    const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
    const objects = await parquetReadObjects({ file: buffer, compressors });
    expect(objects).toHaveLength(500);
    expect(objects[9]).toEqual({
      id: 9n,
      day: new Date('2024-01-10'),
      score: 1.125,
      flag: false,
      name: 'n2',
    });
  });

  it('has the same bytes for the same input, with any number of threads', async () => {
    const long = text + text.slice(text.indexOf('\n') + 1).repeat(300);
    const hashes = new Set<string>();
    for (const threads of [1, 2, 2]) {
      const { report } = await fixture.ingest(long, {}, { limits: { threads } });
      hashes.add(report.content_sha256);
    }
    expect(hashes.size).toBe(1);
  });

  it('has other bytes when a value differs', async () => {
    const one = await fixture.ingest('a,b\n1,2\n');
    const two = await fixture.ingest('a,b\n1,3\n');
    expect(one.report.content_sha256).not.toBe(two.report.content_sha256);
  });
});
