import { type ColumnProfile, StromaError, type TableProfile } from '@stroma/kernel';
import { type DuckDb, openDuckDb, quoteIdentifier } from '../duckdb.ts';
import { type ColumnFacts, columnFacts } from './column-facts.ts';
import { unitOf } from './column-unit.ts';
import { countDuplicateRows, findCandidateKeys } from './distinct-rows.ts';
import { openSource, type ProfileSource } from './profile-source.ts';
import { findIssues, scoreQuality } from './quality.ts';
import { momentsAndCorrelations } from './row-sums.ts';
import { semanticTypeOf } from './semantic-type.ts';

export interface ProfileOptions {
  /** Of the engine; default 800. */
  memoryMb?: number;
  /** Default 2. The profile is the same whatever it is. */
  threads?: number;
  /** Where the engine may spill; without it, a table too large for the memory fails. */
  tempFolder?: string;
  signal?: AbortSignal;
  /** Called with a share of the work, 0 to 1, never descending. */
  onProgress?: (fraction: number) => void;
  /** Rows that did not make it into the table, for the issues and the score. */
  rejectedRows?: number;
  /** Units known from elsewhere, by column name; they win over what is found. */
  units?: Record<string, string>;
}

/** Small tables are read into memory, this many columns at a time, and counted there. */
const smallRows = 4096;
const columnsAtOnce = 500;

/**
 * Profiles a Parquet file: the same data gives the same profile, bit for bit. NaN and infinities count as
 * missing, as they do in every answer. Counts, distinct counts, quantiles (type 7), histograms, duplicates and
 * keys are exact; what `docs/data-quality.md` says about the rest holds.
 * @throws StromaError CANCELLED when `signal` aborts; QUERY_OUT_OF_MEMORY when the memory is too small.
 */
export async function profileParquet(path: string, options: ProfileOptions = {}): Promise<TableProfile> {
  using db = await openDuckDb({
    memoryMb: options.memoryMb ?? 800,
    threads: options.threads ?? 2,
    tempFolder: options.tempFolder ?? null,
  });
  const { signal } = options;
  const stop = () => db.connection.interrupt();
  signal?.addEventListener('abort', stop);
  try {
    return await profile(db, path, options);
  } catch (error) {
    if (signal?.aborted)
      throw new StromaError('CANCELLED', 'The profile was cancelled before it ended.', {}, { cause: error });
    throw namedFailure(error);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function namedFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.startsWith('Out of Memory')) return error;
  const message = 'The profile needs more memory than it was given; raise memoryMb or give it a tempFolder.';
  return new StromaError('QUERY_OUT_OF_MEMORY', message, {}, { cause: error });
}

async function profile(db: DuckDb, path: string, options: ProfileOptions): Promise<TableProfile> {
  const source = await openSource(db, path);
  const facts = await allFacts(db, source, options);
  const correlations = await momentsAndCorrelations(db, source, facts);
  step(options, 0.9);
  const duplicateRows = await countDuplicateRows(db, source, facts);
  step(options, 0.95);
  const candidateKeys = await findCandidateKeys(db, source, facts);
  const columns = facts.map((column) => columnProfile(column, source.rows, options));
  const issues = findIssues(facts, columns, source.rows, duplicateRows, options.rejectedRows ?? 0);
  const quality = scoreQuality(facts, columns, source.rows, duplicateRows, options.rejectedRows ?? 0);
  step(options, 1);
  return {
    rows: source.rows,
    columns,
    duplicate_rows: duplicateRows,
    correlations,
    candidate_keys: candidateKeys,
    issues,
    quality,
  };
}

function step(options: ProfileOptions, fraction: number): void {
  if (options.signal?.aborted)
    throw new StromaError('CANCELLED', 'The profile was cancelled before it ended.');
  options.onProgress?.(fraction);
}

async function allFacts(db: DuckDb, source: ProfileSource, options: ProfileOptions): Promise<ColumnFacts[]> {
  const facts: ColumnFacts[] = [];
  const inMemory = source.rows <= smallRows && source.columns.length > 1;
  for (const column of source.columns) {
    if (inMemory && column.index % columnsAtOnce === 0) {
      const part = source.columns.slice(column.index, column.index + columnsAtOnce);
      const names = part.map(({ name }) => quoteIdentifier(name)).join(', ');
      await db.run(`CREATE OR REPLACE TEMP TABLE small AS SELECT ${names} FROM ${source.from}`);
    }
    facts.push(await columnFacts(db, inMemory ? { ...source, from: 'small' } : source, column));
    step(options, (0.8 * (column.index + 1)) / source.columns.length);
  }
  return facts;
}

function columnProfile(facts: ColumnFacts, rows: number, options: ProfileOptions): ColumnProfile {
  const { column, numbers } = facts;
  const numeric = column.kind === 'numeric' ? numbers : null;
  const [p01 = 0, p05 = 0, p25 = 0, p50 = 0, p75 = 0, p95 = 0, p99 = 0] = numeric?.quantiles ?? [];
  const semantic = semanticTypeOf(facts, rows);
  return {
    name: column.name,
    type: column.type,
    sql_type: column.sqlType,
    semantic,
    unit: options.units?.[column.name] ?? unitOf(facts),
    nulls: facts.nulls,
    null_share: rows === 0 ? 0 : facts.nulls / rows,
    distinct: facts.distinct,
    min: facts.min,
    max: facts.max,
    mean: finite(numeric?.moments?.mean),
    sd: finite(numeric?.moments?.sd),
    skewness: finite(numeric?.moments?.skewness),
    quantiles: numeric ? { p01, p05, p25, p50, p75, p95, p99 } : null,
    histogram: numbers?.histogram ?? [],
    top_values: facts.top,
    outliers: numeric ? numeric.outliers : null,
    text_length: facts.textLength,
  };
}

const finite = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
