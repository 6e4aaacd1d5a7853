import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../platform/failure.ts';
import type { GrowingHash } from './growing-hashes.ts';

/** How much may arrive between two syncs: what a crash of the machine can take back. */
const syncEveryBytes = 32 * 1024 * 1024;

export interface Received {
  /** Bytes in the file that are on disk for good. */
  bytes: number;
  /** Why the source ended early; null when it ended by itself. */
  interruption: Error | null;
}

/** The file an upload grows in, outside the object store until its last byte is there. */
export function partialPath(dataFolder: string, tenantId: string, uploadId: string): string {
  return join(dataFolder, 'uploads', tenantId, `${uploadId}.part`);
}

export async function partialSize(path: string): Promise<number | null> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return found?.size ?? null;
}

/**
 * Appends `source` at `offset`, dropping what an earlier, unsynced attempt left behind it. A source that breaks
 * off is no error: what arrived is kept and synced. `hash`, when it stands at `offset`, is told all that is written;
 * `onDurable` each time more is safe on disk.
 *
 * @throws StromaError PAYLOAD_TOO_LARGE past `maxBytes` in all; INVALID_INPUT past `expectedBytes` from here on;
 * STORAGE_UNAVAILABLE when the disk is full or refuses.
 */
export async function appendTo(
  path: string,
  offset: number,
  source: AsyncIterable<Uint8Array>,
  limits: { maxBytes: number; expectedBytes: number | null },
  hash: GrowingHash | null,
  onDurable: (bytes: number) => Promise<void>,
): Promise<Received> {
  await mkdir(dirname(path), { recursive: true });
  const file = await onDisk(() => open(path, offset === 0 ? 'w' : 'r+', 0o644));
  try {
    await onDisk(() => file.truncate(offset));
    return await receive(file, offset, source, limits, hash, onDurable);
  } finally {
    await file.close();
  }
}

async function receive(
  file: FileHandle,
  offset: number,
  source: AsyncIterable<Uint8Array>,
  limits: { maxBytes: number; expectedBytes: number | null },
  hash: GrowingHash | null,
  onDurable: (bytes: number) => Promise<void>,
): Promise<Received> {
  let position = offset;
  let synced = offset;
  let interruption: Error | null = null;
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const next = await iterator.next().catch((error: Error) => {
      interruption = error;
      return null;
    });
    if (!next || next.done) break;
    const chunk = next.value;
    if (position + chunk.byteLength > limits.maxBytes) throw tooLarge(limits.maxBytes);
    if (limits.expectedBytes !== null && position + chunk.byteLength > offset + limits.expectedBytes)
      fail('INVALID_INPUT', 'The body is longer than its Content-Range says.', { field: 'content-range' });
    await onDisk(() => writeAll(file, chunk, position));
    position += chunk.byteLength;
    hash?.add(chunk);
    if (position - synced >= syncEveryBytes) {
      await onDisk(() => file.datasync());
      synced = position;
      await onDurable(position);
    }
  }
  await onDisk(() => file.datasync());
  return { bytes: position, interruption };
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    const { bytesWritten } = await file.write(chunk, written, chunk.byteLength - written, position + written);
    written += bytesWritten;
  }
}

export const tooLarge = (maxBytes: number): never =>
  fail('PAYLOAD_TOO_LARGE', `Expected a file of at most ${maxBytes} bytes. Split it, or compress it first.`, {
    limit_bytes: maxBytes,
  });

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return fail(
      'STORAGE_UNAVAILABLE',
      'The upload could not be written to disk. What arrived before is kept; make room and resume.',
      {},
      error,
    );
  }
}

export async function removePartial(path: string): Promise<void> {
  await rm(path, { force: true });
}
