import { connect } from 'node:net';
import type { SettingsOf, SourceSecrets, SourceTable } from '@stroma/contracts';
import { type Connection, createConnection, type QueryOptions } from 'mysql2';
import type { GridCell } from './grid-file.ts';
import { checkedAddress } from './reach.ts';
import { type About, reachFailure, sourceError } from './source-failures.ts';
import { type Means, mostTables, type OpenSource, type StagedColumn } from './source-kind.ts';
import { type SqlDriver, sqlSource } from './sql-source.ts';

const batchRows = 1000;
const binaryCharset = 63;
const unsignedFlag = 32;

interface Field {
  name: string;
  columnType: number;
  columnLength: number;
  characterSet: number;
  decimals: number;
  flags: number;
}

/** MySQL and MariaDB by their wire protocol, in a read-only transaction that sees one state of the data. */
export async function openMysql(
  settings: SettingsOf<'mysql'>,
  secrets: SourceSecrets,
  means: Means,
): Promise<OpenSource> {
  const { host, port, user, database, tls, certificate } = settings;
  const about: About = { where: `${host}:${port}`, user, database };
  const address = await checkedAddress(means, host, port, about);
  const connection = createConnection({
    host,
    port,
    // The name stays for the certificate, the connection goes to the address that was checked.
    stream: () => connect({ host: address, port }),
    user,
    database,
    password: secrets.password ?? '',
    connectTimeout: Math.min(10_000, means.timeoutMs),
    ...(tls === 'off'
      ? {}
      : {
          ssl: {
            rejectUnauthorized: tls === 'verify',
            verifyIdentity: tls === 'verify',
            ...(certificate === undefined ? {} : { ca: certificate }),
          },
        }),
    // Nothing the server says may make this side read its own files.
    flags: ['-LOCAL_FILES'],
    multipleStatements: false,
  });
  connection.on('error', () => undefined);
  const stop = () => connection.destroy();
  means.signal.addEventListener('abort', stop, { once: true });
  const ask: Ask = (sql, values = []) =>
    new Promise((done, broken) => {
      connection.query(textQuery(sql, values), (error, rows, fields) => {
        if (error) broken(means.signal.aborted ? means.signal.reason : failureOf(error, about));
        else done({ rows: rows as unknown as GridCell[][], fields: (fields ?? []) as unknown as Field[] });
      });
    });
  const close = async () => {
    means.signal.removeEventListener('abort', stop);
    connection.destroy();
  };
  try {
    await new Promise<void>((done, broken) =>
      connection.connect((error) => (error ? broken(error) : done())),
    );
    await ask("SET SESSION time_zone = '+00:00', SESSION sql_mode = ''");
    const seconds = means.timeoutMs / 1000;
    // MariaDB knows the first, MySQL the second.
    await ask(`SET SESSION max_statement_time = ${seconds}`).catch(() =>
      ask(`SET SESSION max_execution_time = ${means.timeoutMs}`),
    );
    await ask('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    const { rows } = await ask('SELECT version()');
    const version = String(rows[0]?.[0] ?? '');
    const server = /mariadb/i.test(version) ? `MariaDB ${version.split('-')[0]}` : `MySQL ${version}`;
    const driver = driverOf(connection, ask, about);
    return sqlSource({ ...driver, server, encrypted: tls !== 'off', close }, means);
  } catch (error) {
    await close();
    means.signal.throwIfAborted();
    throw failureOf(error, about);
  }
}

type Ask = (sql: string, values?: unknown[]) => Promise<{ rows: GridCell[][]; fields: Field[] }>;

/** Every value stays the text the server wrote. */
const textQuery = (sql: string, values: unknown[]): QueryOptions => ({
  sql,
  values,
  rowsAsArray: true,
  typeCast(field) {
    if (field.type !== 'BIT') return field.string();
    const bytes = field.buffer();
    return bytes === null ? null : BigInt(`0x${bytes.toString('hex') || '0'}`).toString();
  },
});

const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

function driverOf(
  connection: Connection,
  ask: Ask,
  about: About,
): Omit<SqlDriver, 'server' | 'encrypted' | 'close'> {
  const own = "('information_schema', 'performance_schema', 'mysql', 'sys')";
  return {
    quote,
    first: (select, limit) => `${select} LIMIT ${limit}`,
    // The session counts in UTC, and older servers read no offset.
    moment: (value) => `'${value.replace(/[+-]\d\d(:?\d\d)?$/, '').replace(/[^0-9 :.T-]/g, '')}'`,
    async schemas() {
      const { rows } = await ask(
        `SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN ${own} ORDER BY schema_name = ? DESC, 1 LIMIT ${mostTables}`,
        [about.database],
      );
      return rows.map(([name]) => name ?? '');
    },
    async tables(schema) {
      const { rows } = await ask(
        `SELECT table_schema, table_name, table_type, table_rows, data_length FROM information_schema.tables
         WHERE table_schema NOT IN ${own} AND (? IS NULL OR table_schema = ?) ORDER BY 1, 2 LIMIT ${mostTables}`,
        [schema ?? null, schema ?? null],
      );
      return rows.map(
        ([space, table, kind, estimate, bytes]): SourceTable => ({
          schema: space ?? '',
          table: table ?? '',
          kind: kind?.includes('VIEW') ? 'view' : 'table',
          rows_estimate: estimate === null || estimate === undefined ? null : Number(estimate),
          bytes: bytes === null || bytes === undefined ? null : Number(bytes),
        }),
      );
    },
    async columns(select) {
      const { fields } = await ask(`SELECT * FROM (${select}) AS q LIMIT 0`);
      return fields.map((field) => ({ name: field.name, ...typeOf(field) }));
    },
    async *rows(select, columns) {
      const list = columns
        .map(({ name, type }) => (type === 'binary' ? `HEX(${quote(name)})` : quote(name)))
        .join(', ');
      const stream = connection
        .query(textQuery(`SELECT ${list} FROM (${select}) AS q`, []))
        .stream({ highWaterMark: batchRows });
      let batch: GridCell[][] = [];
      try {
        for await (const row of stream as AsyncIterable<GridCell[]>) {
          batch.push(row);
          if (batch.length < batchRows) continue;
          yield batch;
          batch = [];
        }
      } catch (error) {
        throw failureOf(error, about);
      }
      if (batch.length > 0) yield batch;
    },
  };
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html */
function typeOf(field: Field): Pick<StagedColumn, 'source_type' | 'type' | 'sqlTypes'> {
  const { columnType, columnLength, decimals, flags, characterSet } = field;
  const unsigned = (flags & unsignedFlag) !== 0;
  const signed = unsigned ? ' unsigned' : '';
  const as = (source_type: string, type: StagedColumn['type'], ...sqlTypes: string[]) => ({
    source_type,
    type,
    sqlTypes,
  });
  const integers: Record<number, string> = {
    1: 'tinyint',
    2: 'smallint',
    3: 'int',
    8: 'bigint',
    9: 'mediumint',
  };
  const integer = integers[columnType];
  if (columnType === 1 && columnLength === 1) return as('boolean', 'boolean', 'BOOLEAN', 'BIGINT');
  if (columnType === 8 && unsigned) return as('bigint unsigned', 'integer', 'DECIMAL(20,0)');
  if (integer !== undefined) return as(`${integer}${signed}`, 'integer', 'BIGINT');
  if (columnType === 0 || columnType === 246) {
    const precision = columnLength - (decimals > 0 ? 1 : 0) - (unsigned ? 0 : 1);
    const name = `decimal(${precision},${decimals})${signed}`;
    if (precision > 38 || decimals > precision) return as(name, 'number', 'NUMERIC', 'DOUBLE');
    return as(name, decimals === 0 ? 'integer' : 'number', `DECIMAL(${precision},${decimals})`);
  }
  if (columnType === 4) return as('float', 'number', 'DOUBLE');
  if (columnType === 5) return as('double', 'number', 'DOUBLE');
  if (columnType === 7) return as('timestamp', 'timestamp', 'TIMESTAMPTZ');
  if (columnType === 12) return as('datetime', 'timestamp', 'TIMESTAMP');
  if (columnType === 10 || columnType === 14) return as('date', 'date', 'DATE');
  if (columnType === 11) return as('time', 'time', 'TIME', 'INTERVAL');
  if (columnType === 13) return as('year', 'integer', 'BIGINT');
  if (columnType === 16) return as(`bit(${columnLength})`, 'integer', 'BIGINT', 'DECIMAL(20,0)');
  if (columnType === 245) return as('json', 'text', 'VARCHAR');
  if (columnType === 255) return as('geometry', 'binary', 'BLOB');
  if (characterSet === binaryCharset && columnType >= 249) return as('binary', 'binary', 'BLOB');
  return as(columnType === 247 ? 'enum' : columnType === 248 ? 'set' : 'text', 'text', 'VARCHAR');
}

/** https://mariadb.com/kb/en/mariadb-error-code-reference/ */
function failureOf(error: unknown, about: About): Error {
  const { where, user = '', database = '' } = about;
  const { code = '', errno = 0, message = '' } = error as { code?: string; errno?: number; message?: string };
  const told = message.slice(0, 300);
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return sourceError(
      'SOURCE_TLS',
      `${where} takes no encrypted connections. Turn TLS on there, or off here.`,
      error,
    );
  if (errno === 1045 || errno === 1698)
    return sourceError(
      'SOURCE_CREDENTIALS',
      `${where} does not take the password of "${user}". Check both.`,
      error,
    );
  if (errno === 1049)
    return sourceError('SOURCE_DATABASE_MISSING', `${where} has no database "${database}".`, error);
  if (errno === 1044)
    return sourceError(
      'SOURCE_PERMISSION',
      `"${user}" may not use the database, or there is none of this name: ${told}.`,
      error,
    );
  if (errno === 1130)
    return sourceError(
      'SOURCE_PERMISSION',
      `${where} lets nobody in from the address of this server.`,
      error,
    );
  if (errno === 1142 || errno === 1143 || errno === 1227 || errno === 1370)
    return sourceError('SOURCE_PERMISSION', `"${user}" may not read this: ${told}. Grant it SELECT.`, error);
  if (errno === 1146 || errno === 1051)
    return sourceError('SOURCE_TABLE_MISSING', `${where} has no such table: ${told}.`, error);
  if (errno === 1969 || errno === 3024)
    return sourceError(
      'SOURCE_TIMEOUT',
      'The query took longer than it may. Choose fewer rows, or add an index.',
      error,
    );
  if (errno === 1040 || errno === 1203)
    return sourceError(
      'SOURCE_REFUSED',
      `${where} takes no further connections now; it has as many as it may.`,
      error,
    );
  if (errno === 1792)
    return sourceError(
      'SOURCE_QUERY_INVALID',
      'The query does more than read, which is not let through.',
      error,
    );
  if (errno >= 1000)
    return sourceError('SOURCE_QUERY_INVALID', `The server refuses the query: ${told}.`, error);
  return (
    reachFailure(error, about) ??
    sourceError('SOURCE_ANSWER', `${where} answered with an error: ${told}.`, error)
  );
}
