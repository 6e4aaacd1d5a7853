import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StromaError } from '@stroma/kernel';
import { defaultDialect } from './csv-dialect.ts';
import { tooLarge } from './decompression.ts';
import { GridWriter } from './grid-writer.ts';
import { nameColumns } from './header-detection.ts';
import type { IngestContext } from './ingest-context.ts';
import { type StagedText, stageDelimited } from './ingest-csv.ts';
import type { FoundTable } from './ingest-report.ts';
import { readRecords } from './record-reader.ts';
import { readCells, scanStructure } from './structure-scan.ts';
import { chooseBySize, findTables } from './table-layout.ts';
import { type Merge, readSheet } from './xlsx-sheet.ts';
import { readWorkbook, type Sheet, type Workbook } from './xlsx-workbook.ts';
import { ZipArchive } from './zip-archive.ts';

const maxTextBytes = 16 * 2 ** 20;

interface SheetGrid {
  sheet: Sheet;
  path: string;
}

/** Reads an Excel workbook: every sheet as a grid, then the tables in them as in delimited text. */
export async function stageXlsx(context: IngestContext, path: string): Promise<StagedText> {
  const { limits, signal, overrides } = context;
  const archive = await ZipArchive.open(path, (await stat(path)).size, limits, signal);
  try {
    const workbook = await readWorkbook(archive, maxTextBytes);
    const sheets = chooseSheets(workbook, overrides.sheet);
    const grids: SheetGrid[] = [];
    for (const [index, sheet] of sheets.entries()) {
      context.progress(
        0.05 + (0.1 * index) / sheets.length,
        `reading sheet ${index + 1} of ${sheets.length}`,
      );
      const grid = join(context.workFolder, `sheet-${index}.csv`);
      if (await writeGrid(context, archive, workbook, sheet, grid)) grids.push({ sheet, path: grid });
    }
    return await stageGrids(context, grids, workbook);
  } finally {
    archive.close();
  }
}

function chooseSheets(workbook: Workbook, wanted: string | undefined): Sheet[] {
  if (wanted !== undefined) {
    const found = workbook.sheets.find((sheet) => sheet.name === wanted);
    if (found) return [found];
    const names = workbook.sheets.map((sheet) => sheet.name);
    throw new StromaError(
      'INVALID_INPUT',
      `Expected the name of a sheet, got "${wanted}". The sheets are: ${names.join(', ')}.`,
      {
        field: 'sheet',
        sheets: names,
      },
    );
  }
  const visible = workbook.sheets.filter((sheet) => !sheet.hidden);
  return visible.length > 0 ? visible : workbook.sheets;
}

/** Lists the tables of all sheets, chooses one, and stages it. */
async function stageGrids(
  context: IngestContext,
  grids: SheetGrid[],
  workbook: Workbook,
): Promise<StagedText> {
  const { overrides, limits, signal } = context;
  const found: (FoundTable & { grid: SheetGrid; local: number })[] = [];
  for (const grid of grids) {
    const options = {
      maxCellBytes: limits.maxCellBytes,
      maxColumns: limits.maxColumns,
      signal,
      linesAreRecords: true,
    };
    const structure = await scanStructure(grid.path, { start: 0, line: 1 }, defaultDialect, options);
    findTables(structure).tables.forEach((table, local) => {
      found.push({
        index: found.length,
        name: grid.sheet.name,
        first_line: table.firstLine,
        last_line: table.lastLine,
        columns: nameColumns(table.headerRows, table.width).map((column) => column.name),
        rows: table.records,
        grid,
        local,
      });
    });
  }
  if (found.length === 0) {
    throw new StromaError(
      'EMPTY_FILE',
      'Expected a sheet with cells, but all sheets of the workbook are empty.',
      {
        sheets: workbook.sheets.map((sheet) => sheet.name),
      },
    );
  }
  const index =
    overrides.table ?? chooseBySize(found.map((table) => table.columns.length * (table.rows + 1)));
  const chosen = found[index];
  if (!chosen) {
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a table number from 0 to ${found.length - 1}, got ${index}.`,
      {
        field: 'table',
        tables: found.length,
      },
    );
  }
  const local: IngestContext = { ...context, overrides: { ...overrides, table: chosen.local } };
  const staged = await stageDelimited(local, chosen.grid.path, 0, defaultDialect, {
    name: chosen.name,
    linesAreRecords: true,
  });
  const sheets = new Set(found.map((table) => table.name));
  const elsewhere = found.filter((table) => table.grid !== chosen.grid);
  const lines = elsewhere.reduce((sum, table) => sum + table.rows, 0);
  context.warn(
    'several-sheets',
    `${sheets.size} sheets hold tables; "${chosen.name}" was read. Choose another with the setting "sheet".`,
    sheets.size > 1 ? Math.max(1, lines) : 0,
  );
  const given = overrides.table !== undefined || overrides.sheet !== undefined;
  const own = staged.decisions.tables[chosen.local];
  return {
    ...staged,
    decisions: {
      ...staged.decisions,
      line_end: null,
      table: {
        value: index,
        reason: given
          ? 'Set by the user.'
          : found.length === 1
            ? 'The workbook holds one table.'
            : 'The largest table, or the first of similar size.',
        given,
      },
      tables: found.map(({ grid: _, local: __, ...table }) =>
        table.index === index && own ? { ...own, index, name: table.name } : table,
      ),
    },
  };
}

/** Writes a sheet as CSV with one record a sheet row, all of one width. False when it has no cells. */
async function writeGrid(
  context: IngestContext,
  archive: ZipArchive,
  workbook: Workbook,
  sheet: Sheet,
  target: string,
): Promise<boolean> {
  const { limits, signal } = context;
  const loose = `${target}.loose`;
  const spool = new GridWriter(loose);
  const merges: Merge[] = [];
  let width = 0;
  let next = 1;
  let bytes = 0;
  const pending: Promise<void>[] = [];
  const options = { maxBytes: maxTextBytes, maxColumns: limits.maxColumns };
  await readSheet(
    archive,
    sheet.part,
    workbook,
    options,
    (row, cells) => {
      // A row number that jumps is kept as blank lines, so that line and row number stay the same.
      for (; next < row && row - next < 1_048_577; next++) spool.add([]);
      spool.add(cells);
      next = row + 1;
      width = Math.max(width, cells.length);
      bytes += cells.length;
      const error = tooLarge(bytes, 2 ** 40, limits);
      if (error) throw error;
      if (spool.rows % 2000 === 0) pending.push(spool.flush());
    },
    (merge) => merges.push(merge),
  );
  await Promise.all(pending);
  await spool.close();
  if (width === 0) return false;
  const fill = new MergeFill(merges, width);
  const writer = new GridWriter(target);
  const reader = {
    maxCellBytes: limits.maxCellBytes,
    maxColumns: limits.maxColumns,
    signal,
    linesAreRecords: true,
  };
  await readRecords(
    loose,
    { start: 0, line: 1 },
    defaultDialect,
    { ...reader, afterBlock: () => writer.flush() },
    (record) => {
      const cells: (string | null)[] = readCells(record);
      const blank = cells.every((cell) => cell === '') && !fill.covers(record.line);
      if (blank) writer.add([]);
      else {
        while (cells.length < width) cells.push(null);
        writer.add(fill.apply(record.line, cells));
      }
      return true;
    },
  );
  await writer.close();
  return true;
}

/**
 * Gives every cell of a merged range the value of its first, as a reader sees it. A range across most of the
 * width in a row of its own is a title and stays one cell.
 */
class MergeFill {
  private readonly byRow = new Map<number, Merge[]>();
  private readonly values = new Map<Merge, string | null>();
  private readonly width: number;

  constructor(merges: Merge[], width: number) {
    this.width = width;
    for (const merge of merges) {
      if (merge.lastRow - merge.firstRow > 100_000) continue;
      for (let row = merge.firstRow; row <= merge.lastRow; row++) {
        const list = this.byRow.get(row);
        if (list) list.push(merge);
        else this.byRow.set(row, [merge]);
      }
    }
  }

  covers(row: number): boolean {
    return (this.byRow.get(row) ?? []).some((merge) => this.values.get(merge));
  }

  apply(row: number, cells: (string | null)[]): (string | null)[] {
    const merges = this.byRow.get(row);
    if (!merges) return cells;
    const filled = cells.filter((cell) => cell !== null && cell !== '').length;
    for (const merge of merges) {
      if (merge.firstRow === row) {
        const span = merge.lastColumn - merge.firstColumn + 1;
        const isTitle = filled <= 1 && span > 1 && (span >= this.width * 0.6 || merge.firstColumn === 0);
        this.values.set(merge, isTitle ? null : (cells[merge.firstColumn] ?? null));
      }
      const value = this.values.get(merge) ?? null;
      if (value === null) continue;
      for (let column = merge.firstColumn; column <= Math.min(merge.lastColumn, this.width - 1); column++)
        cells[column] = value;
    }
    return cells;
  }
}
