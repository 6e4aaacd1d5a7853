import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Config } from '../config/config.ts';
import type { ArchiveEntry } from './archive-frames.ts';

/** A segment, or the summary beside it. */
const segment = /\.seg(\.json)?$/;
const readBytes = 1024 * 1024;

export interface HeldStreams {
  /** As they lie, sealed; what was begun since the first look is among them. */
  entries(): AsyncIterable<ArchiveEntry>;
  remove(): Promise<void>;
}

/**
 * The segment files of topics, held by a second name before the store is taken: what lands and is let go of while a
 * backup runs stays in it, so that each event is in the lake of the backup or in these files. With Kafka there are
 * none.
 */
export async function holdStreams(
  { STROMA_DATA, STROMA_STREAMS }: Pick<Config, 'STROMA_DATA' | 'STROMA_STREAMS'>,
  scratch: string,
): Promise<HeldStreams> {
  const folder = join(STROMA_DATA, 'streams');
  const held = join(scratch, 'streams');
  const hold = async (): Promise<void> => {
    if (STROMA_STREAMS === 'kafka') return;
    for (const path of await segmentsUnder(folder)) {
      const target = join(held, relative(folder, path));
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await secondName(path, target);
    }
  };
  await hold();
  return {
    async *entries() {
      await hold();
      for (const path of await segmentsUnder(held)) {
        const { size } = await stat(path);
        const name = `streams/${relative(held, path).split(sep).join('/')}`;
        // What is appended meanwhile is left out: a batch that is cut is found when the topic is opened.
        const source =
          size === 0 ? new Uint8Array() : createReadStream(path, { end: size - 1, highWaterMark: readBytes });
        yield { name, source };
      }
    },
    remove: () => rm(held, { recursive: true, force: true }),
  };
}

async function segmentsUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile() && segment.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A file that was let go of before it could be held is nothing to hold; where a disk knows no second names, it is copied. */
async function secondName(path: string, target: string): Promise<void> {
  try {
    await link(path, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return;
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'ENOTSUP') throw error;
    await copyFile(path, target);
  }
}
