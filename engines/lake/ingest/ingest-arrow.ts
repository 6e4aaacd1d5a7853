import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { StromaError } from '@stroma/kernel';
import { CompressionType, compressionRegistry, RecordBatchReader, type Vector } from 'apache-arrow';
import type { DuckDb } from '../duckdb.ts';
import { quoteIdentifier, quoteLiteral } from '../duckdb.ts';
import { type ArrowCodec, arrowCodec } from './arrow-values.ts';
import { stagedColumn } from './column-sql.ts';
import { GridWriter } from './grid-writer.ts';
import { nameColumns } from './header-detection.ts';
import type { IngestContext } from './ingest-context.ts';
import { stopIfAborted } from './ingest-limits.ts';
import type { IngestDecisions } from './ingest-report.ts';
import { unpackLz4Frame } from './lz4-frame.ts';
import type { ConvertedTable } from './staged-conversion.ts';
import { convertTyped } from './typed-conversion.ts';

const maxBuffer = 2 ** 30;

compressionRegistry.set(CompressionType.ZSTD, {
  decode: (data) => zstdDecompressSync(data, { maxOutputLength: maxBuffer }),
});
compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (data) => unpackLz4Frame(data, maxBuffer) });

/** Reads an Arrow IPC file or stream, batch by batch, and writes it with the types it has. */
export async function convertArrow(
  context: IngestContext,
  db: DuckDb,
  path: string,
  layout: Pick<IngestDecisions, 'format' | 'compression'>,
  target: string,
): Promise<ConvertedTable> {
  const text = join(context.workFolder, 'arrow.csv');
  const writer = new GridWriter(text, { keepEmpty: true });
  let columns: { name: string; codec: ArrowCodec }[];
  try {
    columns = await writeBatches(context, path, writer);
  } catch (error) {
    if (error instanceof StromaError) throw error;
    throw describeFailure(error);
  } finally {
    await writer.close();
  }
  const staged = columns.map((_, index) => `${stagedColumn(index)}: 'VARCHAR'`).join(', ');
  const longest = Math.max(2 ** 21, writer.longest);
  const source = `read_csv(${quoteLiteral(text)}, delim = ',', quote = '"', escape = '"', header = false, auto_detect = false, nullstr = '', allow_quoted_nulls = false, max_line_size = ${longest}, buffer_size = ${longest * 4}, columns = {${staged}})`;
  const list = columns.map(
    ({ name, codec }, index) => `${codec.expression(stagedColumn(index))} AS ${quoteIdentifier(name)}`,
  );
  return convertTyped(context, db, `(SELECT ${list.join(', ')} FROM ${source})`, layout, target);
}

async function writeBatches(
  context: IngestContext,
  path: string,
  writer: GridWriter,
): Promise<{ name: string; codec: ArrowCodec }[]> {
  const file = await open(path, 'r');
  try {
    const reader = await RecordBatchReader.from(file);
    await reader.open();
    const { fields } = reader.schema;
    if (fields.length > context.limits.maxColumns) {
      throw new StromaError(
        'TOO_MANY_COLUMNS',
        `Expected at most ${context.limits.maxColumns} columns, got ${fields.length}.`,
        {
          columns: fields.length,
        },
      );
    }
    if (fields.length === 0)
      throw new StromaError('NO_TABLE', 'Expected a table with at least one column, got none.');
    const names = nameColumns([fields.map((field) => field.name)], fields.length);
    const codecs = fields.map((field) => {
      const codec = arrowCodec(field.type);
      if (codec) return codec;
      throw new StromaError(
        'MALFORMED_FILE',
        `Expected Arrow types that a table can hold, got ${field.type} in column "${field.name}".`,
        {
          column: field.name,
        },
      );
    });
    for await (const batch of reader) {
      stopIfAborted(context.signal);
      const vectors = fields.map((_, index) => batch.getChildAt(index) as Vector | null);
      for (let row = 0; row < batch.numRows; row++) {
        writer.add(codecs.map((codec, index) => (vectors[index] ? codec.read(vectors[index], row) : null)));
        if (row % 4096 === 0) await writer.flush();
      }
    }
    return codecs.map((codec, index) => ({ codec, name: (names[index] as { name: string }).name }));
  } finally {
    await file.close().catch(() => {});
  }
}

function describeFailure(error: unknown): StromaError {
  const text = error instanceof Error ? error.message : String(error);
  const truncated = /Expected to read \d+|Invalid flatbuffers|out of bounds|past the end|offset|length/i.test(
    text,
  );
  return new StromaError(
    truncated ? 'TRUNCATED_FILE' : 'MALFORMED_FILE',
    `Expected a complete Arrow IPC file or stream, but reading it failed: ${text.slice(0, 300)}. Write or upload it again.`,
    {},
    { cause: error },
  );
}
