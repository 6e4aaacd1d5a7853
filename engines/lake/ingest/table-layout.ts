import { cellKind } from './cell-reading.ts';
import { detectHeader, type HeaderChoice } from './header-detection.ts';
import type { Run, SampleRow, Structure } from './structure-scan.ts';

/** A table inside a text file: where it starts and ends and how wide it is. */
export interface TableLayout {
  firstLine: number;
  /** Last line of its last record. */
  lastLine: number;
  /** Byte offset and line of the first header record, or of the first data record when there is no header. */
  offset: number;
  end: number;
  /** Cells of a regular record. */
  width: number;
  header: HeaderChoice;
  headerRows: string[][];
  /** Records after the header that hold something, comments left out. */
  records: number;
  /** The runs from the first header record on. */
  runs: Run[];
  footerLines: number;
  footerReason: string;
}

export interface FileLayout {
  tables: TableLayout[];
  /** Lines before the first table. */
  preambleLines: number;
}

const isNothing = (run: Run) => run.kind === 'blank' || run.kind === 'empty';

/**
 * Finds the tables of a file from its runs of records. Blank lines part a file into segments; a segment continues
 * the table before it when it has the same width and no header of its own, starts another table when it has a
 * header and at least one record, and is a note otherwise.
 */
export function findTables(structure: Structure): FileLayout {
  const segments = splitSegments(structure.runs);
  const widest = Math.max(1, ...segments.map((segment) => mainWidth(segment)));
  const tables: TableLayout[] = [];
  for (const segment of segments) {
    for (const part of splitStacked(segment)) {
      const previous = tables.at(-1);
      if (previous && continues(previous, part)) extend(previous, part);
      else if (isTable(part, widest, structure)) tables.push(makeTable(part, structure));
      else if (previous) noteAfter(previous, part);
    }
  }
  for (const table of tables) trimFooter(table);
  const first = tables[0];
  return { tables, preambleLines: first ? first.firstLine - 1 : structure.lines };
}

/**
 * A row of delimiters alone is a record with no value, unless it parts tables or, three times or more, ends the
 * file as spreadsheets leave it.
 */
function partsTables(runs: Run[], index: number): boolean {
  const run = runs[index] as Run;
  if (run.kind === 'blank') return true;
  if (run.kind !== 'empty') return false;
  const before = runs[index - 1];
  const after = runs[index + 1];
  if (!before || isNothing(before) || (after && isNothing(after))) return true;
  if (!after) return run.records > 2;
  return before.cells !== run.cells || after.kind !== 'full' || after.cells !== run.cells;
}

function splitSegments(runs: Run[]): Run[][] {
  const segments: Run[][] = [];
  let current: Run[] = [];
  for (const [index, run] of runs.entries()) {
    if (partsTables(runs, index)) {
      if (current.length > 0) segments.push(current);
      current = [];
    } else current.push(run);
  }
  if (current.length > 0) segments.push(current);
  return segments;
}

/** The number of cells most records have; comments and notes have no say where anything else does. */
function mainWidth(runs: Run[]): number {
  const records = new Map<number, number>();
  for (const run of runs) {
    if (run.kind !== 'full') continue;
    records.set(run.cells, (records.get(run.cells) ?? 0) + run.records);
  }
  let best = 1;
  let most = 0;
  for (const [cells, count] of records) {
    const weight = cells === 1 ? count * 0.5 : count;
    if (weight > most || (weight === most && cells > best)) {
      best = cells;
      most = weight;
    }
  }
  const first = runs.find((run) => run.kind === 'full');
  const names = first?.lead[0] ?? [];
  const own = records.get(names.length) ?? 0;
  const header = names.length > 1 && names.every((cell) => cellKind(cell) === 'text');
  // Where rows are ragged the header has the say, if enough of them agree with it.
  if (header && names.length !== best && own > 1 && own * 3 >= most && new Set(names).size === names.length)
    return names.length;
  return best;
}

/** Parts a segment where the width changes for good and a header opens the new part. */
function splitStacked(segment: Run[]): Run[][] {
  const parts: Run[][] = [];
  let current: Run[] = [];
  segment.forEach((run, index) => {
    const grown = current.some(
      (earlier) => earlier.kind === 'full' && earlier.cells >= 2 && earlier.records >= 2,
    );
    const rest = segment.slice(index);
    const settled = rest.every((later) => later.cells === run.cells || later.records < run.records);
    if (
      grown &&
      settled &&
      run.kind === 'full' &&
      run.cells >= 2 &&
      run.records >= 2 &&
      opensTable(run, mainWidth(current))
    ) {
      parts.push(current);
      current = [];
    }
    current.push(run);
  });
  parts.push(current);
  return parts;
}

function opensTable(run: Run, width: number): boolean {
  if (run.cells === width) return false;
  const header = run.lead[0] ?? [];
  const body = run.lead.slice(1);
  if (body.length === 0 || header.some((cell) => cellKind(cell) !== 'text')) return false;
  return body.some((row) => row.some((cell) => cellKind(cell) === 'number' || cellKind(cell) === 'date'));
}

function isTable(runs: Run[], widest: number, structure: Structure): boolean {
  const width = mainWidth(runs);
  const full = runs
    .filter((run) => run.kind === 'full' && run.cells === width)
    .reduce((sum, run) => sum + run.records, 0);
  if (widest === 1) return structure.runs.some((run) => run.kind === 'full') ? full > 0 : true;
  if (width === 1 && widest > 1) return false;
  if (full === 0) return false;
  if (width === widest) return true;
  if (full < 2) return false;
  const table = makeTable(runs, structure);
  if (width === 2 && isSettings(table)) return false;
  if (table.header.lines === 0) return width > 2 && full > 2;
  // Two cells a line may be settings above the table: a header over them must show in the kinds of their columns.
  return (
    width > 2 ||
    /numbers, dates/.test(table.header.reason) ||
    runs[0] !== structure.runs.find((run) => !isNothing(run))
  );
}

/** Two cells a line whose second is of many kinds are a list of settings: `Date,2024-01-01`, `Rows,60`. */
function isSettings(table: TableLayout): boolean {
  const kinds = new Set(
    leadRows(table.runs, 12)
      .slice(table.header.lines)
      .map((row) => cellKind(row[1] ?? '')),
  );
  kinds.delete('empty');
  kinds.delete('null');
  return kinds.size > 1;
}

function makeTable(runs: Run[], structure: Structure): TableLayout {
  const width = mainWidth(runs);
  const start = firstRun(runs, width, structure);
  const own = runs.slice(start);
  const first = own[0] as Run;
  const rows = leadRows(own, 8);
  const header = detectHeader(rows, bodyRows(own, rows, structure));
  const table: TableLayout = {
    firstLine: first.line,
    lastLine: (own.at(-1) as Run).endLine - 1,
    offset: first.offset,
    end: (own.at(-1) as Run).end,
    width: tableWidth(own, width, rows, header, structure),
    header,
    headerRows: rows.slice(0, header.lines),
    records: 0,
    runs: own,
    footerLines: 0,
    footerReason: 'No line after the last record.',
  };
  countRecords(table);
  return table;
}

/** Index of the run where the table starts: the first of the table's width, or a header just above it. */
function firstRun(runs: Run[], width: number, structure: Structure): number {
  const main = runs.findIndex((run) => run.kind === 'full' && run.cells === width);
  const before = runs[main - 1];
  if (main <= 0 || !before) return Math.max(0, main);
  const row = (before.lead.at(-1) ?? []).map((cell) => cell.trim());
  const body = leadRows(runs.slice(main), 8);
  if (before.kind === 'comment') return commentIsHeader(before, width, row) ? main - 1 : main;
  // A lone cell at the left is a title; further right it names a group of columns.
  if (before.kind === 'sparse') return row[0] === '' && before.records === 1 ? main - 1 : main;
  if (before.records !== 1 || before.cells < 2) return main;
  const text =
    row.every((cell) => cell === '' || cellKind(cell) === 'text') && row.some((cell) => cell !== '');
  const near = before.cells >= width - 1 || before.cells > width / 2;
  if (!text || !near) return main;
  if (detectHeader(body, bodyRows(runs.slice(main), body, structure)).lines === 0) return main - 1;
  return before.cells === width ? main - 1 : main;
}

const commentIsHeader = (run: Run, width: number, row: string[]) =>
  run.cells === width && width > 1 && row.every((cell) => cellKind(cell) === 'text');

function leadRows(runs: Run[], count: number): string[][] {
  const rows: string[][] = [];
  for (const run of runs) {
    for (const row of run.lead) {
      if (rows.length === count) return rows;
      rows.push(row);
    }
  }
  return rows;
}

/** Rows to judge columns by: those of the sample inside the table and past its first few records. */
function bodyRows(runs: Run[], rows: string[][], structure: Structure): string[][] {
  const first = runs[0] as Run;
  const last = runs.at(-1) as Run;
  const inside = structure.sample.filter((row) => row.line >= first.line && row.line < last.endLine);
  const later = inside.slice(rows.length > 6 ? 5 : 1, 400).map((row) => row.cells);
  return later.length > 0 ? later : rows.slice(1);
}

/**
 * The columns of the table: those of its header, unless every record has more filled cells than the header names
 * (row names without a name, as R writes them).
 */
function tableWidth(
  runs: Run[],
  main: number,
  rows: string[][],
  header: HeaderChoice,
  structure: Structure,
): number {
  const headerCells = Math.max(0, ...rows.slice(0, header.lines).map((row) => row.length));
  if (headerCells === 0 || headerCells >= main) return Math.max(headerCells, main);
  const surplus = sampleOf(runs, structure).some((row) =>
    row.cells.slice(headerCells).some((cell) => cell.trim() !== ''),
  );
  const regular = runs.filter((run) => run.cells === main).reduce((sum, run) => sum + run.records, 0);
  const total =
    runs.filter((run) => !isNothing(run)).reduce((sum, run) => sum + run.records, 0) - header.lines;
  return surplus && regular >= total * 0.8 ? main : headerCells;
}

export function sampleOf(runs: Run[], structure: Structure): SampleRow[] {
  const first = runs[0];
  const last = runs.at(-1);
  if (!first || !last) return [];
  return structure.sample.filter((row) => row.line >= first.line && row.line < last.endLine);
}

function continues(table: TableLayout, runs: Run[]): boolean {
  const width = mainWidth(runs);
  const first = runs[0] as Run;
  const full = runs.filter((run) => run.kind === 'full').reduce((sum, run) => sum + run.records, 0);
  if (full === 0) return false;
  const row = (first.lead[0] ?? []).map((cell) => cell.trim());
  const names = table.headerRows.at(-1)?.map((cell) => cell.trim());
  if (names && row.length === names.length && row.every((cell, index) => cell === names[index])) return true;
  if (width !== table.width) return false;
  if (width === 1) return !/[.:]$|^(source|note|total|\*|--|©)/i.test(row[0] ?? '');
  if (table.header.lines === 0) return true;
  const header = detectHeader(leadRows(runs, 8), leadRows(runs, 12).slice(1));
  return !(header.lines > 0 && /numbers, dates/.test(header.reason));
}

function extend(table: TableLayout, runs: Run[]): void {
  table.runs.push(...runs);
  table.lastLine = (runs.at(-1) as Run).endLine - 1;
  table.end = (runs.at(-1) as Run).end;
  countRecords(table);
}

function countRecords(table: TableLayout): void {
  let records = -table.header.lines;
  for (const run of table.runs) if (run.kind !== 'blank' && run.kind !== 'comment') records += run.records;
  if (table.runs[0]?.kind === 'comment' && table.header.lines > 0) records++;
  table.records = Math.max(0, records);
}

function noteAfter(table: TableLayout, runs: Run[]): void {
  for (const run of runs) table.footerLines += run.endLine - run.line;
  if (table.footerLines > 0)
    table.footerReason = `${table.footerLines} lines of notes follow the last record.`;
}

const noteStart =
  /^\W*(source|sources|note|notes|footnote|total rows|\(?\*|#|--|©|generated|exported|printed|end of|legend|\[)/i;
const totalStart = /^(grand[ -]?|sub-?)?totals?\b\s*:?$/i;

/** Takes notes and a row of totals off the end of a table. */
function trimFooter(table: TableLayout): void {
  for (;;) {
    const run = table.runs.at(-1);
    if (!run || table.runs.length < 2 || !isNote(run, table)) break;
    table.runs.pop();
    table.footerLines += run.endLine - run.line;
    table.footerReason = `${table.footerLines} lines of notes follow the last record.`;
  }
  const last = table.runs.at(-1) as Run;
  table.end = last.end;
  table.lastLine = last.endLine - 1;
  countRecords(table);
}

function isNote(run: Run, table: TableLayout): boolean {
  if (run.kind === 'comment') return true;
  if (table.width < 2 || run.lead.length === 0 || run.records > 12) return false;
  if (run.kind === 'full' && run.cells > 1) {
    const split = run.cells <= table.width / 2;
    return (
      split &&
      run.lead.every(
        (row) => noteStart.test(row[0] ?? '') && row.every((cell) => cellKind(cell) !== 'number'),
      )
    );
  }
  const cells = run.lead.map((row) => row.map((cell) => cell.trim()).find((cell) => cell !== '') ?? '');
  const isText = (cell: string) => cellKind(cell) === 'text';
  // Filled up with delimiters to the full width it may be a row with one value: it must read like a note.
  if (run.kind === 'sparse')
    return cells.every((cell) => isText(cell) && (noteStart.test(cell) || cell.length > 60));
  if (table.width >= 3)
    return cells.every((cell) => isText(cell) && (/\s/.test(cell) || noteStart.test(cell)));
  return cells.every((cell) => noteStart.test(cell));
}

export const isTotalsRow = (cells: string[]): boolean => {
  const first = cells.map((cell) => cell.trim()).find((cell) => cell !== '') ?? '';
  return totalStart.test(first) && cells.some((cell) => cellKind(cell) === 'number');
};

/** The largest table, or the first where another is at most twice its size. */
export const chooseTable = (tables: TableLayout[]): number =>
  chooseBySize(tables.map((table) => table.width * (table.records + 1)));

export function chooseBySize(sizes: number[]): number {
  const largest = Math.max(...sizes);
  return sizes.findIndex((size) => size * 2 >= largest);
}
