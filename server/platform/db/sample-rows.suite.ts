import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { type Database, rowsOf } from './database.ts';
import type { TableShape } from './row-security.ts';

interface ColumnShape {
  table_name: string;
  column_name: string;
  data_type: string;
  udt_name: string;
}

export interface SampleOptions {
  /** Begins every text of a tenant's rows; the tenant's id unless told. */
  markOf?(tenant: string): string;
  /** The id of a row, where a text will not do. */
  idOf?(table: string): string | undefined;
  /** Before the first number; 0 unless told. */
  after?: number;
  except?: ReadonlySet<string>;
}

/**
 * Writes one row of every table for each tenant, every text in it marked as the tenant's, and gives them back by
 * table and tenant. Foreign keys refer to the row of the same tenant.
 */
export async function sampleRows(
  database: Database,
  tables: readonly TableShape[],
  tenants: readonly string[],
  { markOf = (tenant) => tenant, idOf = () => undefined, after = 0, except = new Set() }: SampleOptions = {},
): Promise<Map<string, Record<string, Record<string, unknown>>>> {
  const columns = Map.groupBy(
    rowsOf<ColumnShape>(
      await database.sql.execute(
        sql`select table_name, column_name, data_type, udt_name from information_schema.columns
            where table_schema = 'public' and is_generated = 'NEVER' order by table_name, ordinal_position`,
      ),
    ),
    ({ table_name }) => table_name,
  );
  const made = new Map<string, Record<string, Record<string, unknown>>>();
  for (const table of parentsFirst(tables).filter(({ name }) => !except.has(name))) {
    const rows: Record<string, Record<string, unknown>> = {};
    for (const [number, tenant] of tenants.entries()) {
      const row: Record<string, unknown> = {};
      for (const column of columns.get(table.name) ?? [])
        row[column.column_name] = sampleValue(column, markOf(tenant), after + number + 1);
      const id = idOf(table.name);
      if (id !== undefined && 'id' in row) row.id = id;
      if ('tenant_id' in row) row.tenant_id = tenant;
      if (table.name === 'tenants') row.id = tenant;
      for (const { tableTo, columnsFrom, columnsTo } of Object.values(table.foreignKeys))
        for (const [at, column] of columnsFrom.entries())
          row[column] = tableTo === table.name ? null : made.get(tableTo)?.[tenant]?.[columnsTo[at] ?? ''];
      const name = sql.raw(`"${table.name}"`);
      await database.sql.execute(
        sql`insert into ${name} select * from jsonb_populate_record(null::${name}, ${JSON.stringify(row)}::jsonb)`,
      );
      rows[tenant] = row;
    }
    made.set(table.name, rows);
  }
  return made;
}

function sampleValue(
  { data_type, udt_name, column_name, table_name }: ColumnShape,
  mark: string,
  number: number,
): unknown {
  if (data_type === 'ARRAY') return udt_name === '_text' ? [`${mark} ${column_name}`] : [];
  if (data_type === 'boolean') return false;
  if (data_type === 'uuid') return randomUUID();
  // What nobody sealed would not open: such a row is one whose texts lie in clear.
  if (data_type === 'bytea' && column_name === 'sealed') return null;
  if (data_type === 'bytea') return `\\x${Buffer.from(`${mark} ${column_name}`).toString('hex')}`;
  if (data_type.startsWith('json')) return { canary: `${mark} ${column_name}` };
  if (data_type.startsWith('timestamp')) return '2026-01-01T00:00:00Z';
  if (data_type === 'date') return '2026-01-01';
  if (/^(smallint|integer|bigint|numeric|real|double precision)$/.test(data_type)) return number;
  if (data_type === 'text' || data_type.startsWith('character'))
    return `${mark} ${table_name} ${column_name}`;
  if (data_type === 'inet' || data_type === 'cidr') return `10.0.0.${number}`;
  throw new Error(
    `say in sampleValue what a column of the type ${data_type} is filled with (${table_name}.${column_name})`,
  );
}

function parentsFirst(tables: readonly TableShape[]): TableShape[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const ordered = new Set<TableShape>();
  const visit = (table: TableShape) => {
    for (const { tableTo } of Object.values(table.foreignKeys)) {
      const parent = byName.get(tableTo);
      if (parent !== undefined && parent !== table && !ordered.has(parent)) visit(parent);
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table);
  return [...ordered];
}
