import type { SourceColumn } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { type DuckDb, quoteIdentifier, quoteLiteral } from '@stroma/lake';

/** Rows that hold the greatest cursor value so far, by the hash of their content, with how often each was imported. */
export type BoundaryRows = Record<string, number>;

/** More rows at one value could not be told apart from new ones. */
const mostBoundaryRows = 10_000;

export interface NewRows {
  /** A table or view of the connection that holds only them. */
  relation: string;
  /** Rows without a cursor value, which are never imported. */
  leftOut: number;
  /** Where the next import begins; null while there was no row with a value at all. */
  cursor: { value: string; boundary: BoundaryRows } | null;
}

/**
 * Of rows from the last cursor value on, those that were not imported yet. Rows at the last value itself are read
 * again, because more of them may have come since: those that were imported are known by their content, so that none
 * is lost and none doubled. Throws INVALID_INPUT for a column that does not order, or whose newest value too many rows
 * share.
 */
export async function newRows(
  db: DuckDb,
  relation: string,
  columns: readonly SourceColumn[],
  {
    column,
    from,
    boundary,
    compared,
  }: { column: string; from: string | null; boundary: BoundaryRows; compared: readonly string[] | null },
): Promise<NewRows> {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined || !['integer', 'number', 'date', 'timestamp', 'text'].includes(found.type))
    throw unfit(
      found === undefined
        ? `Expected a cursor column of the source, there is no "${column}".`
        : `Expected a cursor column with numbers, dates or times; "${column}" holds ${found.type}.`,
    );
  const cursor = quoteIdentifier(column);
  const [[, sqlType = 'VARCHAR'] = []] = await db.rows(`DESCRIBE SELECT ${cursor} FROM ${relation}`);
  const last = from === null ? null : `CAST(${quoteLiteral(from)} AS ${String(sqlType)})`;
  await db.run(`CREATE TEMP TABLE imported (h VARCHAR, n BIGINT)`);
  const known = Object.entries(boundary);
  for (let at = 0; at < known.length; at += 1000)
    await db.run(
      `INSERT INTO imported VALUES ${known
        .slice(at, at + 1000)
        .map(([hash, count]) => `(${quoteLiteral(hash)}, ${count})`)
        .join(', ')}`,
    );
  // Hashes are worked out for the rows at the boundary alone. Where rows cannot be known again by them, none is doubled.
  const before = compared === null ? null : hashOf(columns.filter(({ name }) => compared.includes(name)));
  const hashed = hashOf(columns);
  await db.run(
    last === null
      ? `CREATE TEMP VIEW new_rows AS SELECT * FROM ${relation} WHERE ${cursor} IS NOT NULL`
      : `CREATE TEMP VIEW new_rows AS SELECT * FROM ${relation} WHERE ${cursor} > ${last} UNION ALL
         SELECT * EXCLUDE (stroma_hash, stroma_number) FROM (
           SELECT *, row_number() OVER (PARTITION BY stroma_hash) AS stroma_number
           FROM (SELECT *, ${before ?? 'NULL::VARCHAR'} AS stroma_hash FROM ${relation} WHERE ${before === null ? 'false' : `${cursor} = ${last}`})
         ) AS at_last WHERE stroma_number > coalesce((SELECT n FROM imported WHERE h = stroma_hash), 0)`,
  );
  const [leftOut, greatest] = await db.row(
    `SELECT count(*) FILTER (${cursor} IS NULL), CAST(max(${cursor}) AS VARCHAR) FROM ${relation}`,
  );
  const value = greatest === null || greatest === undefined ? null : String(greatest);
  if (value === null)
    return {
      relation: 'new_rows',
      leftOut: Number(leftOut),
      cursor: from === null ? null : { value: from, boundary },
    };
  const rows = await db.rows(
    `SELECT ${hashed}, count(*) FROM ${relation} WHERE ${cursor} = CAST(${quoteLiteral(value)} AS ${String(sqlType)}) GROUP BY 1 LIMIT ${mostBoundaryRows + 1}`,
  );
  if (rows.length > mostBoundaryRows)
    throw unfit(
      `More than ${mostBoundaryRows} rows share the greatest value of "${column}". Choose a column with finer values, such as an id or a time.`,
    );
  const seen = Object.fromEntries(rows.map(([hash, count]) => [String(hash), Number(count)]));
  return {
    relation: 'new_rows',
    leftOut: Number(leftOut),
    cursor: { value, boundary: value === from && before === hashed ? merged(boundary, seen) : seen },
  };
}

/** Of the content, however a number is written. */
function hashOf(columns: readonly SourceColumn[]): string {
  const cells = columns.map(({ name, type }) =>
    type === 'number'
      ? `regexp_replace(CAST(CAST(${quoteIdentifier(name)} AS DOUBLE) AS VARCHAR), '\\.0$', '')`
      : `CAST(${quoteIdentifier(name)} AS VARCHAR)`,
  );
  return `md5(CAST(to_json([${cells.join(', ')}]) AS VARCHAR))`;
}

/** Rows that are gone from the source stay imported. */
function merged(before: BoundaryRows, now: BoundaryRows): BoundaryRows {
  const all = { ...before };
  for (const [hash, count] of Object.entries(now)) all[hash] = Math.max(count, all[hash] ?? 0);
  return all;
}

const unfit = (message: string): StromaError =>
  new StromaError('INVALID_INPUT', message, { field: 'cursor_column' });
