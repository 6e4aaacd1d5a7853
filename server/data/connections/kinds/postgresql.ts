import type { SettingsOf, SourceSecrets, SourceTable } from '@stroma/contracts';
import { Client, type CustomTypesConfig, type QueryArrayResult } from 'pg';
import { checkedAddress, tlsOptions } from './reach.ts';
import { type About, reachFailure, sourceError } from './source-failures.ts';
import { type Means, mostTables, type OpenSource, type StagedColumn } from './source-kind.ts';
import { type SqlDriver, sqlSource } from './sql-source.ts';

const batchRows = 2000;
/** Every value stays the text the server wrote: no number or time passes through JavaScript. */
const asText = { getTypeParser: () => (text: unknown) => text } as unknown as CustomTypesConfig;

/** PostgreSQL by its wire protocol. The account decides what may be read; the transaction is read-only. */
export async function openPostgresql(
  settings: SettingsOf<'postgresql'>,
  secrets: SourceSecrets,
  means: Means,
): Promise<OpenSource> {
  const { host, port, user, database, tls } = settings;
  const about: About = { where: `${host}:${port}`, user, database };
  const client = new Client({
    host: await checkedAddress(means, host, port, about),
    port,
    user,
    database,
    // A function, because an empty text would be looked up in the environment of this process.
    password: () => secrets.password ?? '',
    ssl: tls === 'off' ? false : tlsOptions(host, tls, settings.certificate),
    connectionTimeoutMillis: Math.min(10_000, means.timeoutMs),
    application_name: 'stroma',
    types: asText,
  });
  // A connection that breaks while nothing is asked of it is noticed by the next question.
  client.on('error', () => undefined);
  const stop = () => void client.end().catch(() => undefined);
  means.signal.addEventListener('abort', stop, { once: true });
  const ask = async (text: string, values: unknown[] = []): Promise<string[][]> => {
    try {
      // One statement at most: nothing can end the transaction it runs in.
      const asked = { text, values, rowMode: 'array' as const, queryMode: 'extended' };
      const { rows }: QueryArrayResult<string[]> = await client.query(asked);
      return rows;
    } catch (error) {
      means.signal.throwIfAborted();
      throw failureOf(error, about);
    }
  };
  const close = async () => {
    means.signal.removeEventListener('abort', stop);
    await client.end().catch(() => undefined);
  };
  try {
    await client.connect();
    await ask('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    for (const setting of [
      `statement_timeout = ${means.timeoutMs}`,
      'idle_in_transaction_session_timeout = 600000',
      "datestyle = 'ISO, YMD'",
      "timezone = 'UTC'",
      "intervalstyle = 'postgres'",
      'extra_float_digits = 1',
      "bytea_output = 'hex'",
    ])
      await ask(`SET LOCAL ${setting}`);
    const [[version = ''] = []] = await ask('SHOW server_version');
    const driver = driverOf(client, ask, about);
    return sqlSource({ ...driver, server: `PostgreSQL ${version}`, encrypted: tls !== 'off', close }, means);
  } catch (error) {
    await close();
    means.signal.throwIfAborted();
    throw failureOf(error, about);
  }
}

type Ask = (text: string, values?: unknown[]) => Promise<string[][]>;

function driverOf(client: Client, ask: Ask, about: About): Omit<SqlDriver, 'server' | 'encrypted' | 'close'> {
  const visible = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'";
  return {
    quote: (name) => `"${name.replaceAll('"', '""')}"`,
    first: (select, limit) => `${select} LIMIT ${limit}`,
    async schemas() {
      const rows = await ask(
        `SELECT n.nspname FROM pg_namespace n WHERE ${visible} AND has_schema_privilege(n.oid, 'USAGE') ORDER BY n.nspname = 'public' DESC, 1 LIMIT ${mostTables}`,
      );
      return rows.map(([name = '']) => name);
    },
    async tables(schema) {
      const rows = await ask(
        `SELECT n.nspname, c.relname, c.relkind, c.reltuples::bigint::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${visible} AND ($1::text IS NULL OR n.nspname = $1)
           AND NOT c.relispartition AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
         ORDER BY n.nspname, c.relname LIMIT ${mostTables}`,
        [schema ?? null],
      );
      return rows.map(([space = '', table = '', kind = '', estimate = '-1']): SourceTable => {
        const rowsEstimate = Number(estimate);
        return {
          schema: space,
          table,
          kind: kind === 'v' || kind === 'm' ? 'view' : 'table',
          rows_estimate: rowsEstimate < 0 || kind === 'v' ? null : rowsEstimate,
          bytes: null,
        };
      });
    },
    async columns(select) {
      let fields: { name: string; dataTypeID: number; dataTypeModifier: number }[];
      try {
        const asked = { text: `SELECT * FROM (${select}) AS q LIMIT 0`, queryMode: 'extended' };
        ({ fields } = await client.query(asked));
      } catch (error) {
        throw failureOf(error, about);
      }
      const ids = fields.map(({ dataTypeID }) => dataTypeID);
      const modifiers = fields.map(({ dataTypeModifier }) => dataTypeModifier);
      const names = await ask(
        'SELECT format_type(t, m), format_type(CASE WHEN p.typtype = $3 THEN p.typbasetype ELSE t END, m) FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS u(t, m, i) LEFT JOIN pg_type p ON p.oid = t ORDER BY i',
        [ids, modifiers, 'd'],
      );
      return fields.map(({ name }, index) => {
        const [sourceType = 'text', base = 'text'] = names[index] ?? [];
        return { name, source_type: sourceType, ...typeOf(base) };
      });
    },
    async *rows(select, columns) {
      const list = columns
        .map(({ name, type }) => {
          const column = `"${name.replaceAll('"', '""')}"`;
          return type === 'binary' ? `encode(${column}, 'hex')` : column;
        })
        .join(', ');
      await ask(`DECLARE stroma_rows NO SCROLL CURSOR FOR SELECT ${list} FROM (${select}) AS q`);
      for (;;) {
        const rows = await ask(`FETCH ${batchRows} FROM stroma_rows`);
        if (rows.length > 0) yield rows;
        if (rows.length < batchRows) break;
      }
      await ask('CLOSE stroma_rows');
    },
  };
}

/** https://www.postgresql.org/docs/current/datatype.html */
function typeOf(name: string): Pick<StagedColumn, 'type' | 'sqlTypes'> {
  const decimal = /^numeric\((\d+),(-?\d+)\)$/.exec(name);
  const precision = Number(decimal?.[1]);
  const scale = Number(decimal?.[2]);
  if (decimal !== null && precision <= 38 && scale >= 0 && scale <= precision)
    return { type: scale === 0 ? 'integer' : 'number', sqlTypes: [`DECIMAL(${precision},${scale})`] };
  if (name.startsWith('numeric')) return { type: 'number', sqlTypes: ['NUMERIC', 'DOUBLE'] };
  if (name === 'smallint' || name === 'integer' || name === 'bigint' || name === 'oid')
    return { type: 'integer', sqlTypes: ['BIGINT'] };
  if (name === 'real' || name === 'double precision') return { type: 'number', sqlTypes: ['DOUBLE'] };
  if (name === 'boolean') return { type: 'boolean', sqlTypes: ['BOOLEAN'] };
  if (name === 'date') return { type: 'date', sqlTypes: ['DATE'] };
  if (/^timestamp(\(\d\))? with time zone$/.test(name))
    return { type: 'timestamp', sqlTypes: ['TIMESTAMPTZ'] };
  if (/^timestamp(\(\d\))? without time zone$/.test(name))
    return { type: 'timestamp', sqlTypes: ['TIMESTAMP'] };
  if (/^time(\(\d\))? without time zone$/.test(name)) return { type: 'time', sqlTypes: ['TIME'] };
  if (name.startsWith('interval')) return { type: 'interval', sqlTypes: ['INTERVAL', 'VARCHAR'] };
  if (name === 'bytea') return { type: 'binary', sqlTypes: ['BLOB'] };
  return { type: 'text', sqlTypes: ['VARCHAR'] };
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function failureOf(error: unknown, about: About): Error {
  const { where, user = '', database = '' } = about;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const told = message.slice(0, 300);
  if (/does not support SSL/.test(message))
    return sourceError(
      'SOURCE_TLS',
      `${where} takes no encrypted connections. Turn TLS on there, or off here.`,
      error,
    );
  if (/no pg_hba\.conf entry/.test(message))
    return sourceError(
      'SOURCE_PERMISSION',
      `${where} does not let "${user}" in from here${/no encryption/.test(message) ? ' without TLS' : ''}: its pg_hba.conf has no entry for it.`,
      error,
    );
  if (code === '28P01' || code === '28000')
    return sourceError(
      'SOURCE_CREDENTIALS',
      `${where} does not take the password of "${user}". Check both.`,
      error,
    );
  if (code === '3D000')
    return sourceError('SOURCE_DATABASE_MISSING', `${where} has no database "${database}".`, error);
  if (code === '42501')
    return sourceError('SOURCE_PERMISSION', `"${user}" may not read this: ${told}. Grant it SELECT.`, error);
  if (code === '42P01' || code === '3F000')
    return sourceError('SOURCE_TABLE_MISSING', `${where} has no such table: ${told}.`, error);
  if (code === '57014')
    return sourceError(
      'SOURCE_TIMEOUT',
      'The query took longer than it may. Choose fewer rows, or add an index.',
      error,
    );
  if (code === '53300')
    return sourceError(
      'SOURCE_REFUSED',
      `${where} takes no further connections now; it has as many as it may.`,
      error,
    );
  if (code === '25006')
    return sourceError(
      'SOURCE_QUERY_INVALID',
      'The query does more than read, which is not let through.',
      error,
    );
  if (/^(42|22|0A)/.test(code))
    return sourceError('SOURCE_QUERY_INVALID', `PostgreSQL refuses the query: ${told}.`, error);
  return (
    reachFailure(error, about) ??
    sourceError('SOURCE_ANSWER', `${where} answered with an error: ${told}.`, error)
  );
}
