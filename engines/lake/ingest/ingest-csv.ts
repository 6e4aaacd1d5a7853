import { join } from 'node:path';
import { StromaError } from '@stroma/kernel';
import { writeCleanCsv } from './clean-csv.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { detectDialect } from './dialect-detection.ts';
import { nameColumns } from './header-detection.ts';
import type { IngestContext } from './ingest-context.ts';
import type { Decision, FoundTable, IngestDecisions } from './ingest-report.ts';
import {
  applyFooterOverride,
  applyHeaderOverride,
  firstTableAt,
  skipLines,
  trimTotals,
} from './layout-overrides.ts';
import { lineEnd, warnAboutLayout, warnAboutRows } from './layout-warnings.ts';
import type { RecordReaderOptions } from './record-reader.ts';
import { oddity } from './record-scanner.ts';
import { cleanRelation, csvRelation, type StagedTable } from './staged-table.ts';
import { type Structure, scanStructure } from './structure-scan.ts';
import { chooseTable, findTables, sampleOf, type TableLayout } from './table-layout.ts';
import type { ByteEvidence } from './text-encoding.ts';
import { sampleText } from './text-sample.ts';
import { toUtf8 } from './text-source.ts';

export type TextDecisions = Pick<
  IngestDecisions,
  | 'encoding'
  | 'delimiter'
  | 'quote'
  | 'escape'
  | 'line_end'
  | 'skip_lines'
  | 'header_lines'
  | 'footer_lines'
  | 'table'
  | 'tables'
>;

export interface StagedText {
  staged: StagedTable;
  decisions: TextDecisions;
}

const decided = <T>(value: T, reason: string, given = false): Decision<T> => ({ value, reason, given });
const setByUser = 'Set by the user.';

/** Reads a text file as a table: encoding, dialect, layout, then the relation the engine reads. */
export async function stageText(
  context: IngestContext,
  path: string,
  head: Buffer,
  evidence: ByteEvidence,
): Promise<StagedText> {
  const text = await toUtf8(context, path, head, evidence);
  const sample = await sampleText(text.path, text.start);
  if (sample.every((piece) => piece.toString('utf8').trim() === '')) {
    throw new StromaError('EMPTY_FILE', 'Expected a table, but the file holds only blank space.');
  }
  const { dialect, reasons } = detectDialect(sample, context.overrides);
  const staged = await stageDelimited(context, text.path, text.start, dialect);
  const { overrides } = context;
  return {
    staged: staged.staged,
    decisions: {
      ...staged.decisions,
      encoding: decided(text.choice.encoding, text.choice.reason, text.choice.given),
      delimiter: decided(dialect.delimiter, reasons.delimiter, overrides.delimiter !== undefined),
      quote: decided(dialect.quote, reasons.quote, overrides.quote !== undefined),
      escape: decided(dialect.escape, reasons.escape, overrides.escape !== undefined),
    },
  };
}

/** Stages UTF-8 text whose dialect is known; also what spreadsheets and other grids come through. */
export async function stageDelimited(
  context: IngestContext,
  path: string,
  start: number,
  dialect: CsvDialect,
  grid: { name: string | null; linesAreRecords: boolean } = { name: null, linesAreRecords: false },
): Promise<StagedText> {
  const { overrides, limits } = context;
  const options: RecordReaderOptions = {
    maxCellBytes: limits.maxCellBytes,
    maxColumns: limits.maxColumns,
    signal: context.signal,
    linesAreRecords: grid.linesAreRecords,
  };
  context.progress(0.1, 'reading the structure');
  const from = await skipLines(path, start, dialect, options, overrides.skip_lines ?? 0);
  const structure = await scanStructure(path, from, dialect, options);
  const { tables } = overrides.skip_lines !== undefined ? firstTableAt(structure) : findTables(structure);
  if (tables.length === 0) {
    throw new StromaError('NO_TABLE', 'Expected a table, but the file holds no lines of values.');
  }
  const index = overrides.table ?? chooseTable(tables);
  const table = tables[index];
  if (!table) {
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a table number from 0 to ${tables.length - 1}, got ${index}.`,
      {
        field: 'table',
        tables: tables.length,
      },
    );
  }
  applyHeaderOverride(table, overrides.header_lines);
  await trimTotals(table, path, dialect, options);
  applyFooterOverride(table, overrides.footer_lines, structure);
  if (table.width > limits.maxColumns) {
    throw new StromaError(
      'TOO_MANY_COLUMNS',
      `Expected at most ${limits.maxColumns} columns, got more. Check the delimiter, or turn the table so that rows become columns.`,
      { limit: limits.maxColumns },
    );
  }
  const staged = await stageTable(context, path, dialect, structure, table, options);
  warnAboutLayout(context, structure, tables, index, table);
  const found: FoundTable[] = tables.map((each, at) => ({
    index: at,
    name: grid.name,
    first_line: each.firstLine,
    last_line: each.lastLine,
    columns: columnsOf(each, structure).map((column) => column.name),
    rows: each.records,
  }));
  const skipped = table.firstLine - 1;
  return {
    staged,
    decisions: {
      encoding: null,
      delimiter: null,
      quote: null,
      escape: null,
      line_end: decided(lineEnd(structure), 'Counted over the whole file.'),
      skip_lines: decided(
        skipped,
        overrides.skip_lines !== undefined
          ? setByUser
          : skipped === 0
            ? 'The table starts on the first line.'
            : `The table starts on line ${table.firstLine}.`,
        overrides.skip_lines !== undefined,
      ),
      header_lines: decided(table.header.lines, table.header.reason, overrides.header_lines !== undefined),
      footer_lines: decided(table.footerLines, table.footerReason, overrides.footer_lines !== undefined),
      table: decided(
        index,
        overrides.table !== undefined
          ? setByUser
          : tables.length === 1
            ? 'The file holds one table.'
            : 'The largest table, or the first of similar size.',
        overrides.table !== undefined,
      ),
      tables: found,
    },
  };
}

function columnsOf(table: TableLayout, structure: Structure) {
  const rows = table.headerRows.map((row) => row.map((cell) => cell));
  if (rows[0]?.[0] !== undefined && table.runs[0]?.kind === 'comment')
    rows[0][0] = rows[0][0].replace(/^#+\s*/, '');
  const longest = Math.max(0, ...rows.map((row) => row.length));
  if (rows.length > 0 && longest === table.width - 1) {
    const first = sampleOf(table.runs, structure)
      .slice(rows.length)
      .map((row) => row.cells[0] ?? '');
    // R writes row names without a name for them: every name belongs one column further right.
    if (new Set(first).size === first.length) for (const row of rows) row.unshift('');
  }
  return nameColumns(rows, table.width);
}

async function stageTable(
  context: IngestContext,
  path: string,
  dialect: CsvDialect,
  structure: Structure,
  table: TableLayout,
  options: RecordReaderOptions,
): Promise<StagedTable> {
  const columns = columnsOf(table, structure);
  const sample = sampleOf(table.runs, structure)
    .filter((row) => row.line < table.lastLine + 1)
    .slice(table.header.lines)
    .map((row) => row.cells);
  const range = { start: table.offset, end: table.end, line: table.firstLine };
  const raw = {
    path,
    range,
    dialect,
    skip: table.header.lines,
    lineInFront: false,
    linesAreRecords: options.linesAreRecords === true,
  };
  const header = table.headerRows.at(-1) ?? [];
  const repeats = (row: string[]) =>
    row.length > 1 && row.length === header.length && row.every((cell, at) => cell === header[at]);
  const rows = sample.filter((row) => !repeats(row));
  const skip = rows.length < sample.length ? null : directSkip(structure, table, dialect, context);
  if (skip !== null) {
    const relation = csvRelation(path, {
      dialect,
      skip,
      columns: table.width,
      lines: false,
      longestRecord: structure.longestRecord,
      lineEnd: structure.lineEnds.crlf > 0 ? '\r\n' : '\n',
    });
    return { columns, sample: rows, records: table.records, relation, hasLines: false, raw };
  }
  context.progress(0.25, 'rewriting');
  const target = join(context.workFolder, 'clean.csv');
  const clean = { width: table.width, headerLines: table.header.lines, headerRows: table.headerRows };
  const counts = await writeCleanCsv(path, range, dialect, clean, target, options, (line, reason, text) =>
    context.rejects.add(line, reason, text),
  );
  warnAboutRows(context, counts);
  const relation = cleanRelation(target, table.width, structure.longestRecord);
  return { columns, sample: rows, records: counts.written, relation, hasLines: true, raw };
}

/**
 * Lines to skip when the engine may read the file as it is: every record regular, one line end throughout,
 * quotes as the standard has them, nothing after the table. Null when it must not.
 */
function directSkip(
  structure: Structure,
  table: TableLayout,
  dialect: CsvDialect,
  context: IngestContext,
): number | null {
  if (context.alwaysRewrite || dialect.collapse || dialect.skipInitialSpace || !dialect.lfEndsLine)
    return null;
  if (dialect.escape === '\\' || dialect.loneCrEndsLine || Buffer.byteLength(dialect.delimiter) > 1)
    return null;
  const { lf, crlf, cr } = structure.lineEnds;
  if (cr > 0 || (lf > 0 && crlf > 0) || structure.longestRecord > 2 ** 20) return null;
  for (const [flag, count] of structure.oddities) {
    if (count > 0 && flag !== oddity.newlineInside) return null;
  }
  if (table.end !== structure.end || table.width < 2 || table.records === 0) return null;
  const regular = table.runs.every(
    (run) =>
      (run.kind === 'full' || run.kind === 'sparse' || run.kind === 'empty') && run.cells === table.width,
  );
  if (!regular) return null;
  const header = structure.runs.flatMap((run) => (run.line <= table.firstLine ? run.lead.slice(0, 12) : []));
  if (header.some((row) => row.some((cell) => /[\r\n]/.test(cell)))) return null;
  return table.firstLine - 1 + table.header.lines;
}
