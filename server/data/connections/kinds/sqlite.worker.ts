import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { SourceSelection, SourceTable } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { serveTask, type TaskContext } from '../../../platform/threads/serve-task.ts';
import { type GridCell, GridFile } from './grid-file.ts';
import { mostTables, type Preview, type StagedColumn, type Window } from './source-kind.ts';
import { columnOf, literalOf, shownCell } from './sql-source.ts';

export type SqliteOrder =
  | { kind: 'test' }
  | { kind: 'tables' }
  | { kind: 'preview'; selection: SourceSelection; limit: number }
  | { kind: 'fetch'; selection: SourceSelection; window: Window | null; target: string; maxBytes: number };

export interface SqliteAnswer {
  test: { version: string };
  tables: SourceTable[];
  preview: Preview;
  fetch: { columns: StagedColumn[]; rows: number };
}

const batchRows = 2000;
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

serveTask(async ({ path, order }: { path: string; order: SqliteOrder }, task: TaskContext) => {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(path, { readOnly: true, allowExtension: false, timeout: 5000 });
    db.exec('PRAGMA trusted_schema = OFF');
    db.exec('PRAGMA query_only = ON');
    db.exec('BEGIN');
    return await answer(db, order, task);
  } catch (error) {
    throw failureOf(error);
  } finally {
    db?.close();
  }
});

async function answer(db: DatabaseSync, order: SqliteOrder, task: TaskContext) {
  switch (order.kind) {
    case 'test':
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      return db.prepare('SELECT sqlite_version() AS version').get() as unknown as SqliteAnswer['test'];
    case 'tables':
      return tablesOf(db);
    case 'preview':
      return preview(db, order.selection, order.limit);
    case 'fetch':
      return await fetchRows(db, order, task);
  }
}

function tablesOf(db: DatabaseSync): SourceTable[] {
  const rows = db
    .prepare(
      `SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT ${mostTables}`,
    )
    .all();
  return rows.map(({ name, type }) => ({
    schema: 'main',
    table: String(name),
    kind: type === 'view' ? 'view' : 'table',
    rows_estimate: null,
    bytes: null,
  }));
}

const selectOf = (selection: SourceSelection): string =>
  selection.kind === 'query'
    ? `SELECT * FROM (\n${selection.sql.trim().replace(/;\s*$/, '')}\n) AS stroma_query`
    : `SELECT * FROM main.${quote(selection.table)}`;

function prepare(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  return statement;
}

/** https://sqlite.org/datatype3.html: what is declared is a wish; a value that does not fit makes a column text. */
function columnsOf(statement: StatementSync): StagedColumn[] {
  return statement.columns().map(({ name, type }) => {
    const declared = (type ?? '').toUpperCase();
    const as = (kind: StagedColumn['type'], ...sqlTypes: string[]): StagedColumn => ({
      name,
      source_type: declared === '' ? 'any' : declared.toLowerCase(),
      type: kind,
      sqlTypes: [...sqlTypes, 'VARCHAR'],
    });
    if (declared.includes('BOOL')) return as('boolean', 'BOOLEAN', 'BIGINT', 'DOUBLE');
    if (/TIMESTAMP|DATETIME/.test(declared)) return as('timestamp', 'TIMESTAMP', 'BIGINT', 'DOUBLE');
    if (declared === 'DATE') return as('date', 'DATE', 'TIMESTAMP', 'BIGINT', 'DOUBLE');
    if (declared === 'TIME') return as('time', 'TIME', 'BIGINT', 'DOUBLE');
    if (declared.includes('INT')) return as('integer', 'BIGINT', 'DOUBLE');
    if (/CHAR|CLOB|TEXT|UUID|JSON/.test(declared)) return as('text');
    if (declared.includes('BLOB')) return as('binary', 'BLOB');
    if (/REAL|FLOA|DOUB/.test(declared)) return as('number', 'DOUBLE');
    if (/DEC|NUM/.test(declared)) return as('number', 'NUMERIC', 'DOUBLE');
    return as('text', 'BIGINT', 'DOUBLE');
  });
}

/** Bytes as hexadecimal digits, the rest as SQLite writes it. */
function textOf(value: unknown): GridCell {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'number' && Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function preview(db: DatabaseSync, selection: SourceSelection, limit: number): Preview {
  const statement = prepare(db, `${selectOf(selection)} LIMIT ${limit}`);
  const columns = columnsOf(statement);
  const rows = (statement.all() as unknown as unknown[][]).map((row) =>
    row.map((value, index) => shownValue(value, columns[index] as StagedColumn)),
  );
  return { columns, rows };
}

/** A number is one whatever was declared, but for what a column of truths or times holds. */
function shownValue(value: unknown, column: StagedColumn): unknown {
  const numeric = typeof value === 'number' || typeof value === 'bigint';
  return shownCell(textOf(value), numeric && column.type === 'text' ? { type: 'number' } : column);
}

async function fetchRows(
  db: DatabaseSync,
  { selection, window, target, maxBytes }: Extract<SqliteOrder, { kind: 'fetch' }>,
  { signal, progress }: TaskContext,
): Promise<SqliteAnswer['fetch']> {
  const whole = selectOf(selection);
  const columns = columnsOf(prepare(db, whole));
  const from = window?.from ?? null;
  const where =
    window === null || from === null
      ? ''
      : ` WHERE ${quote(window.column)} >= ${startOf(from, columnOf(window.column, columns))}`;
  const statement = prepare(db, `${whole}${where}`);
  const file = new GridFile(target, maxBytes);
  try {
    let batch: GridCell[][] = [];
    for (const row of statement.iterate() as unknown as Iterable<unknown[]>) {
      batch.push(row.map(textOf));
      if (batch.length < batchRows) continue;
      signal.throwIfAborted();
      await file.write(batch);
      progress(0, String(file.rows));
      batch = [];
    }
    await file.write(batch);
    await file.end();
  } finally {
    file.destroy();
  }
  return { columns, rows: file.rows };
}

/** Times are text of any spelling here: all of their day is read, and what was imported is known again. */
const startOf = (from: string, column: StagedColumn): string =>
  literalOf(column.type === 'timestamp' || column.type === 'date' ? from.slice(0, 10) : from, column);

/** https://sqlite.org/rescode.html */
function failureOf(error: unknown): unknown {
  if (error instanceof StromaError) return error;
  const { errcode = 0, message = '' } = error as { errcode?: number; message?: string };
  const known = (
    code:
      | 'SOURCE_DATABASE_MISSING'
      | 'SOURCE_ANSWER'
      | 'SOURCE_TABLE_MISSING'
      | 'SOURCE_QUERY_INVALID'
      | 'SOURCE_TIMEOUT'
      | 'SOURCE_PERMISSION',
    text: string,
  ) => new StromaError(code, text, {}, { cause: error });
  const told = message.slice(0, 300);
  const primary = errcode & 0xff;
  if (primary === 14) return known('SOURCE_DATABASE_MISSING', 'The file could not be opened.');
  if (primary === 26) return known('SOURCE_ANSWER', 'The file is no SQLite database, or it is encrypted.');
  if (primary === 11) return known('SOURCE_ANSWER', 'The file is a damaged SQLite database.');
  if (primary === 5 || primary === 6)
    return known('SOURCE_TIMEOUT', 'Another program holds the file locked.');
  if (primary === 8 || primary === 23) return known('SOURCE_PERMISSION', 'The file may only be read.');
  if (/no such table/.test(message))
    return known('SOURCE_TABLE_MISSING', `The file has no such table: ${told}.`);
  if (primary === 1) return known('SOURCE_QUERY_INVALID', `SQLite refuses the query: ${told}.`);
  return error;
}
