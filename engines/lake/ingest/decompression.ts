import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { StromaError } from '@stroma/kernel';
import type { IngestLimits } from './ingest-limits.ts';
import type { IngestDecisions } from './ingest-report.ts';

export type Compression = IngestDecisions['compression']['value'];

const exemptFromRatio = 64 * 2 ** 20;

/**
 * Unpacks `source` into `target` with a bound on size and ratio. Throws TRUNCATED_FILE when the stream ends
 * early, MALFORMED_FILE when it is damaged, FILE_TOO_LARGE past a bound.
 */
export async function decompress(
  source: string,
  target: string,
  compression: 'gzip' | 'zstd',
  limits: IngestLimits,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { size } = await stat(source);
  const guard = new SizeGuard(size, limits);
  const unpack = compression === 'gzip' ? createGunzip() : createZstdDecompress();
  try {
    await pipeline(createReadStream(source), unpack, guard, createWriteStream(target), { signal });
  } catch (error) {
    if (error instanceof StromaError) throw error;
    if (signal?.aborted) throw new StromaError('CANCELLED', 'The ingestion was cancelled before it ended.');
    throw describeFailure(error, compression);
  }
  if (compression === 'zstd' && guard.bytes === 0 && size > 16) {
    throw describeFailure(new Error('unexpected end of file'), compression);
  }
}

function describeFailure(error: unknown, compression: string): StromaError {
  const text = error instanceof Error ? error.message : String(error);
  if (/unexpected end/i.test(text)) {
    return new StromaError(
      'TRUNCATED_FILE',
      `Expected a complete ${compression} file, but it ends early. Copy or upload it again.`,
      { compression },
      { cause: error },
    );
  }
  return new StromaError(
    'MALFORMED_FILE',
    `Expected a sound ${compression} file, but unpacking it failed: ${text}. Copy or upload it again.`,
    { compression },
    { cause: error },
  );
}

class SizeGuard extends Transform {
  bytes = 0;
  private readonly compressed: number;
  private readonly limits: IngestLimits;

  constructor(compressed: number, limits: IngestLimits) {
    super();
    this.compressed = compressed;
    this.limits = limits;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    const error = tooLarge(this.bytes, this.compressed, this.limits);
    if (error) done(error);
    else done(null, chunk);
  }
}

/** The error for a file of `compressed` bytes that has unpacked to `bytes` so far, or null while within bounds. */
export function tooLarge(bytes: number, compressed: number, limits: IngestLimits): StromaError | null {
  if (bytes > limits.maxUncompressedBytes) {
    return new StromaError(
      'FILE_TOO_LARGE',
      `Expected at most ${limits.maxUncompressedBytes} bytes after unpacking, got more. Split the file.`,
      { limit: limits.maxUncompressedBytes },
    );
  }
  if (bytes > exemptFromRatio && bytes > compressed * limits.maxRatio) {
    return new StromaError(
      'FILE_TOO_LARGE',
      `Expected a file to unpack to at most ${limits.maxRatio} times its size; this one grows past that. Unpack it yourself if it is meant to.`,
      { compressed, unpacked: bytes, limit: limits.maxRatio },
    );
  }
  return null;
}
