import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { StromaError } from '@stroma/kernel';
import { fail } from '../failure.ts';
import type { Content } from './object-store.ts';

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** A name no other writer uses; it tells which process of which machine made it. */
export const temporaryName = (): string => `${host}-${process.pid}-${randomBytes(8).toString('hex')}.tmp`;

/** Removes what writers that no longer live left behind in a folder of temporary files. */
export async function sweepTemporary(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (await isAbandoned(path, name)) await rm(path, { force: true });
  }
}

async function isAbandoned(path: string, name: string): Promise<boolean> {
  const [maker, pid] = name.split('-');
  if (maker === host && !isAlive(Number(pid))) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs > abandonedAfterMs;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether another process has this id; at start this process has no files yet, so its own id is an older one's. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Writes the source to a new file and syncs it. Errors of the source come out as they are. */
export async function writeDurably(path: string, source: Readable | Uint8Array): Promise<Content> {
  const file = await storage(() => open(path, 'wx', 0o644));
  const sum = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of source instanceof Uint8Array ? [source] : source) {
      const chunk: Uint8Array = typeof piece === 'string' ? Buffer.from(piece) : piece;
      sum.update(chunk);
      bytes += chunk.byteLength;
      await storage(() => writeWhole(file, chunk));
    }
    await storage(() => file.sync());
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  await storage(() => file.close());
  return { bytes, sha256: sum.digest('hex') };
}

async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    written += (await file.write(chunk, written)).bytesWritten;
  }
}

/** Reads a file once for its size and hash. */
export async function contentOf(path: string): Promise<Content> {
  const file = await open(path, constants.O_RDONLY);
  try {
    const sum = createHash('sha256');
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return { bytes, sha256: sum.digest('hex') };
      sum.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** The content as its writer knows it, where the file is as long; otherwise as it is read. */
export async function knownContent(path: string, known: Content | undefined): Promise<Content> {
  const { size } = await stat(path);
  return known?.bytes === size ? { bytes: size, sha256: known.sha256 } : await contentOf(path);
}

/** Syncs a file or a folder, so that what it says survives a loss of power. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and its parents, each durable. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o755 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncPath(dirname(made));
}

/**
 * Closes a folder to other accounts of the machine. The files below stay readable to all, so that a hard link can
 * lend one of them to a process of another account.
 */
export async function keepPrivate(folder: string): Promise<void> {
  await chmod(folder, 0o700);
}

export const isMissing = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
};

/** Runs file system work; what it throws becomes STORAGE_UNAVAILABLE with the reason, without the path. */
export async function storage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | null)?.code;
    if (error instanceof StromaError || code === undefined) throw error;
    const advice =
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'The disk is full; free some space and try again.'
        : 'Check the disk and the rights on the data folder.';
    return fail(
      'STORAGE_UNAVAILABLE',
      `The object folder refused the work (${code}). ${advice}`,
      { code },
      error,
    );
  }
}
