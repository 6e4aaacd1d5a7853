import { constants, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StromaError } from '@stroma/kernel';

/** Where a process writes an answer: the one folder of its own that it may write to. */
export const outputFile = 'spill/answer.parquet';

/**
 * Copies what a process wrote to `target`, where one is given, and removes it. Whatever the process put there, only a
 * plain file with a single name is read: a link would have this process read what that one may not.
 */
export async function takeOutput(folder: string, target: string | null): Promise<void> {
  const path = join(folder, outputFile);
  try {
    if (target !== null) await copyPlain(path, target);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function copyPlain(path: string, target: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile() || found.nlink !== 1)
      throw new StromaError('QUERY_FAILED', 'The query left something else than its answer.');
    await pipeline(file.createReadStream({ autoClose: false }), createWriteStream(target, { mode: 0o600 }));
  } finally {
    await file.close();
  }
}
