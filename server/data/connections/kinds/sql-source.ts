import { join } from 'node:path';
import type { SourceSelection } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { type GridCell, GridFile } from './grid-file.ts';
import type { FetchOrder, Means, OpenSource, Preview, Staged, StagedColumn, Window } from './source-kind.ts';

/** What a database that speaks SQL over a connection has of its own. */
export interface SqlDriver extends Pick<OpenSource, 'server' | 'encrypted' | 'schemas' | 'tables' | 'close'> {
  /** A name in its SQL. */
  quote(name: string): string;
  /** Columns of a SELECT, without reading a row. */
  columns(select: string): Promise<StagedColumn[]>;
  /** Rows of a SELECT as text, in batches, in one read-only transaction. */
  rows(select: string, columns: readonly StagedColumn[]): AsyncIterable<GridCell[][]>;
  /** Most a preview may take in the words of its dialect, around a SELECT. */
  first(select: string, limit: number): string;
  /** A cursor value that is no number, where a plain literal will not do. */
  moment?(value: string): string;
}

export function sqlSource(driver: SqlDriver, means: Means): OpenSource {
  const selectOf = (selection: SourceSelection): string =>
    selection.kind === 'query'
      ? `SELECT * FROM (\n${bare(selection.sql)}\n) AS stroma_query`
      : `SELECT * FROM ${[selection.schema, selection.table]
          .filter((part) => part !== '')
          .map((part) => driver.quote(part))
          .join('.')}`;
  return {
    server: driver.server,
    encrypted: driver.encrypted,
    schemas: () => driver.schemas(),
    tables: (schema) => driver.tables(schema),
    close: () => driver.close(),
    async preview(selection, limit): Promise<Preview> {
      const select = driver.first(selectOf(selection), limit);
      const columns = await driver.columns(select);
      const rows: unknown[][] = [];
      for await (const batch of driver.rows(select, columns))
        for (const row of batch)
          if (rows.length < limit)
            rows.push(row.map((cell, index) => shownCell(cell, columns[index] as StagedColumn)));
      return { columns, rows };
    },
    async fetch({ selection, window, folder, onRows }: FetchOrder): Promise<Staged> {
      const whole = selectOf(selection);
      const columns = await driver.columns(whole);
      const select = window === null ? whole : `${whole}${whereOf(driver, window, columns)}`;
      const path = join(folder, 'rows.ndjson');
      const file = new GridFile(path, means.config.STROMA_UPLOAD_LIMIT_BYTES);
      try {
        for await (const batch of driver.rows(select, columns)) {
          means.signal.throwIfAborted();
          await file.write(batch);
          onRows(file.rows);
        }
        await file.end();
      } finally {
        file.destroy();
      }
      return { kind: 'grid', path, columns, rows: file.rows };
    },
  };
}

/** A statement without the semicolon people end it with. */
const bare = (sql: string): string => sql.trim().replace(/;\s*$/, '');

/** Rows at the last value come again, those that were read before are known by their hash. */
function whereOf(driver: SqlDriver, { column, from }: Window, columns: readonly StagedColumn[]): string {
  const found = columnOf(column, columns);
  if (from === null) return '';
  const value =
    found.type === 'timestamp' ? (driver.moment?.(from) ?? literalOf(from, found)) : literalOf(from, found);
  return ` WHERE ${driver.quote(column)} >= ${value}`;
}

/** Throws INVALID_INPUT for a column by which nothing can be told new. */
export function columnOf(column: string, columns: readonly StagedColumn[]): StagedColumn {
  const found = columns.find(({ name }) => name === column);
  const orderly = ['integer', 'number', 'date', 'timestamp'];
  if (found === undefined || !orderly.includes(found.type))
    throw new StromaError(
      'INVALID_INPUT',
      found === undefined
        ? `Expected a cursor column of the source, there is no "${column}".`
        : `Expected a cursor column with numbers, dates or times; "${column}" holds ${found.type}.`,
      { field: 'cursor_column' },
    );
  return found;
}

export function literalOf(value: string, { type }: Pick<StagedColumn, 'type'>): string {
  const numeric = type === 'integer' || type === 'number';
  if (numeric && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return value;
  return `'${value.replaceAll("'", "''").replaceAll('\\', '')}'`;
}

/** As it is shown before anything is imported: a number where it is exactly one, else its text. */
export function shownCell(cell: GridCell, { type }: Pick<StagedColumn, 'type'>): unknown {
  if (cell === null) return null;
  if (type === 'boolean') return cell === 't' || cell === 'true' || cell === '1';
  if ((type === 'integer' || type === 'number') && cell !== '') {
    const value = Number(cell);
    return Number.isFinite(value) && (type === 'number' || Number.isSafeInteger(value)) ? value : cell;
  }
  return cell.length > 2000 ? `${cell.slice(0, 2000)}…` : cell;
}
