import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { StromaError } from '@stroma/kernel';
import { quoteIdentifier, quoteLiteral } from '../duckdb.ts';
import { isRestricted, type Restriction, restrictedSelect } from './restriction.ts';
import { filteredSelect, type RowSelection } from './row-filter.ts';
import { defaultSqlLimits, type SqlLimits } from './sql-engine.ts';
import { Refusal } from './sql-gate.ts';

/** An engine for one statement: nothing in it, nothing of it left once it is closed. */
export interface QueryEngine {
  connection: DuckDBConnection;
  limits: Pick<SqlLimits, 'threads' | 'memoryMb'>;
  close(): void;
}

/** A table's name and the files, in the process's own folder, that hold its rows one after the other. */
export interface TableFile {
  name: string;
  file: string;
  more?: readonly string[] | undefined;
  restriction?: Restriction | undefined;
  filters?: readonly RowSelection[] | undefined;
}

const spillFolder = 'spill';

export async function openEngine(
  limits: Pick<SqlLimits, 'threads' | 'memoryMb'> = defaultSqlLimits,
): Promise<QueryEngine> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads),
    memory_limit: `${limits.memoryMb}MiB`,
    temp_directory: spillFolder,
    max_temp_directory_size: `${limits.memoryMb * 2}MiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
    // Its content would be thrown away with the engine.
    enable_external_file_cache: 'false',
    errors_as_json: 'true',
  });
  const connection = await instance.connect();
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    connection.closeSync();
    instance.closeSync();
  };
  return { connection, limits, close };
}

/**
 * Sets the limits and locks everything, before the statement is seen at all: reading some statements
 * (IMPORT DATABASE) already opens the files they name.
 */
export async function lockEngine(
  engine: QueryEngine,
  limits: SqlLimits,
  tables: readonly TableFile[],
  output?: string | undefined,
): Promise<void> {
  const settings = ["TimeZone = 'UTC'"];
  if (engine.limits.threads !== limits.threads) settings.push(`threads = ${limits.threads}`);
  if (engine.limits.memoryMb !== limits.memoryMb) {
    settings.push(
      `memory_limit = '${limits.memoryMb}MiB'`,
      `max_temp_directory_size = '${limits.memoryMb * 2}MiB'`,
    );
  }
  const files = [
    ...tables.flatMap(({ file, more = [] }) => [file, ...more]),
    ...(output === undefined ? [] : [output]),
  ]
    .map(quoteLiteral)
    .join(', ');
  settings.push(`allowed_paths = [${files}]`, 'enable_external_access = false', 'lock_configuration = true');
  await engine.connection.run(settings.map((setting) => `SET ${setting}`).join('; '));
}

/** Makes the tables readable under their names. */
export async function makeViews({ connection }: QueryEngine, tables: readonly TableFile[]): Promise<void> {
  for (const table of tables) {
    const { name } = table;
    try {
      await connection.run(`CREATE VIEW ${quoteIdentifier(name)} AS ${await viewOf(connection, table)}`);
    } catch (error) {
      if (error instanceof StromaError) throw new Refusal('QUERY_FAILED', error.message);
      if (error instanceof Error && /interrupt/i.test(error.message)) throw error;
      throw new Refusal(
        'QUERY_FAILED',
        `The file of table "${name}" cannot be read as Parquet; ingest it again.`,
      );
    }
  }
}

async function viewOf(connection: DuckDBConnection, table: TableFile): Promise<string> {
  return filteredSelect(await seenOf(connection, table), table.filters ?? []);
}

async function seenOf(
  connection: DuckDBConnection,
  { file, more = [], restriction }: TableFile,
): Promise<string> {
  const relation = `read_parquet([${[file, ...more].map(quoteLiteral).join(', ')}])`;
  if (restriction === undefined || !isRestricted(restriction)) return `SELECT * FROM ${relation}`;
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`);
  const columns = described
    .getRows()
    .map(([column, type]) => ({ name: String(column), sqlType: String(type) }));
  return restrictedSelect(relation, columns, restriction);
}
