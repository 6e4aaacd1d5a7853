import { zstdDecompressSync } from 'node:zlib';
import type { Compressors } from 'hyparquet';

/** The zstd that hyparquet leaves to its caller. */
export const compressors: Compressors = {
  ZSTD: (input, outputLength) => new Uint8Array(zstdDecompressSync(input, { maxOutputLength: outputLength })),
};
