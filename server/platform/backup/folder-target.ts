import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { fail } from '../failure.ts';
import { type BackupTarget, isBackupName } from './backup-target.ts';

/** Backups as files of a folder, readable to this account alone. Another disk than the data's is what helps. */
export function folderTarget(given: string): BackupTarget {
  const folder = resolve(given);
  return {
    address: folder,

    async write(name, content, signal) {
      return await reach(folder, async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const partial = join(folder, `${name}.partial`);
        try {
          const bytes = await writeFile(partial, content, signal);
          await rename(partial, join(folder, name));
          const handle = await open(folder, 'r');
          await handle.sync().finally(() => handle.close());
          return { name, bytes };
        } catch (error) {
          await rm(partial, { force: true });
          throw error;
        }
      });
    },

    async list() {
      return await reach(folder, async () => {
        const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return [];
          throw error;
        });
        const found = names.filter(isBackupName).sort();
        return await Promise.all(
          found.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })),
        );
      });
    },

    async open(name) {
      const path = join(folder, name);
      try {
        const { size } = await stat(path);
        return {
          bytes: size,
          read: async (from, to) =>
            createReadStream(path, { start: from, end: Math.max(from, to) - 1, highWaterMark: 1024 * 1024 }),
        };
      } catch (error) {
        return fail('NOT_FOUND', `There is no backup ${path}.`, { name }, error);
      }
    },

    remove: (name) => reach(folder, () => rm(join(folder, name), { force: true })),
  };
}

async function writeFile(path: string, content: Readable, signal: AbortSignal | undefined): Promise<number> {
  const handle = await open(path, 'wx', 0o600);
  let bytes = 0;
  try {
    for await (const piece of content as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      for (let written = 0; written < piece.byteLength; )
        written += (await handle.write(piece, written)).bytesWritten;
      bytes += piece.byteLength;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return bytes;
}

async function reach<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    return fail(
      'STORAGE_UNAVAILABLE',
      `The backup folder ${folder} refused the work (${code}). Check that it exists, has room and may be written.`,
      { code },
      error,
    );
  }
}
