import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangePolicy, ColumnChange, SourceColumn } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import {
  columnTypeOf,
  type DuckDb,
  ingestFile,
  nameColumns,
  openDuckDb,
  quoteIdentifier,
  quoteLiteral,
} from '@stroma/lake';
import { serveTask } from '../../platform/threads/serve-task.ts';
import { type BoundaryRows, newRows } from './import-window.ts';
import type { Staged, StagedColumn } from './kinds/source-kind.ts';
import { columnChanges } from './schema-changes.ts';

export interface ImportRowsInput {
  staged: Staged;
  /** Files of the version that rows are added to; null makes the whole table of what was read. */
  base: readonly string[] | null;
  /** Columns of the import before; null for the first. */
  known: SourceColumn[] | null;
  /** Of a source whose rows need not all have the same fields. */
  loose: boolean;
  onChange: ChangePolicy;
  cursor: { column: string; from: string | null; boundary: BoundaryRows } | null;
  target: string;
  folder: string;
  memoryMb: number;
}

export interface ImportRowsOutput {
  columns: SourceColumn[];
  changes: ColumnChange[];
  /** True when the policy is to stop; nothing is written then. */
  stopped: boolean;
  /** New rows; 0 writes nothing where there is a base. */
  rows: number;
  total: number;
  /** The file holds the new rows alone, in the columns and types of the base. */
  appended: boolean;
  leftOut: number;
  misfits: number;
  cursor: { value: string; boundary: BoundaryRows } | null;
}

/** Fields of lines may be as long as this, bytes. */
const longestLine = 64 * 1024 * 1024;

serveTask(async (input: ImportRowsInput, { signal, progress }): Promise<ImportRowsOutput> => {
  const { folder, memoryMb, staged, base, target } = input;
  if (staged.kind === 'files' && staged.rows === 0) return nothingNew(input);
  const db = await openDuckDb({ memoryMb, threads: 2, tempFolder: join(folder, 'spill') });
  const interrupt = () => db.connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    const typed =
      staged.kind === 'grid'
        ? await readGrid(db, staged, folder)
        : await readFiles(db, staged.files, folder, memoryMb, signal);
    progress(0.5, 'comparing');
    const changes = input.known === null ? [] : columnChanges(input.known, typed.columns, input.loose);
    const found = { columns: typed.columns, changes, misfits: typed.misfits };
    if (changes.length > 0 && input.onChange === 'stop')
      return { ...found, stopped: true, rows: 0, total: 0, appended: false, leftOut: 0, cursor: null };
    const taken =
      input.cursor === null
        ? null
        : await newRows(db, typed.relation, typed.columns, {
            ...input.cursor,
            compared: comparable(input.known, changes),
          });
    const relation = taken?.relation ?? typed.relation;
    const [rows] = await db.row(`SELECT count(*) FROM ${relation}`);
    const count = Number(rows);
    const before = base === null ? null : `read_parquet([${base.map(quoteLiteral).join(', ')}])`;
    const baseRows = before === null ? 0 : Number((await db.row(`SELECT count(*) FROM ${before}`))[0]);
    const joined = `${before === null ? '' : `SELECT * FROM ${before} UNION ALL BY NAME `}SELECT * FROM ${relation}`;
    const appended = before !== null && (await isOfColumns(db, before, joined));
    if (before === null || count > 0) {
      // An empty base gives new rows its own columns and types.
      const written = appended
        ? `SELECT * FROM (SELECT * FROM ${before} WHERE false) UNION ALL BY NAME SELECT * FROM ${relation}`
        : joined;
      await db.run(`COPY (${written}) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`);
    }
    return {
      ...found,
      stopped: false,
      rows: count,
      total: baseRows + count,
      appended,
      leftOut: taken?.leftOut ?? 0,
      cursor: taken?.cursor ?? null,
    };
  } finally {
    signal.removeEventListener('abort', interrupt);
    db.close();
  }
});

/** Whether rows can be added to what is there without a column or a type becoming another. */
async function isOfColumns(db: DuckDb, before: string, joined: string): Promise<boolean> {
  const columnsOf = async (select: string) =>
    JSON.stringify((await db.rows(`DESCRIBE ${select}`)).map(([name, type]) => [name, type]));
  return (await columnsOf(`SELECT * FROM ${before}`)) === (await columnsOf(joined));
}

/** Columns by whose values a row is known again; null where some are gone or hold something else now. */
function comparable(
  known: readonly SourceColumn[] | null,
  changes: readonly ColumnChange[],
): string[] | null {
  if (known === null || changes.some(({ change }) => change !== 'added')) return null;
  return known.map(({ name }) => name);
}

/** Throws UNPROCESSABLE where there is nothing to show for it at all. */
function nothingNew({ base, known, cursor }: ImportRowsInput): ImportRowsOutput {
  if (base === null)
    throw new StromaError('UNPROCESSABLE', 'The source gave no rows, so there is no table to make of it.');
  const kept =
    cursor !== null && cursor.from !== null ? { value: cursor.from, boundary: cursor.boundary } : null;
  return {
    columns: known ?? [],
    changes: [],
    stopped: false,
    rows: 0,
    total: 0,
    appended: false,
    leftOut: 0,
    misfits: 0,
    cursor: kept,
  };
}

interface Typed {
  relation: string;
  columns: SourceColumn[];
  misfits: number;
}

const plain = ({ source_type, type }: SourceColumn, name: string): SourceColumn => ({
  name,
  source_type,
  type,
});

/** Text as the source wrote it becomes values of the types the source said. */
async function readGrid(
  db: DuckDb,
  { path, columns, rows }: Extract<Staged, { kind: 'grid' }>,
  folder: string,
): Promise<Typed> {
  const names = nameColumns([columns.map(({ name }) => name)], columns.length).map(({ name }) => name);
  const list = columns.map((_, index) => `c${index}: 'VARCHAR'`).join(', ');
  const lines =
    rows === 0
      ? `(SELECT ${columns.map((_, index) => `NULL::VARCHAR AS c${index}`).join(', ')} WHERE false)`
      : `read_json(${quoteLiteral(path)}, format = 'newline_delimited', columns = {${list}}, maximum_object_size = ${longestLine})`;
  const chosen = await chooseTypes(db, lines, columns);
  const selected = columns.map(
    (_, index) => `${chosen[index]?.expression} AS ${quoteIdentifier(names[index] ?? '')}`,
  );
  const target = join(folder, 'typed.parquet');
  await db.run(
    `COPY (SELECT ${selected.join(', ')} FROM ${lines}) TO ${quoteLiteral(target)} (FORMAT parquet)`,
  );
  return {
    relation: `read_parquet(${quoteLiteral(target)})`,
    columns: columns.map((column, index) => plain(column, names[index] ?? '')),
    misfits: chosen.reduce((sum, { misfits }) => sum + misfits, 0),
  };
}

interface Choice {
  expression: string;
  misfits: number;
}

const castTo = (column: string, sqlType: string): string => {
  if (sqlType === 'VARCHAR') return column;
  return sqlType === 'BLOB' ? `TRY(unhex(${column}))` : `TRY_CAST(${column} AS ${sqlType})`;
};

async function chooseTypes(db: DuckDb, lines: string, columns: readonly StagedColumn[]): Promise<Choice[]> {
  const named = await Promise.all(columns.map((column, index) => withDecimal(db, lines, column, index)));
  const tried = named.flatMap((types, index) =>
    types.map((type) => ({ index, type, expression: castTo(`c${index}`, type) })),
  );
  const open = tried.filter(({ type }) => type !== 'VARCHAR');
  const counts =
    open.length === 0
      ? []
      : await db.row(
          `SELECT ${open.map(({ index, expression }) => `count(*) FILTER (c${index} IS NOT NULL AND ${expression} IS NULL)`).join(', ')} FROM ${lines}`,
        );
  const misfitsOf = new Map(open.map(({ expression }, at) => [expression, Number(counts[at])]));
  return named.map((types, index) => {
    const choices = types.map((type) => {
      const expression = castTo(`c${index}`, type);
      return { expression, misfits: misfitsOf.get(expression) ?? 0 };
    });
    const fitting = choices.find(({ misfits }) => misfits === 0);
    if (fitting !== undefined) return fitting;
    const [only] = choices;
    return only !== undefined && choices.length === 1 ? only : { expression: `c${index}`, misfits: 0 };
  });
}

/** `NUMERIC` stands for the decimal with as many places as the values have; none where 38 digits do not hold them. */
async function withDecimal(
  db: DuckDb,
  lines: string,
  column: StagedColumn,
  index: number,
): Promise<string[]> {
  if (!column.sqlTypes.includes('NUMERIC')) return [...column.sqlTypes];
  const cell = `c${index}`;
  const [whole, places, odd] = await db.row(
    `SELECT coalesce(max(length(regexp_extract(${cell}, '^-?(\\d+)', 1))), 1), coalesce(max(length(regexp_extract(${cell}, '\\.(\\d+)$', 1))), 0), count(*) FILTER (NOT regexp_full_match(${cell}, '-?\\d+(\\.\\d+)?')) FROM ${lines}`,
  );
  const scale = Number(places);
  const fits = Number(whole) + scale <= 38 && Number(odd) === 0;
  return column.sqlTypes.flatMap((type) =>
    type !== 'NUMERIC' ? [type] : fits ? [`DECIMAL(38,${scale})`] : [],
  );
}

/** Files say themselves what they hold; several of them are read as one table by the names of their columns. */
async function readFiles(
  db: DuckDb,
  files: readonly { path: string; name: string }[],
  folder: string,
  memoryMb: number,
  signal: AbortSignal,
): Promise<Typed> {
  const read: string[] = [];
  let misfits = 0;
  for (const [index, { path, name }] of files.entries()) {
    const outputFolder = join(folder, `read-${index}`);
    await mkdir(outputFolder);
    const { rejected_rows } = await ingestFile({
      sourcePath: path,
      fileName: name,
      outputFolder,
      limits: { memoryMb, threads: 2 },
      signal,
    });
    misfits += rejected_rows;
    read.push(quoteLiteral(join(outputFolder, 'data.parquet')));
  }
  const relation = `read_parquet([${read.join(', ')}], union_by_name = true)`;
  const described = await db.rows(`DESCRIBE SELECT * FROM ${relation}`);
  const columns = described.map(([name, type]) => ({
    name: String(name),
    source_type: String(type).toLowerCase(),
    type: columnTypeOf(String(type)),
  }));
  return { relation, columns: await withoutEmpty(db, relation, columns), misfits };
}

/** A column without a value has no type of its own. */
async function withoutEmpty(db: DuckDb, relation: string, columns: SourceColumn[]): Promise<SourceColumn[]> {
  const counts = await db.row(
    `SELECT ${columns.map(({ name }) => `count(${quoteIdentifier(name)})`).join(', ')} FROM ${relation}`,
  );
  return columns.map((column, index) =>
    Number(counts[index]) > 0 ? column : { ...column, source_type: 'unknown' },
  );
}
