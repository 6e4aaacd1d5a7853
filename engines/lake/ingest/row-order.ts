import { rename } from 'node:fs/promises';
import { type ColumnSchema, StromaError } from '@stroma/kernel';
import { type DuckDb, quoteIdentifier, quoteLiteral } from '../duckdb.ts';
import type { IngestContext } from './ingest-context.ts';
import type { Decision } from './ingest-report.ts';
import { writeParquet } from './parquet-output.ts';

const sqlTypes: Partial<Record<ColumnSchema['type'], string>> = {
  integer: 'DECIMAL(38,0)',
  number: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  text: 'VARCHAR',
};

/**
 * Sees to it that the row groups of a table follow each other in some column, so that a query over a period or a
 * range of ids reads only its part. Most files come in such an order and are left alone. One that does not is
 * ordered by its first column of dates or times, equal ones and missing ones in the order of the file; without
 * such a column the order may mean something (a signal, a protocol), and stays. `path` is rewritten in place.
 */
export async function orderRows(
  context: IngestContext,
  db: DuckDb,
  path: string,
  columns: readonly ColumnSchema[],
): Promise<Decision<string | null>> {
  const wanted = context.overrides.row_order;
  if (wanted === null) return { value: null, reason: 'Set by the user: the order of the file.', given: true };
  if (wanted !== undefined) {
    if (!columns.some(({ name }) => name === wanted))
      throw new StromaError(
        'INVALID_INPUT',
        `Expected row_order to be the name of a column, got "${wanted}". The columns are: ${columns
          .map(({ name }) => name)
          .slice(0, 50)
          .join(', ')}.`,
        { field: 'row_order' },
      );
    await sortFile(db, path, wanted, columns);
    return { value: wanted, reason: 'Set by the user.', given: true };
  }
  const groups = Number(
    (await db.row(`SELECT num_row_groups FROM parquet_file_metadata(${quoteLiteral(path)})`))[0],
  );
  if (groups < 2)
    return { value: null, reason: 'The table is small: the order of the file is kept.', given: false };
  const ordered = await orderedColumn(db, path, columns);
  if (ordered !== null)
    return {
      value: null,
      reason: `The file comes in the order of "${ordered}", which is kept.`,
      given: false,
    };
  const time = columns.find(({ type }) => type === 'date' || type === 'timestamp');
  if (time === undefined)
    return {
      value: null,
      reason: 'There is no column of dates or times: the order of the file is kept.',
      given: false,
    };
  context.progress(0.85, 'ordering the rows');
  await sortFile(db, path, time.name, columns);
  return {
    value: time.name,
    reason: `The file comes in no order; ordered by time, queries over a period read only their part.`,
    given: false,
  };
}

/** A column whose row groups follow each other without overlap, going up or down; by their statistics alone. */
async function orderedColumn(
  db: DuckDb,
  path: string,
  columns: readonly ColumnSchema[],
): Promise<string | null> {
  const order = (type: string) => `
    SELECT path_in_schema AS name, any_value(column_id) AS place,
      min(low) < max(high) AND (coalesce(bool_and(low >= before_high), true) OR coalesce(bool_and(high <= before_low), true)) AS ordered
    FROM (SELECT *, lag(low) OVER w AS before_low, lag(high) OVER w AS before_high
      FROM (SELECT path_in_schema, column_id, row_group_id, TRY_CAST(stats_min_value AS ${type}) AS low, TRY_CAST(stats_max_value AS ${type}) AS high
        FROM parquet_metadata(${quoteLiteral(path)}) WHERE path_in_schema IN (${named(type)}))
      WINDOW w AS (PARTITION BY path_in_schema ORDER BY row_group_id))
    GROUP BY name HAVING count(*) = count(low) AND count(*) = count(high)`;
  const named = (type: string) =>
    columns
      .filter((column) => sqlTypes[column.type] === type)
      .map(({ name }) => quoteLiteral(name))
      .join(', ');
  const types = [...new Set(Object.values(sqlTypes))].filter((type) => named(type) !== '');
  if (types.length === 0) return null;
  const rows = await db.rows(
    `SELECT name FROM (${types.map(order).join(' UNION ALL ')}) WHERE ordered ORDER BY place LIMIT 1`,
  );
  return rows[0] === undefined ? null : String(rows[0][0]);
}

async function sortFile(
  db: DuckDb,
  path: string,
  column: string,
  columns: readonly ColumnSchema[],
): Promise<void> {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  let position = 'position';
  while (names.has(position)) position += '_';
  const source = `SELECT *, row_number() OVER () AS ${position} FROM read_parquet(${quoteLiteral(path)})`;
  const sorted = `${path}.sorted`;
  await writeParquet(
    db,
    `SELECT * EXCLUDE (${position}) FROM (${source}) ORDER BY ${quoteIdentifier(column)} NULLS LAST, ${position}`,
    sorted,
  );
  await rename(sorted, path);
}
