import type { DuckDb } from '../duckdb.ts';
import { quoteLiteral } from '../duckdb.ts';
import { rawText } from './clean-csv.ts';
import { anyMisfit, reasonExpression, stagedColumn } from './column-sql.ts';
import type { StagedColumn, TypedTable } from './column-typing.ts';
import { type CsvDialect, defaultDialect } from './csv-dialect.ts';
import { type RecordRange, type RecordReaderOptions, readRecords } from './record-reader.ts';
import type { RejectLog } from './reject-log.ts';

/** A table as text that the engine reads: the file as it came, or a clean copy with line numbers in front. */
export interface StagedTable {
  columns: StagedColumn[];
  /** Rows of text, cells in column order, to plan types from. */
  sample: string[][];
  /** Records that reading must give; null when nothing counted them. */
  records: number | null;
  /**
   * SQL that gives the staged columns `c0, c1, ...`, and `line` too when `hasLines`. Columns are text, save those
   * a type is given for by position.
   */
  relation: (types?: ReadonlyMap<number, string>) => string;
  hasLines: boolean;
  /**
   * Where the raw text of a record is found: by line, or by ordinal when the relation has no lines or several
   * records may share one (`lineInFront`: the line is then the first cell of the record).
   */
  raw: {
    path: string;
    range: RecordRange;
    dialect: CsvDialect;
    skip: number;
    lineInFront: boolean;
    linesAreRecords: boolean;
  };
}

const maxLine = (bytes: number) => Math.max(2 ** 21, bytes + 1024);

/** Reads CSV with nothing left to guess. */
export function csvRelation(
  path: string,
  options: {
    dialect: CsvDialect;
    skip: number;
    columns: number;
    lines: boolean;
    longestRecord: number;
    lineEnd: '\n' | '\r\n';
  },
): StagedTable['relation'] {
  return (types) => readCsv(path, options, types ?? new Map());
}

function readCsv(
  path: string,
  options: Parameters<typeof csvRelation>[1],
  types: ReadonlyMap<number, string>,
): string {
  const { dialect } = options;
  const columns = Array.from(
    { length: options.columns },
    (_, index) => `${stagedColumn(index)}: '${types.get(index) ?? 'VARCHAR'}'`,
  );
  if (options.lines) columns.unshift("line: 'BIGINT'");
  const longest = maxLine(options.longestRecord);
  const buffer = longest > 2 ** 21 ? `, buffer_size = ${longest * 4}` : '';
  return (
    `read_csv(${quoteLiteral(path)}, delim = ${quoteLiteral(dialect.delimiter)}, quote = ${quoteLiteral(dialect.quote)}, ` +
    `escape = ${quoteLiteral(dialect.quote === '' ? '' : dialect.escape)}, header = false, skip = ${options.skip}, ` +
    `new_line = ${options.lineEnd === '\n' ? "'\\n'" : "'\\r\\n'"}, auto_detect = false, null_padding = false, comment = '', max_line_size = ${longest}${buffer}, ` +
    `columns = {${columns.join(', ')}})`
  );
}

export const cleanRelation = (
  path: string,
  columns: number,
  longestRecord: number,
): StagedTable['relation'] =>
  csvRelation(path, {
    dialect: defaultDialect,
    skip: 0,
    columns,
    lines: true,
    longestRecord: longestRecord * 2,
    lineEnd: '\n',
  });

/** Sends every record that does not fit its column types to the log, with its line and raw text. */
export async function rejectMisfits(
  db: DuckDb,
  staged: StagedTable,
  typed: TypedTable,
  log: RejectLog,
  options: RecordReaderOptions,
): Promise<void> {
  const { path, range, dialect, skip, lineInFront, linesAreRecords } = staged.raw;
  const byLine = staged.hasLines && !lineInFront;
  const id = byLine ? 'line' : 'row_number() OVER ()';
  const rows = await db.rows(
    `SELECT id, ${reasonExpression(typed.columns)} AS reason FROM (SELECT *, ${id} AS id FROM ${staged.relation()}) WHERE ${anyMisfit(typed.columns)}`,
  );
  const reasons = new Map(rows.map(([key, reason]) => [Number(key), String(reason)]));
  let ordinal = -skip;
  let left = reasons.size;
  await readRecords(path, range, dialect, { ...options, linesAreRecords }, (record) => {
    if (left === 0) return false;
    const { scanner, bytes } = record;
    if (!byLine && scanner.filled === 0 && scanner.cells <= 1) return true;
    ordinal++;
    const reason = reasons.get(byLine ? record.line : ordinal);
    if (reason === undefined) return true;
    const raw = rawText(record);
    if (lineInFront) log.add(Number(scanner.text(bytes, 0)), reason, raw.slice(raw.indexOf(',') + 1));
    else log.add(record.line, reason, raw);
    left--;
    return true;
  });
}
