import { open } from 'node:fs/promises';
import { StromaError } from '@stroma/kernel';
import type { DuckDb } from '../duckdb.ts';
import { quoteLiteral } from '../duckdb.ts';
import type { IngestContext } from './ingest-context.ts';
import type { IngestDecisions } from './ingest-report.ts';
import type { ConvertedTable } from './staged-conversion.ts';
import { convertTyped } from './typed-conversion.ts';

/** Passes a Parquet file through the engine: types mapped, nested columns kept. */
export async function convertParquet(
  context: IngestContext,
  db: DuckDb,
  path: string,
  layout: Pick<IngestDecisions, 'format' | 'compression'>,
  target: string,
): Promise<ConvertedTable> {
  await checkFooter(path);
  try {
    return await convertTyped(context, db, `read_parquet(${quoteLiteral(path)})`, layout, target);
  } catch (error) {
    if (error instanceof StromaError || context.signal?.aborted) throw error;
    const text = error instanceof Error ? error.message : String(error);
    if (/out of memory/i.test(text)) throw error;
    throw new StromaError(
      'MALFORMED_FILE',
      `Expected a sound Parquet file, but reading it failed: ${text.slice(0, 300)}. Write or upload it again.`,
      {},
      { cause: error },
    );
  }
}

/** A complete Parquet file ends with the length of its metadata and the magic bytes it starts with. */
async function checkFooter(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(8);
    if (size >= 12) await file.read(tail, 0, 8, size - 8);
    const magic = tail.toString('latin1', 4);
    if (magic === 'PARE')
      throw new StromaError('ENCRYPTED_FILE', 'Expected a readable Parquet file; this one is encrypted.');
    if (magic !== 'PAR1' || tail.readUInt32LE(0) + 12 > size) {
      throw new StromaError(
        'TRUNCATED_FILE',
        'Expected a complete Parquet file, but its end is missing. Copy or upload it again.',
      );
    }
  } finally {
    await file.close();
  }
}
