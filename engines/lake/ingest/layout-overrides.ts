import { StromaError } from '@stroma/kernel';
import type { CsvDialect } from './csv-dialect.ts';
import { type RecordReaderOptions, readRecords } from './record-reader.ts';
import { type Run, readCells, type Structure } from './structure-scan.ts';
import { findTables, isTotalsRow, type TableLayout } from './table-layout.ts';

const setByUser = 'Set by the user.';

export async function skipLines(
  path: string,
  start: number,
  dialect: CsvDialect,
  options: RecordReaderOptions,
  lines: number,
) {
  let range = { start, line: 1 };
  if (lines === 0) return range;
  let end = false;
  // Lines above a table are lines, whatever quotes they hold.
  await readRecords(path, range, { ...dialect, quote: '' }, options, (record) => {
    range = { start: record.offset, line: record.line };
    end = record.line > lines;
    return !end;
  });
  if (!end) {
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a table after line ${lines}, but the file ends before.`,
      { field: 'skip_lines' },
    );
  }
  return range;
}

/** With the first line given, what follows it is the table; other tables below are still told apart. */
export function firstTableAt(structure: Structure): { tables: TableLayout[] } {
  const layout = findTables(structure);
  const first = structure.runs.find((run) => run.kind !== 'blank');
  const table = layout.tables[0];
  if (!first || !table || table.firstLine === first.line) return layout;
  const at = structure.runs.indexOf(first);
  table.runs = [...structure.runs.slice(at, structure.runs.indexOf(table.runs[0] as Run)), ...table.runs];
  table.firstLine = first.line;
  table.offset = first.offset;
  table.header = { lines: 1, reason: 'The first line after those that were skipped.' };
  table.headerRows = [first.lead[0] ?? []];
  table.width = Math.max(table.width, first.cells);
  return layout;
}

export function applyHeaderOverride(table: TableLayout, lines: number | undefined): void {
  if (lines === undefined) return;
  const rows = table.runs.filter((run) => run.kind !== 'blank').flatMap((run) => run.lead);
  if (lines > rows.length) {
    throw new StromaError('INVALID_INPUT', `Expected at most ${rows.length} header lines, got ${lines}.`, {
      field: 'header_lines',
    });
  }
  table.records += table.header.lines - lines;
  table.header = { lines, reason: setByUser };
  table.headerRows = rows.slice(0, lines);
}

/** A last row that starts with "Total" sums up the others: it is a footer, not a record. */
export async function trimTotals(
  table: TableLayout,
  path: string,
  dialect: CsvDialect,
  options: RecordReaderOptions,
): Promise<void> {
  const run = table.runs.at(-1);
  if (!run || table.records < 3 || table.width < 2) return;
  let cells: string[] = [];
  await readRecords(
    path,
    { start: run.lastOffset, end: run.end, line: run.lastLine },
    dialect,
    options,
    (record) => {
      cells = readCells(record);
      return false;
    },
  );
  if (!isTotalsRow(cells)) return;
  table.footerLines += run.endLine - run.lastLine;
  table.footerReason = `The last row is a total ("${cells.map((cell) => cell.trim()).find((cell) => cell !== '')}")${table.footerLines > 1 ? ', and notes follow it' : ''}.`;
  table.lastLine = run.lastLine - 1;
  table.end = run.lastOffset;
  table.records--;
  run.records--;
}

export function applyFooterOverride(
  table: TableLayout,
  lines: number | undefined,
  structure: Structure,
): void {
  if (lines === undefined) return;
  const last = structure.lines - lines;
  const after = structure.runs.filter((run) => run.line > last);
  const cut = structure.runs.find((run) => run.line <= last && run.endLine - 1 > last);
  if (cut) {
    throw new StromaError(
      'INVALID_INPUT',
      'Expected footer lines of another shape than the records above them; let the footer be detected instead.',
      { field: 'footer_lines' },
    );
  }
  const end = after[0]?.offset ?? structure.end;
  table.runs = structure.runs.filter((run) => run.offset >= table.offset && run.offset < end);
  table.end = end;
  table.lastLine = (table.runs.at(-1) as Run).endLine - 1;
  table.footerLines = lines;
  table.footerReason = setByUser;
}
