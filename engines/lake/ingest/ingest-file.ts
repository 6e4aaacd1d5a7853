import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StromaError } from '@stroma/kernel';
import { type DuckDb, openDuckDb } from '../duckdb.ts';
import { inspectBytes, readHead } from './byte-source.ts';
import { type Compression, decompress } from './decompression.ts';
import type { IngestContext } from './ingest-context.ts';
import { completeLimits, type IngestLimits, stopIfAborted } from './ingest-limits.ts';
import { checkOverrides } from './ingest-overrides.ts';
import type { IngestOverrides, IngestReport } from './ingest-report.ts';
import { describeParquet } from './parquet-output.ts';
import { RejectLog } from './reject-log.ts';
import { orderRows } from './row-order.ts';
import { convertSource, type Source } from './source-conversion.ts';
import { readFileName, readSignature } from './source-format.ts';

export interface IngestRequest {
  /** The raw file on disk; it is only read. */
  sourcePath: string;
  /** Name as the user gave it: a hint for the format, never used as a path. */
  fileName: string;
  /** Where `data.parquet` and `rejects.parquet` are put, both at the end, each by a rename. */
  outputFolder: string;
  overrides?: IngestOverrides;
  limits?: Partial<IngestLimits>;
  signal?: AbortSignal;
  /** `fraction` 0-1. */
  onProgress?: (fraction: number, phase: string) => void;
}

/**
 * Turns a file of any supported shape into typed Parquet, a rejects file and a report of every decision.
 *
 * Rows: `rows + rejected_rows` is the number of records of the table that was read. A record is rejected whole
 * when one of its cells does not fit the type of its column or when it has more filled cells than the table has
 * columns. A shorter record is kept and filled up with missing values (counted in the warning `short-rows`): a
 * program that drops trailing empty cells is by far the most common cause, and where the cells had slid instead
 * they rarely fit their types and the record is rejected. Lines that are no records (above, below, blank,
 * comments, other tables) are counted in warnings.
 *
 * Types: a column takes a type when all its values fit, or at least 95 % of 20 or more. Missing: the empty field,
 * and spellings that make sense in their column (see `column-planning.ts`). `yes`/`no` and 0/1 keep their type;
 * `true`/`false` and `t`/`f` are booleans.
 *
 * Rows keep the order of the file, save where `row-order.ts` orders large tables by time. The same bytes, overrides and version give the same Parquet bytes.
 *
 * Throws `StromaError`: EMPTY_FILE, BINARY_FILE, TRUNCATED_FILE, ENCRYPTED_FILE, MISLABELLED_FILE,
 * MALFORMED_FILE, FILE_TOO_LARGE, TOO_MANY_COLUMNS, NO_TABLE, INVALID_INPUT (`details.field`), CANCELLED.
 */
export async function ingestFile(request: IngestRequest): Promise<IngestReport> {
  return ingest(request, { alwaysRewrite: false });
}

export async function ingest(
  request: IngestRequest,
  mode: { alwaysRewrite: boolean },
): Promise<IngestReport> {
  const limits = completeLimits(request.limits);
  const overrides = request.overrides ?? {};
  checkOverrides(overrides);
  stopIfAborted(request.signal);
  await mkdir(request.outputFolder, { recursive: true });
  const workFolder = await mkdtemp(join(limits.tempFolder ?? request.outputFolder, '.ingest-'));
  const rejects = new RejectLog(join(workFolder, 'rejects.csv'));
  let db: DuckDb | null = null;
  const interrupt = () => db?.connection.interrupt();
  try {
    const context = createContext(request, overrides, limits, workFolder, rejects, mode.alwaysRewrite);
    const source = await openSource(request.sourcePath, context);
    db = await openDuckDb({
      memoryMb: limits.memoryMb,
      threads: limits.threads,
      tempFolder: join(workFolder, 'spill'),
    });
    request.signal?.addEventListener('abort', interrupt);
    const id = randomUUID();
    const data = join(request.outputFolder, `.data-${id}.parquet`);
    const rejected = join(request.outputFolder, `.rejects-${id}.parquet`);
    try {
      const converted = await convertSource(context, db, source, data);
      context.progress(0.9, 'writing the rejects');
      await rejects.write(db, rejected);
      const row_order = await orderRows(context, db, data, converted.columns);
      const { sha256, bytes } = await describeParquet(data);
      stopIfAborted(request.signal);
      await rename(rejected, join(request.outputFolder, 'rejects.parquet'));
      await rename(data, join(request.outputFolder, 'data.parquet'));
      context.progress(1, 'done');
      return {
        rows: converted.rows,
        columns: converted.columns,
        rejected_rows: rejects.count,
        rejects: rejects.rows(),
        decisions: { ...converted.decisions, row_order },
        warnings: context.warnings,
        source_sha256: source.sha256,
        content_sha256: sha256,
        parquet_bytes: bytes,
      };
    } finally {
      await Promise.all([rm(data, { force: true }), rm(rejected, { force: true })]);
    }
  } catch (error) {
    throw describeFailure(error, request.signal);
  } finally {
    request.signal?.removeEventListener('abort', interrupt);
    db?.close();
    rejects.close();
    await rm(workFolder, { recursive: true, force: true });
  }
}

function createContext(
  request: IngestRequest,
  overrides: IngestOverrides,
  limits: IngestLimits,
  workFolder: string,
  rejects: RejectLog,
  alwaysRewrite: boolean,
): IngestContext {
  const context: IngestContext = {
    fileName: request.fileName,
    overrides,
    limits,
    signal: request.signal,
    workFolder,
    rejects,
    warnings: [],
    warn: (code, message, count) => {
      if (count > 0) context.warnings.push({ code, message, count });
    },
    progress: (fraction, phase) => {
      stopIfAborted(request.signal);
      request.onProgress?.(fraction, phase);
    },
    alwaysRewrite,
  };
  return context;
}

/** Looks at the bytes: size, compression, kind; unpacks where needed. */
async function openSource(path: string, context: IngestContext): Promise<Source> {
  const { size } = await stat(path);
  if (size === 0)
    throw new StromaError(
      'EMPTY_FILE',
      'Expected a table, but the file has 0 bytes. Export or upload it again.',
    );
  if (size > context.limits.maxUncompressedBytes) {
    throw new StromaError(
      'FILE_TOO_LARGE',
      `Expected at most ${context.limits.maxUncompressedBytes} bytes, got ${size}. Split the file.`,
      {
        limit: context.limits.maxUncompressedBytes,
      },
    );
  }
  const named = readFileName(context.fileName);
  context.progress(0.02, 'looking at the bytes');
  let head = await readHead(path, 64 * 1024);
  let signature = readSignature(head);
  let compression: Compression = 'none';
  const isText = signature === 'text';
  const raw = await inspectBytes(path, { evidence: isText, signal: context.signal });
  let inner = path;
  let { evidence } = raw;
  if (signature === 'gzip' || signature === 'zstd') {
    compression = signature;
    inner = join(context.workFolder, 'unpacked');
    context.progress(0.05, 'unpacking');
    await decompress(path, inner, signature, context.limits, context.signal);
    head = await readHead(inner, 64 * 1024);
    if (head.length === 0)
      throw new StromaError('EMPTY_FILE', `Expected a table, but the ${compression} file holds nothing.`);
    signature = readSignature(head);
    if (signature === 'gzip' || signature === 'zstd') {
      throw new StromaError(
        'MALFORMED_FILE',
        'Expected a file packed once, but it is packed again inside. Unpack it once.',
      );
    }
    if (signature === 'text')
      ({ evidence } = await inspectBytes(inner, { evidence: true, signal: context.signal }));
  }
  if (
    (compression === 'none') !== (named.compression === null) &&
    (named.compression !== null || named.format !== null)
  ) {
    const said = named.compression ?? 'not packed';
    const is = compression === 'none' ? 'not packed' : `a ${compression} file`;
    context.warn(
      'mislabelled-file',
      `The name says ${said}, but the content is ${is}; it was read as what it is.`,
      1,
    );
  }
  return { path: inner, head, signature, compression, evidence, sha256: raw.sha256, named };
}

function describeFailure(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof StromaError) return error;
  if (signal?.aborted) {
    return new StromaError('CANCELLED', 'The ingestion was cancelled before it ended.', {}, { cause: error });
  }
  const text = error instanceof Error ? error.message : String(error);
  if (/out of memory/i.test(text)) {
    return new StromaError(
      'FILE_TOO_LARGE',
      'Expected a file that fits the memory limit of the conversion; this one does not. Raise the limit or split the file.',
      {},
      { cause: error },
    );
  }
  return new StromaError(
    'INTERNAL',
    `The file could not be converted: ${text.slice(0, 500)}`,
    {},
    { cause: error },
  );
}
