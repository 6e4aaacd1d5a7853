import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { SettingsOf, SourceSecrets, SourceTable } from '@stroma/contracts';
import type { StromaError } from '@stroma/kernel';
import type { GridCell } from './grid-file.ts';
import { authorisation, hostOf } from './http-access.ts';
import { type About, reachFailure, sourceError } from './source-failures.ts';
import { type Means, mostTables, type OpenSource, type StagedColumn } from './source-kind.ts';
import { type SqlDriver, sqlSource } from './sql-source.ts';

const batchRows = 2000;
/** `readonly=2` lets these settings be given and nothing be written. */
const settingsOfQuery = {
  readonly: '2',
  output_format_json_quote_64bit_integers: '1',
  output_format_json_quote_decimals: '1',
  output_format_json_quote_denormals: '1',
  date_time_output_format: 'iso',
  default_format: 'JSONCompactEachRowWithNamesAndTypes',
};

/** ClickHouse by its HTTP interface. https://clickhouse.com/docs/interfaces/http */
export async function openClickhouse(
  settings: SettingsOf<'clickhouse'>,
  secrets: SourceSecrets,
  means: Means,
): Promise<OpenSource> {
  const { url, database, user } = settings;
  const about: About = { where: hostOf(url), user, database };
  const address = new URL(url);
  for (const [name, value] of Object.entries({
    ...settingsOfQuery,
    database,
    max_execution_time: String(Math.ceil(means.timeoutMs / 1000)),
  }))
    address.searchParams.set(name, value);
  const ask = async function* (sql: string): AsyncGenerator<unknown[]> {
    const answer = await means.outgoing
      .fetch(address, {
        method: 'POST',
        headers: {
          // A header of its own would hold no name or password beyond Latin-1.
          ...authorisation({ auth: 'basic', user }, { password: secrets.password ?? '' }),
          'content-type': 'text/plain',
        },
        body: sql,
        // The key must reach no other host.
        maxRedirects: 0,
        streamed: true,
        timeoutMs: means.timeoutMs,
        maxBytes: means.config.STROMA_UPLOAD_LIMIT_BYTES,
        signal: means.signal,
      })
      .catch((error: unknown) => {
        means.signal.throwIfAborted();
        throw reachFailure(error, about) ?? error;
      });
    if (!answer.ok) throw failureOf(answer, (await answer.text()).slice(0, 500), about);
    if (answer.body === null) return;
    const body = Readable.fromWeb(answer.body as ReadableStream);
    const lines = createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY });
    const broken = new Promise<never>((_, reject) => body.once('error', reject));
    broken.catch(() => undefined);
    try {
      for await (const line of lines) if (line !== '') yield readLine(line, about);
      if (body.errored) throw body.errored;
    } catch (error) {
      means.signal.throwIfAborted();
      throw reachFailure(error, about) ?? error;
    } finally {
      lines.close();
      body.destroy();
    }
  };
  const all = async (sql: string): Promise<unknown[][]> => {
    const found: unknown[][] = [];
    for await (const row of ask(sql)) found.push(row);
    return found.slice(2);
  };
  const [[version] = []] = await all('SELECT version()');
  if (typeof version !== 'string')
    throw sourceError('SOURCE_ANSWER', `${about.where} answers, but not as ClickHouse does. Check the port.`);
  return sqlSource(
    {
      ...driverOf(ask, all),
      server: `ClickHouse ${version}`,
      encrypted: address.protocol === 'https:',
      close: async () => undefined,
    },
    means,
  );
}

type Ask = (sql: string) => AsyncGenerator<unknown[]>;

const quote = (name: string): string => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function driverOf(
  ask: Ask,
  all: (sql: string) => Promise<unknown[][]>,
): Omit<SqlDriver, 'server' | 'encrypted' | 'close'> {
  const own = "('system', 'information_schema', 'INFORMATION_SCHEMA')";
  return {
    quote,
    first: (select, limit) => `${select} LIMIT ${limit}`,
    moment: (value) => `parseDateTime64BestEffort(${literal(value)}, 9)`,
    async schemas() {
      const rows = await all(
        `SELECT name FROM system.databases WHERE name NOT IN ${own} ORDER BY name = currentDatabase() DESC, name LIMIT ${mostTables}`,
      );
      return rows.map(([name]) => String(name));
    },
    async tables(schema) {
      const where = schema === undefined ? '' : ` AND database = ${literal(schema)}`;
      const rows = await all(
        `SELECT database, name, engine, total_rows, total_bytes FROM system.tables WHERE database NOT IN ${own}${where} ORDER BY database, name LIMIT ${mostTables}`,
      );
      return rows.map(
        ([space, table, engine, count, bytes]): SourceTable => ({
          schema: String(space),
          table: String(table),
          kind: /View/.test(String(engine)) ? 'view' : 'table',
          rows_estimate: count === null ? null : Number(count),
          bytes: bytes === null ? null : Number(bytes),
        }),
      );
    },
    async columns(select) {
      const rows = ask(`SELECT * FROM (${select}) AS q LIMIT 0`);
      const names = (await rows.next()).value as unknown[] | undefined;
      const types = (await rows.next()).value as unknown[] | undefined;
      await rows.return(undefined);
      return (names ?? []).map((name, index) => {
        const type = String(types?.[index] ?? 'String');
        return { name: String(name), source_type: type, ...typeOf(type) };
      });
    },
    async *rows(select) {
      let heads = 2;
      let batch: GridCell[][] = [];
      for await (const row of ask(select)) {
        if (heads > 0) {
          heads -= 1;
          continue;
        }
        batch.push(row.map(textOf));
        if (batch.length < batchRows) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
  };
}

function readLine(line: string, about: About): unknown[] {
  try {
    const row: unknown = JSON.parse(line);
    if (Array.isArray(row)) return row;
  } catch {
    // An error in the middle of an answer comes as text after the rows.
    throw failureOf(new Response(null, { status: 500 }), line.slice(0, 500), about);
  }
  throw sourceError('SOURCE_ANSWER', `${about.where} answers, but not as ClickHouse does. Check the port.`);
}

function textOf(value: unknown): GridCell {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** https://clickhouse.com/docs/sql-reference/data-types */
function typeOf(name: string): Pick<StagedColumn, 'type' | 'sqlTypes'> {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(name)?.[1];
  if (inner !== undefined) return typeOf(inner);
  if (/^(Int(8|16|32|64)|UInt(8|16|32))$/.test(name)) return { type: 'integer', sqlTypes: ['BIGINT'] };
  if (name === 'UInt64') return { type: 'integer', sqlTypes: ['DECIMAL(20,0)'] };
  if (/^U?Int(128|256)$/.test(name)) return { type: 'integer', sqlTypes: ['NUMERIC', 'VARCHAR'] };
  if (/^(B?Float\d*)$/.test(name)) return { type: 'number', sqlTypes: ['DOUBLE'] };
  const decimal = /^Decimal\((\d+), ?(\d+)\)$/.exec(name);
  if (decimal !== null && Number(decimal[1]) <= 38)
    return { type: 'number', sqlTypes: [`DECIMAL(${decimal[1]},${decimal[2]})`] };
  if (name.startsWith('Decimal')) return { type: 'number', sqlTypes: ['NUMERIC', 'DOUBLE'] };
  if (name === 'Bool') return { type: 'boolean', sqlTypes: ['BOOLEAN'] };
  if (name === 'Date' || name === 'Date32') return { type: 'date', sqlTypes: ['DATE'] };
  if (name.startsWith('DateTime')) return { type: 'timestamp', sqlTypes: ['TIMESTAMPTZ'] };
  return { type: 'text', sqlTypes: ['VARCHAR'] };
}

/** https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
function failureOf({ status, headers }: Response, text: string, about: About): StromaError {
  const { where, user = '', database = '' } = about;
  const code = Number(headers.get('x-clickhouse-exception-code') ?? /Code: (\d+)/.exec(text)?.[1] ?? 0);
  const told = text.replace(/\s*\(version .*$/s, '').slice(0, 300);
  if ([192, 193, 194, 516].includes(code) || (code === 0 && status === 401))
    return sourceError('SOURCE_CREDENTIALS', `${where} does not take the password of "${user}". Check both.`);
  if (code === 497) return sourceError('SOURCE_PERMISSION', `"${user}" may not read this: ${told}`);
  if (code === 81) return sourceError('SOURCE_DATABASE_MISSING', `${where} has no database "${database}".`);
  if (code === 60) return sourceError('SOURCE_TABLE_MISSING', `${where} has no such table: ${told}`);
  if (code === 159 || code === 160)
    return sourceError('SOURCE_TIMEOUT', 'The query took longer than it may. Choose fewer rows.');
  if (code > 0 && status < 500)
    return sourceError('SOURCE_QUERY_INVALID', `ClickHouse refuses the query: ${told}`);
  if ([62, 47, 46, 43, 164, 36].includes(code))
    return sourceError('SOURCE_QUERY_INVALID', `ClickHouse refuses the query: ${told}`);
  return sourceError(
    'SOURCE_ANSWER',
    `${where} answered with the status ${status}${code > 0 ? `: ${told}` : '.'}`,
  );
}
