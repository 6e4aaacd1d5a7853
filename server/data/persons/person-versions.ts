import type { PersonFindings } from '@stroma/contracts';
import type { ColumnSchema, ColumnValues, JsonValue, TableProfile } from '@stroma/kernel';
import { StromaError } from '@stroma/kernel';
import type { SqlSandbox } from '@stroma/lake';
import { type ColumnFinding, detectColumns } from '@stroma/privacy';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import type { DatasetWithVersion, VersionRow } from '../datasets/datasets.store.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { Parameters, type Quote, quoting, type RowTests, rowTests, type Wanted } from './person-cells.ts';
import { patternsOf, quotedInObject } from './text-scan.ts';
import { withJsonForms } from './word-patterns.ts';

export type FoundVersion = PersonFindings['datasets'][number]['versions'][number];

export interface VersionTools {
  objects: ObjectStore;
  documents: Pick<LakeDocuments, 'path' | 'paths'>;
  sandbox: () => SqlSandbox;
}

/** Columns counted in one statement, which may be 100,000 characters long. */
const columnsAtOnce = 40;
const wideColumns = 500;
const rejectedText = "coalesce(reason, '') || ' ' || coalesce(raw, '')";
const documents = ['report.json', 'profile.json', 'values.json'] as const;

/** The tests of rows of a version: of all its columns, or of those that something personal was detected in. */
export async function testsOf(
  { objects }: Pick<VersionTools, 'objects'>,
  version: VersionRow,
  wanted: Wanted & { columns: 'personal' | 'all' },
  quote: Quote,
): Promise<RowTests> {
  const findings = await findingsOf(objects, version);
  const names = findings.filter(({ kind }) => kind === 'name').map(({ column }) => column);
  const personal = new Set(findings.map(({ column }) => column));
  // Nobody is known by a measured value, and a matrix has thousands of columns of them.
  const isWide = version.columns.length > wideColumns;
  const looked = version.columns.filter(
    ({ name, type }) => personal.has(name) || (wanted.columns === 'all' && !(isWide && type === 'number')),
  );
  return rowTests(looked, names, wanted, quote);
}

/** Counts what names the person in a version: rows, columns, rejected lines, documents. Null for none of it. */
export async function searchVersion(
  tools: VersionTools,
  { dataset, version }: DatasetWithVersion,
  wanted: Wanted & { columns: 'personal' | 'all' },
  options: { signal: AbortSignal; caller: string },
): Promise<FoundVersion | null> {
  const parameters = new Parameters();
  const tests = await testsOf(tools, version, wanted, parameters.quote);
  const data = await tools.documents.paths(version);
  const count = (file: Rows, wished: readonly string[]) =>
    countRows(tools.sandbox(), file, wished, parameters, options);
  const [rows = 0, mentions = 0] = await count(data, [tests.own, `NOT ${tests.own} AND ${tests.mentions}`]);
  const [rejectedRows = 0] =
    version.rejectedRows === 0
      ? [0]
      : await count({ path: await tools.documents.path(version, 'rejects.parquet') }, [
          quoting(rejectedText, wanted.identifiers, parameters.quote),
        ]);
  const described =
    (await quotedInDocuments(tools.objects, version, wanted.identifiers)) ||
    (rows + mentions === 0 &&
      (await quotedInObject(tools.objects, version.rawKey, wanted.identifiers, options.signal)) === true);
  if (rows === 0 && mentions === 0 && rejectedRows === 0 && !described) return null;
  const byColumn: number[] = [];
  if (rows + mentions > 0)
    for (let from = 0; from < tests.columns.length; from += columnsAtOnce)
      byColumn.push(
        ...(await count(
          data,
          tests.columns.slice(from, from + columnsAtOnce).map(({ sql }) => sql),
        )),
      );
  return {
    version_id: version.id,
    number: version.number,
    current: dataset.currentVersionId === version.id,
    rows,
    mentions,
    total_rows: version.rows,
    columns: tests.columns.flatMap(({ name }, index) => {
      const found = byColumn[index] ?? 0;
      return found === 0 ? [] : [{ name, rows: found }];
    }),
    rejected_rows: rejectedRows,
    described,
  };
}

/** The rows of a version that are of the person, as they are, at most `limit`; not those of others that speak of them. */
export async function rowsOfPerson(
  tools: VersionTools,
  version: VersionRow,
  wanted: Wanted & { columns: 'personal' | 'all' },
  limit: number,
  options: { signal: AbortSignal; caller: string },
): Promise<{ columns: ColumnSchema[]; rows: JsonValue[][]; truncated: boolean }> {
  const parameters = new Parameters();
  const tests = await testsOf(tools, version, wanted, parameters.quote);
  const source = { name: 'dataset', ...(await tools.documents.paths(version)) };
  const { sql, params } = parameters.bind(`SELECT * FROM dataset WHERE ${tests.own}`);
  const found = await tools
    .sandbox()
    .query(sql, [source], { ...options, params, limits: { maxRows: limit } });
  return { columns: found.columns, rows: found.rows, truncated: found.truncated };
}

/** The files that rows lie in, one after the other. */
type Rows = Awaited<ReturnType<LakeDocuments['paths']>>;

/** How many rows pass each of the tests; one scan. */
async function countRows(
  sandbox: SqlSandbox,
  file: Rows,
  tests: readonly string[],
  parameters: Parameters,
  options: { signal: AbortSignal; caller: string },
): Promise<number[]> {
  const counts = tests.map((test) => `count(*) FILTER (WHERE ${test})`);
  const { sql, params } = parameters.bind(`SELECT ${counts.join(', ')} FROM dataset`);
  const { rows } = await sandbox.query(sql, [{ name: 'dataset', ...file }], { ...options, params });
  return (rows[0] ?? []).map(Number);
}

async function findingsOf(objects: ObjectStore, version: VersionRow): Promise<ColumnFinding[]> {
  const [profile, values] = await Promise.all([
    json<TableProfile>(objects, `${version.lakePrefix}/profile.json`),
    json<ColumnValues[]>(objects, `${version.lakePrefix}/values.json`),
  ]);
  const number = (value: unknown) => (typeof value === 'number' ? value : null);
  return detectColumns(
    version.columns.map(({ name, type }) => {
      const known = profile.columns.find((column) => column.name === name);
      const texts = values.find(({ column }) => column === name)?.values;
      return {
        name,
        type,
        rows: profile.rows,
        nulls: known?.nulls ?? 0,
        distinct: known?.distinct ?? 0,
        values: (texts ?? known?.top_values.map(({ value }) => String(value)) ?? []).slice(0, 1000),
        min: number(known?.min),
        max: number(known?.max),
      };
    }),
  );
}

async function quotedInDocuments(
  objects: ObjectStore,
  version: VersionRow,
  identifiers: readonly string[],
): Promise<boolean> {
  const patterns = patternsOf(withJsonForms(identifiers));
  for (const name of documents) {
    const found = await text(objects, `${version.lakePrefix}/${name}`);
    if (patterns.some((pattern) => pattern.test(found))) return true;
  }
  return false;
}

const json = async <T>(objects: ObjectStore, key: string): Promise<T> =>
  JSON.parse(await text(objects, key)) as T;

async function text(objects: ObjectStore, key: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of await objects.get(key)) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** Why a version could not be searched, in words; null for what is no fault of the version. */
export function whyNot(error: unknown): string | null {
  if (!(error instanceof StromaError)) return null;
  switch (error.code) {
    case 'QUERY_TIMEOUT':
      return 'too large to be searched within the time a statement gets (STROMA_SQL_TIMEOUT_MS)';
    case 'QUERY_OUT_OF_MEMORY':
      return 'too large to be searched within the memory a statement gets (STROMA_SQL_MEMORY_MB)';
    case 'SQL_NOT_ALLOWED':
      return 'too many columns for one statement';
    case 'KEY_DESTROYED':
      return 'its key was destroyed: nobody can read it any more';
    case 'NOT_FOUND':
      return 'its files are not in the object store';
    default:
      return null;
  }
}
