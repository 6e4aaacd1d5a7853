import {
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  StatementType,
} from '@duckdb/node-api';
import type { ColumnSchema, JsonValue } from '@stroma/kernel';
import { quoteLiteral } from '../duckdb.ts';
import { cellWriter, columnTypeOfId } from './cells.ts';
import { lockEngine, makeViews, type QueryEngine } from './query-engine.ts';
import type { FromProcess, ToProcess } from './query-messages.ts';
import type { SqlLimits } from './sql-engine.ts';
import { checkText, checkTree, Refusal } from './sql-gate.ts';

type RunRequest = Extract<ToProcess, { kind: 'run' }>;
type Send = (message: FromProcess) => Promise<void>;

const batchBytes = 256 * 1024;

/** The engine writes numbers past a double's range as bare words, which JSON does not know. */
function parseTree(json: string): Record<string, unknown> {
  const bareWords = /"(?:[^"\\]|\\.)*"|-?(?:Infinity|NaN|inf|nan)\b/g;
  const clean = /Infinity|NaN|\binf\b|\bnan\b/.test(json)
    ? json.replace(bareWords, (token) => (token.startsWith('"') ? token : 'null'))
    : json;
  return JSON.parse(clean);
}

/** The statement's tree as the engine's own parser sees it. */
async function parse(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const reader = await connection.runAndReadAll(
    'SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true, skip_default := true)',
    [sql],
  );
  const tree = parseTree(String(reader.getRows()[0]?.[0]));
  if (tree.error !== true) return tree;
  const offset = tree.position === undefined ? null : Number(tree.position);
  if (tree.error_type === 'parser') throw new Refusal('SQL_INVALID', `${tree.error_message}`, offset);
  throw new Refusal('SQL_NOT_ALLOWED', whyNotSelect(sql));
}

function whyNotSelect(sql: string): string {
  if (/^[\s(]*(?:pivot|from\b[^;]*\bpivot)\b/i.test(sql)) {
    return "PIVOT needs its values written out here: PIVOT t ON x IN ('a', 'b') USING sum(y).";
  }
  return 'Only one SELECT statement is run at a time: nothing can be written, changed or loaded here.';
}

async function prepareOne(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  const extracted = await connection.extractStatements(sql);
  if (extracted.count !== 1) {
    throw new Refusal('SQL_NOT_ALLOWED', `Expected one statement, got ${extracted.count}.`);
  }
  const prepared = await extracted.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) {
    throw new Refusal('SQL_NOT_ALLOWED', 'Only SELECT statements are run.');
  }
  return prepared;
}

function bind(prepared: DuckDBPreparedStatement, params: readonly JsonValue[]): void {
  if (prepared.parameterCount !== params.length) {
    throw new Refusal(
      'SQL_INVALID',
      `The statement has ${prepared.parameterCount} parameters; ${params.length} values were given.`,
    );
  }
  params.forEach((value, index) => {
    if (value === null) prepared.bindNull(index + 1);
    else if (typeof value === 'boolean') prepared.bindBoolean(index + 1, value);
    else if (typeof value === 'string') prepared.bindVarchar(index + 1, value);
    else if (typeof value !== 'number') {
      throw new Refusal('SQL_INVALID', `Parameter ${index + 1} must be a number, text, boolean or null.`);
    } else if (Number.isSafeInteger(value)) prepared.bindBigInt(index + 1, BigInt(value));
    else prepared.bindDouble(index + 1, value);
  });
}

const columnsOf = (source: DuckDBResult): ColumnSchema[] =>
  Array.from({ length: source.columnCount }, (_, index) => ({
    name: source.columnName(index),
    type: columnTypeOfId(source.columnTypeId(index)),
  }));

/** Sends rows until they end or a cap is met. True when some were left out. */
async function sendRows(result: DuckDBResult, limits: SqlLimits, send: Send): Promise<boolean> {
  const writers = Array.from({ length: result.columnCount }, (_, index) =>
    cellWriter(result.columnTypeId(index)),
  );
  let rows = 0;
  let bytes = 0;
  let batch: string[] = [];
  let batchLength = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    const text = Buffer.from(batch.join(','));
    const count = batch.length;
    batch = [];
    batchLength = 0;
    await send({ kind: 'rows', text, count });
  };
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    const vectors = writers.map((_, index) => chunk.getColumnVector(index));
    for (let row = 0; row < chunk.rowCount; row++) {
      if (rows >= limits.maxRows) {
        await flush();
        return true;
      }
      let text = '[';
      for (let column = 0; column < writers.length; column++) {
        if (column > 0) text += ',';
        text += writers[column]?.(vectors[column]?.getItem(row) ?? null);
      }
      text += ']';
      bytes += Buffer.byteLength(text) + 1;
      if (bytes > limits.maxBytes) {
        await flush();
        return true;
      }
      rows++;
      batch.push(text);
      batchLength += text.length;
      if (batchLength >= batchBytes) await flush();
    }
  }
  await flush();
  return false;
}

/** The statement has passed the gate as one SELECT, so that between parentheses it is nothing else. */
async function writeRows(connection: DuckDBConnection, sql: string, output: string): Promise<number> {
  const select = sql.replace(/[\s;]+$/, '');
  const result = await connection.run(
    `COPY (\n${select}\n) TO ${quoteLiteral(output)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  const [[count] = []] = await result.getRows();
  return Number(count);
}

export interface Run {
  /** Settles when everything has been sent, or written. */
  finished: Promise<{ truncated: boolean; written?: number }>;
  /** Asks the engine to stop; harmless at any time, lost when it is not running: repeat it. */
  interrupt(): void;
  /** True until the statement starts to run. */
  planning(): boolean;
}

/**
 * Runs one statement that nobody trusts in an engine of its own, which the caller closes: locks, gate, views,
 * then rows. Only the tables the statement names are opened.
 */
export function startRun(request: RunRequest, opening: Promise<QueryEngine>, send: Send): Run {
  let connection: DuckDBConnection | null = null;
  let planning = true;
  const run = async () => {
    const engine = await opening;
    connection = engine.connection;
    checkText(request.sql);
    await lockEngine(engine, request.limits, request.tables, request.output);
    const tree = await parse(engine.connection, request.sql);
    const names = request.tables.map((table) => table.name);
    const { tables } = checkTree(tree, names);
    await makeViews(
      engine,
      request.tables.filter((table) => tables.has(table.name)),
    );
    const prepared = await prepareOne(engine.connection, request.sql);
    if (request.validateOnly) return { truncated: false };
    bind(prepared, request.params);
    planning = false;
    if (request.output !== undefined)
      return {
        truncated: false,
        written: await writeRows(engine.connection, request.sql, request.output),
      };
    const result = await prepared.stream();
    await send({ kind: 'columns', columns: columnsOf(result) });
    return { truncated: await sendRows(result, request.limits, send) };
  };
  return { finished: run(), interrupt: () => connection?.interrupt(), planning: () => planning };
}
