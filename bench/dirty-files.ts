/**
 * How many dirty files with known content come out exactly right: names, rows, every cell, nothing rejected.
 * Both sides are compared as text after the same normalisation: missing and empty are one, numbers as JavaScript
 * writes them, booleans in lower case, dates and times as ISO 8601 without a midnight, line ends inside text as
 * LF. Prints one line a file and one closing JSON line.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type IngestOverrides, ingestFile, openDuckDb, quoteLiteral } from '../engines/lake/index.ts';
import { sharedData } from '../scripts/shared-data.ts';

interface Truth {
  file: string;
  overrides?: IngestOverrides;
  /** Null where the file has no header. */
  header: string[] | null;
  rows: (string | null)[][];
  /** Expected error instead of a table. */
  error?: string;
  /** Accepts a cell that differs for a reason the file's note gives. */
  accept?: (expected: string, got: string, column: number) => boolean;
}

interface PollutedFile {
  file: string;
  n_data_rows: number;
  n_columns: number;
  header_lines: number;
  note: string;
}

const folder = 'dirtycsv';

async function readText(relative: string): Promise<string> {
  const path = sharedData(join(folder, relative));
  if (!path) throw new Error(`Expected ${relative} in the shared data folder.`);
  return readFile(path, 'utf8');
}

async function pollutedTruths(): Promise<Truth[]> {
  const index = JSON.parse(await readText('pollution_penguins/index.json')) as {
    clean: { header: string[]; rows: string[][] };
    files: PollutedFile[];
  };
  const { header, rows } = index.clean;
  return index.files.flatMap((each) => {
    const file = join('pollution_penguins', each.file);
    if (!sharedData(join(folder, file))) return [];
    const repeated = each.n_data_rows > rows.length ? rows.slice(0, each.n_data_rows - rows.length) : [];
    const truth: Truth = {
      file,
      header: each.header_lines === 0 ? null : header,
      rows: [...rows.slice(0, each.n_data_rows), ...repeated],
    };
    if (each.n_columns === 0) return [{ ...truth, header: null, rows: [], error: 'EMPTY_FILE' }];
    if (each.n_columns === header.length + 1) {
      truth.header = ['', ...header];
      truth.rows = rows.map((row, at) => [String(at + 1), ...row]);
    }
    if (/N\/A/.test(each.note))
      truth.accept = (expected, got) => got === '' || got.trim().toLowerCase() === expected.toLowerCase();
    if (/formula/.test(each.note)) truth.accept = (_, got) => /^[=+@-]/.test(got);
    return [truth];
  });
}

const spectrum = [
  'comma_in_quotes',
  'empty',
  'empty_crlf',
  'escaped_quotes',
  'json',
  'location_coordinates',
  'newlines',
  'newlines_crlf',
  'quotes_and_newlines',
  'simple',
  'simple_crlf',
  'utf8',
];

async function spectrumTruths(): Promise<Truth[]> {
  const truths: Truth[] = [];
  for (const name of spectrum) {
    const file = `csv_spectrum/csvs/${name}.csv`;
    if (!sharedData(join(folder, file))) continue;
    const parsed: unknown = JSON.parse(await readText(`csv_spectrum/json/${name}.json`));
    const records = (Array.isArray(parsed) ? parsed : [parsed]) as Record<string, string>[];
    const header = Object.keys(records[0] ?? {});
    const truth: Truth = {
      file,
      header,
      rows: records.map((record) => header.map((key) => record[key] ?? null)),
    };
    // The published content of this file names another telephone number than the file itself.
    if (name === 'location_coordinates') truth.accept = (_, __, column) => column === 0;
    truths.push(truth);
  }
  return truths;
}

/** A file of csvkit, the conversion csvkit's tests expect of it, and what was asked for there. */
const converted: [string, string, IngestOverrides?][] = [
  ['blanks.csv', 'blanks_converted.csv'],
  ['test_date_format.csv', 'test_date_format_converted.csv'],
  ['test_locale.csv', 'test_locale_converted.csv'],
  ['testjson.json', 'testjson_converted.csv'],
  ['testjson_multiline.json', 'testjson_multiline_converted.csv'],
  ['testjson_nested.json', 'testjson_nested_converted.csv'],
  ['test.xlsx', 'testxlsx_converted.csv'],
  ['test.xlsx', 'testxlsx_noinference_converted.csv'],
  ['test_skip_lines.xlsx', 'testxlsx_converted.csv'],
  ['sheets.xlsx', 'testxlsx_converted.csv', { sheet: 'data' }],
  ['sheets.xlsx', 'testxlsx_unicode_converted.csv', { sheet: 'ʤ' }],
  ['dummy.csv.gz', 'testxlsx_unicode_converted.csv'],
];

async function convertedTruths(): Promise<Truth[]> {
  const truths: Truth[] = [];
  for (const [source, target, overrides] of converted) {
    const file = join('csvkit', source);
    if (!sharedData(join(folder, file)) || !sharedData(join(folder, 'csvkit', target))) continue;
    const [header = [], ...rows] = parseStrict(await readText(join('csvkit', target)));
    truths.push({ file, header, rows, ...(overrides ? { overrides } : {}) });
  }
  return truths;
}

/** RFC 4180 and nothing else: the expected conversions are clean. */
function parseStrict(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.match(/(?:"(?:[^"]|"")*"|[^"\n])+/g) ?? []) {
    const cells = [...`,${line.replace(/\r$/, '')}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)];
    rows.push(cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ''));
  }
  return rows;
}

function normalise(value: string | null): string {
  const text = (value ?? '').replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const trimmed = text.trim();
  if (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(trimmed)) return String(Number(trimmed));
  if (/^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase();
  if (/^\d{4}-\d\d-\d\d[T ]/.test(trimmed))
    return trimmed
      .replace('T', ' ')
      .replace(/\.0+$/, '')
      .replace(/ 00:00(:00)?$/, '');
  if (/^\d:\d\d(:\d\d)?$/.test(trimmed)) return `0${trimmed}`;
  return text;
}

const normaliseName = (name: string) => name.trim().replaceAll('/', '.').toLowerCase();

async function score(truth: Truth, workFolder: string): Promise<string | null> {
  const sourcePath = sharedData(join(folder, truth.file)) as string;
  const outputFolder = await mkdtemp(join(workFolder, 'out-'));
  const request = {
    sourcePath,
    fileName: basename(truth.file),
    outputFolder,
    limits: { threads: 1, memoryMb: 512 },
  };
  try {
    const report = await ingestFile({
      ...request,
      ...(truth.overrides ? { overrides: truth.overrides } : {}),
    });
    if (truth.error) return `expected ${truth.error}, got a table`;
    if (report.rejected_rows > 0)
      return `${report.rejected_rows} rows rejected: ${report.rejects[0]?.reason}`;
    // A column without a name gets one here and another in csvkit: neither is true.
    const names = report.decisions.columns.map(({ name, original_name: original }) =>
      original === '' ? '' : name,
    );
    using db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: null });
    const rows = await db.rows(
      `SELECT COLUMNS(*)::VARCHAR FROM read_parquet(${quoteLiteral(join(outputFolder, 'data.parquet'))})`,
    );
    return compare(truth, names, rows as (string | null)[][]);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return code === truth.error ? null : `error ${code}`;
  } finally {
    await rm(outputFolder, { recursive: true, force: true });
  }
}

function compare(truth: Truth, names: string[], rows: (string | null)[][]): string | null {
  const { header } = truth;
  if (header && names.length !== header.length) return `${names.length} columns, expected ${header.length}`;
  const wrong =
    header?.findIndex(
      (name, at) => name !== '' && names[at] !== '' && normaliseName(name) !== normaliseName(names[at] ?? ''),
    ) ?? -1;
  if (wrong >= 0) return `column ${wrong} is "${names[wrong]}", expected "${header?.[wrong]}"`;
  if (rows.length !== truth.rows.length) return `${rows.length} rows, expected ${truth.rows.length}`;
  for (const [at, row] of truth.rows.entries()) {
    for (const [column, cell] of row.entries()) {
      const expected = normalise(cell);
      const got = normalise(rows[at]?.[column] ?? null);
      if (expected !== got && !truth.accept?.(expected, got, column)) {
        return `row ${at + 1}, "${names[column]}": ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`;
      }
    }
  }
  return null;
}

if (!sharedData(folder)) {
  console.error('The shared data folder is absent: there is nothing to score.');
  process.exit(1);
}
const workFolder = await mkdtemp(join(tmpdir(), 'dirty-files-'));
try {
  const truths = [...(await pollutedTruths()), ...(await spectrumTruths()), ...(await convertedTruths())];
  const started = performance.now();
  let exact = 0;
  for (const truth of truths) {
    const fault = await score(truth, workFolder);
    if (fault === null) exact++;
    console.log(`${fault === null ? 'exact ' : 'WRONG '} ${truth.file}${fault === null ? '' : `: ${fault}`}`);
  }
  const ms = Math.round(performance.now() - started);
  console.log(
    JSON.stringify({ bench: 'dirty-files', files: truths.length, exact, share: exact / truths.length, ms }),
  );
} finally {
  await rm(workFolder, { recursive: true, force: true });
}
