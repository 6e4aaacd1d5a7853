import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { StromaError } from '@stroma/kernel';

export interface DuckDbLimits {
  /** Buffer-manager limit, MiB. DuckDB's own allocations outside it (decoders, sorts of strings) come on top. */
  memoryMb: number;
  threads: number;
  /** Where it may spill; null refuses to spill. */
  tempFolder: string | null;
}

/** One in-memory DuckDB with its connection. `close` frees both and may be called twice. */
export interface DuckDb extends Disposable {
  readonly connection: DuckDBConnection;
  /** Runs statements whose rows nobody needs. */
  run(sql: string): Promise<void>;
  /** The rows as arrays in column order; BIGINT comes as bigint. */
  rows(sql: string): Promise<unknown[][]>;
  /** The first row of a query that gives at least one. */
  row(sql: string): Promise<unknown[]>;
  close(): void;
}

/**
 * Opens an in-memory DuckDB that can load no extension, keeps no state on disk but its spill files, and counts
 * time in UTC. File access stays open: for SQL that nobody trusts use the sandbox instead.
 */
export async function openDuckDb(limits: DuckDbLimits): Promise<DuckDb> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${limits.memoryMb}MiB`,
    threads: String(limits.threads),
    temp_directory: limits.tempFolder ?? '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    preserve_insertion_order: 'true',
  });
  const connection = await DuckDBConnection.create(instance);
  await connection.run("SET TimeZone = 'UTC'");
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    connection.closeSync();
    instance.closeSync();
  };
  const rows = async (sql: string): Promise<unknown[][]> => {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowsJS();
  };
  return {
    connection,
    run: async (sql) => {
      await connection.run(sql);
    },
    rows,
    row: async (sql) => {
      const [first] = await rows(sql);
      if (!first) throw new StromaError('INTERNAL', 'Expected one row from the engine, got none.', { sql });
      return first;
    },
    close,
    [Symbol.dispose]: close,
  };
}

/** A name as an SQL identifier, whatever characters it holds. DuckDB has no NUL in identifiers: it becomes U+2400. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('\0', '␀').replaceAll('"', '""')}"`;
}

/** Text as an SQL string literal. A NUL, which DuckDB's parser stops at, is written as `chr(0)`. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted;
}
