import { type ColumnType, StromaError } from '@stroma/kernel';
import type { DuckDb } from '../duckdb.ts';
import { quoteIdentifier, quoteLiteral } from '../duckdb.ts';
import { nameColumns } from './header-detection.ts';
import type { IngestContext } from './ingest-context.ts';
import { checkColumnTypes } from './ingest-overrides.ts';
import type { IngestDecisions } from './ingest-report.ts';
import { writeParquet } from './parquet-output.ts';
import type { ConvertedTable, TableDecisions } from './staged-conversion.ts';

/** The type of a column in a user's words, from the engine's own type name. */
export function columnTypeOf(sqlType: string): ColumnType {
  const type = sqlType.toUpperCase();
  if (/\[\d*\]$|^(STRUCT|MAP|UNION|LIST|ARRAY)\b/.test(type)) return 'nested';
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type) || /^DECIMAL\(\d+,\s*0\)$/.test(type))
    return 'integer';
  if (/^(FLOAT|DOUBLE|REAL|DECIMAL)/.test(type)) return 'number';
  if (type.startsWith('TIMESTAMP')) return 'timestamp';
  if (type.startsWith('TIME')) return 'time';
  if (type === 'BOOLEAN' || type === 'DATE' || type === 'INTERVAL') return type.toLowerCase() as ColumnType;
  return type === 'BLOB' ? 'binary' : 'text';
}

const targetTypes: Record<Exclude<ColumnType, 'binary' | 'nested' | 'interval'>, string> = {
  boolean: 'BOOLEAN',
  integer: 'BIGINT',
  number: 'DOUBLE',
  text: 'VARCHAR',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
};

interface TypedColumn {
  name: string;
  original: string | null;
  source: string;
  sqlType: string;
  type: ColumnType;
  expression: string;
  given: boolean;
}

/**
 * Writes a relation that has types already (Parquet, Arrow). Small integers become BIGINT, so that sums and
 * products in queries do not overflow; what Parquet or a query cannot hold (HUGEINT, UUID, ENUM, BIT) becomes
 * DECIMAL(38,0) or text; lists and structs are kept. With a type set by the user, rows it does not fit are
 * rejected by their row number.
 */
export async function convertTyped(
  context: IngestContext,
  db: DuckDb,
  relation: string,
  layout: Pick<IngestDecisions, 'format' | 'compression'>,
  target: string,
): Promise<ConvertedTable> {
  const described = await db.rows(`DESCRIBE SELECT * FROM ${relation}`);
  if (described.length === 0)
    throw new StromaError('NO_TABLE', 'Expected a table with at least one column, got none.');
  if (described.length > context.limits.maxColumns) {
    throw new StromaError(
      'TOO_MANY_COLUMNS',
      `Expected at most ${context.limits.maxColumns} columns, got ${described.length}.`,
      {
        columns: described.length,
        limit: context.limits.maxColumns,
      },
    );
  }
  const sources = described.map(([name, type]) => ({ source: String(name), sqlType: String(type) }));
  const names = nameColumns([sources.map(({ source }) => source)], sources.length);
  checkColumnTypes(
    context.overrides,
    names.map(({ name }) => name),
  );
  const columns: TypedColumn[] = [];
  for (const [index, { source, sqlType }] of sources.entries()) {
    const { name, original } = names[index] as { name: string; original: string | null };
    columns.push({
      name,
      original,
      source,
      sqlType,
      ...(await planTyped(context, db, relation, name, source, sqlType)),
    });
  }
  context.progress(0.5, 'writing');
  const rejected = await rejectMisfits(context, db, relation, columns);
  const total = Number((await db.row(`SELECT count(*) FROM ${relation}`))[0]);
  const list = columns.map(({ expression, name }) => `${expression} AS ${quoteIdentifier(name)}`).join(', ');
  const misfit = misfitTest(columns);
  await writeParquet(
    db,
    `SELECT ${list} FROM ${relation}${rejected > 0 ? ` WHERE NOT (${misfit})` : ''}`,
    target,
  );
  context.warn('no-rows', 'The table has columns and no rows.', total === 0 ? 1 : 0);
  return {
    rows: total - rejected,
    columns: columns.map(({ name, type }) => ({ name, type })),
    decisions: typedDecisions(layout, columns, total),
  };
}

async function planTyped(
  context: IngestContext,
  db: DuckDb,
  relation: string,
  name: string,
  source: string,
  sqlType: string,
): Promise<{ type: ColumnType; expression: string; given: boolean }> {
  const column = quoteIdentifier(source);
  const wanted = context.overrides.column_types?.[name];
  if (wanted && wanted !== columnTypeOf(sqlType)) {
    const target = targetTypes[wanted as keyof typeof targetTypes];
    if (!target) {
      throw new StromaError(
        'INVALID_INPUT',
        `Expected a type that ${sqlType} can become, got ${wanted} for column "${name}".`,
        {
          field: `column_types.${name}`,
        },
      );
    }
    return { type: wanted, expression: `TRY_CAST(${column} AS ${target})`, given: true };
  }
  const type = columnTypeOf(sqlType);
  const plain = { type, expression: column, given: wanted !== undefined };
  const upper = sqlType.toUpperCase();
  if (/^U?(TINY|SMALL)INT$|^U?INTEGER$/.test(upper)) return { ...plain, expression: `${column}::BIGINT` };
  if (/^(UBIGINT|HUGEINT|UHUGEINT)$/.test(upper)) {
    const [big, huge] = await db.row(
      `SELECT count(*) FILTER (${column} IS NOT NULL AND TRY_CAST(${column} AS BIGINT) IS NULL), count(*) FILTER (${column} IS NOT NULL AND TRY_CAST(${column} AS DECIMAL(38,0)) IS NULL) FROM ${relation}`,
    );
    if (Number(big) === 0) return { ...plain, expression: `${column}::BIGINT` };
    if (Number(huge) === 0) return { ...plain, expression: `${column}::DECIMAL(38,0)` };
    return { ...plain, type: 'text', expression: `${column}::VARCHAR` };
  }
  if (type === 'text' && upper !== 'VARCHAR') return { ...plain, expression: `${column}::VARCHAR` };
  return plain;
}

function misfitTest(columns: TypedColumn[]): string {
  const tests = columns
    .filter(({ given, expression }) => given && expression.startsWith('TRY_CAST'))
    .map(({ expression, source }) => `(${quoteIdentifier(source)} IS NOT NULL AND ${expression} IS NULL)`);
  return tests.length === 0 ? 'false' : tests.join(' OR ');
}

async function rejectMisfits(
  context: IngestContext,
  db: DuckDb,
  relation: string,
  columns: TypedColumn[],
): Promise<number> {
  const test = misfitTest(columns);
  if (test === 'false') return 0;
  const reasons = columns
    .filter(({ given, expression }) => given && expression.startsWith('TRY_CAST'))
    .map(({ expression, source, name, type }) => {
      const column = quoteIdentifier(source);
      const start = quoteLiteral(`Column "${name}": expected ${type}, got "`);
      return `CASE WHEN ${column} IS NOT NULL AND ${expression} IS NULL THEN ${start} || left(${column}::VARCHAR, 200) || '".' END`;
    });
  const rows = await db.rows(
    `SELECT row_id, concat_ws(' ', ${reasons.join(', ')}), left(to_json(r)::VARCHAR, 10000) FROM (SELECT *, row_number() OVER () AS row_id FROM ${relation}) AS r WHERE ${test}`,
  );
  for (const [row, reason, raw] of rows) context.rejects.add(Number(row), String(reason), String(raw));
  return rows.length;
}

function typedDecisions(
  layout: Pick<IngestDecisions, 'format' | 'compression'>,
  columns: TypedColumn[],
  rows: number,
): TableDecisions {
  return {
    ...layout,
    encoding: null,
    delimiter: null,
    quote: null,
    escape: null,
    line_end: null,
    skip_lines: null,
    header_lines: null,
    footer_lines: null,
    decimal: null,
    thousands: null,
    date_order: null,
    null_values: null,
    table: { value: 0, reason: 'The file holds one table.', given: false },
    tables: [
      {
        index: 0,
        name: null,
        first_line: 1,
        last_line: rows,
        columns: columns.map(({ name }) => name),
        rows,
      },
    ],
    columns: columns.map(({ name, original, sqlType, type, given }) => ({
      name,
      original_name: original,
      type: {
        value: type,
        reason: given ? 'Set by the user.' : `The file says ${sqlType.slice(0, 200)}.`,
        given,
      },
    })),
  };
}
