import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fail } from '../failure.ts';
import {
  contentOf,
  isMissing,
  keepPrivate,
  storage,
  sweepTemporary,
  temporaryName,
  writeDurably,
} from './durable-files.ts';
import type { Content } from './object-store.ts';

/** A copy that was handed out lately may be open in an engine: it is not given up. */
const inUseMs = 60 * 60 * 1000;

export interface LocalCopies {
  /** A file with this content: the copy that is here, or a new one from `fetch`, checked against the hash. */
  path(content: Content, fetch: () => Promise<Readable>): Promise<string>;
  /** Takes a file of this content over as a copy. */
  adopt(content: Content, file: string): Promise<void>;
  /** Removes the copy of this content. */
  drop(content: Content): Promise<void>;
  /** Where to write a file that may be adopted. */
  temporaryPath(): string;
}

/**
 * Copies of remote objects in a folder, named by their hash: a changed object is another copy. Those used longest
 * ago go when the folder holds more than `maxBytes`, but none used within the last hour. A copy made by an earlier
 * process is read once before it is trusted.
 */
export async function openLocalCopies(folder: string, maxBytes: number): Promise<LocalCopies> {
  const copies = join(folder, 'copies');
  const temporary = join(folder, 'incoming');
  await storage(async () => {
    await mkdir(copies, { recursive: true });
    await mkdir(temporary, { recursive: true });
    await keepPrivate(folder);
    await sweepTemporary(temporary);
  });
  const trusted = new Set<string>();
  const fetching = new Map<string, Promise<void>>();
  const placeOf = (sha256: string) => join(copies, sha256);

  async function isHere({ bytes, sha256 }: Content): Promise<boolean> {
    const place = placeOf(sha256);
    try {
      if ((await stat(place)).size !== bytes) throw new Error('size differs');
      if (!trusted.has(sha256) && (await contentOf(place)).sha256 !== sha256)
        throw new Error('content differs');
    } catch (error) {
      trusted.delete(sha256);
      if (!isMissing(error)) await rm(place, { force: true });
      return false;
    }
    trusted.add(sha256);
    const now = new Date();
    await utimes(place, now, now);
    return true;
  }

  async function bring(content: Content, fetch: () => Promise<Readable>): Promise<void> {
    const file = join(temporary, temporaryName());
    const received = await writeDurably(file, await fetch());
    if (received.sha256 !== content.sha256) {
      await rm(file, { force: true });
      fail(
        'STORAGE_UNAVAILABLE',
        `The object store sent ${received.bytes} bytes that are not those that were stored; try again, and if it stays so restore the object from a backup.`,
        { expected: content.sha256, received: received.sha256 },
      );
    }
    await adopt(content, file);
  }

  async function adopt({ sha256 }: Content, file: string): Promise<void> {
    await storage(() => rename(file, placeOf(sha256)));
    trusted.add(sha256);
    await makeRoom();
  }

  async function makeRoom(): Promise<void> {
    const found = [];
    for (const name of await storage(() => readdir(copies))) {
      try {
        const { size, mtimeMs } = await stat(join(copies, name));
        found.push({ name, size, mtimeMs });
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    let held = found.reduce((sum, { size }) => sum + size, 0);
    for (const { name, size, mtimeMs } of found.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (held <= maxBytes || Date.now() - mtimeMs < inUseMs) return;
      trusted.delete(name);
      await rm(join(copies, name), { force: true });
      held -= size;
    }
  }

  return {
    async path(content, fetch) {
      const { sha256 } = content;
      for (;;) {
        const running = fetching.get(sha256);
        if (running === undefined) break;
        await running;
      }
      const work = (async () => {
        if (!(await isHere(content))) await bring(content, fetch);
      })();
      // Others wait for the same work; only this caller is told of its failure, they try for themselves.
      fetching.set(
        sha256,
        work.catch(() => {}).finally(() => fetching.delete(sha256)),
      );
      await work;
      return placeOf(sha256);
    },
    adopt,
    async drop({ sha256 }) {
      trusted.delete(sha256);
      await storage(() => rm(placeOf(sha256), { force: true }));
    },
    temporaryPath: () => join(temporary, temporaryName()),
  };
}
