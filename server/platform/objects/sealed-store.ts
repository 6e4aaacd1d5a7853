import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { StromaError } from '@stroma/kernel';
import type { Keys, OpenedStream } from '../crypto/keys.ts';
import { fail } from '../failure.ts';
import { isMissing, storage } from './durable-files.ts';
import { openLocalCopies } from './local-copies.ts';
import { keySegments } from './object-keys.ts';
import type { ByteRange, Content, ObjectStore, StoredObject } from './object-store.ts';

const purpose = 'object';
const mostRemembered = 20_000;
/** A reader that met an object in the midst of its replacement looks again this often. */
const looks = 5;

export interface SealedStoreSettings {
  /** Whether what is new is sealed; what was sealed is opened either way. */
  encrypts: boolean;
  /** Folder for decrypted work copies, for engines that read files; swept at start. */
  copyFolder: string;
  /** What the copies may take, those of the last hour aside. Default 20 GB. */
  copyBytes?: number;
}

/** The context of an object's data key: `objects` shreds all, `objects/raw/<tenant>` those of one tenant. */
export const objectContext = (key: string): string => `objects/${key}`;

/**
 * Objects sealed under a data key each, in any store. An object whose data key exists must be sealed: one in clear in
 * its place is refused. An object without a key is from before encryption was switched on and is given as it lies.
 * Engines read files, so `localPath` decrypts into a work copy, which stays until it is pushed out or the process is
 * started again; a file that is taken over becomes its own work copy.
 */
export async function openSealedStore(
  inner: ObjectStore,
  keys: Keys,
  { encrypts, copyFolder, copyBytes = 20 * 1024 ** 3 }: SealedStoreSettings,
): Promise<ObjectStore> {
  const copies = await openLocalCopies(copyFolder, copyBytes);
  /** Content by the hash of its sealed bytes, which no two objects share. */
  const contents = new Map<string, Content>();

  function remember(sealedSha256: string, { bytes, sha256 }: Content): void {
    if (contents.size >= mostRemembered)
      for (const oldest of contents.keys().take(1)) contents.delete(oldest);
    contents.set(sealedSha256, { bytes, sha256 });
  }

  const isSealed = (key: string): Promise<boolean> => keys.knows(objectContext(key));

  async function seal(key: string, source: Readable | Uint8Array, known?: Content): Promise<StoredObject> {
    const { stream, content } = await keys.sealStream(source, purpose, objectContext(key), known);
    const stored = await inner.put(key, stream);
    const { bytes, sha256 } = await content;
    remember(stored.sha256, { bytes, sha256 });
    return { key, bytes, sha256 };
  }

  async function open(key: string): Promise<{ stored: StoredObject; opened: OpenedStream } | null> {
    const stored = await inner.stat(key);
    if (stored === null) return null;
    const source = {
      bytes: stored.bytes,
      read: (from: number, to: number) => inner.get(key, { from, to }),
    };
    return { stored, opened: await keys.openStream(source, purpose, objectContext(key)) };
  }

  /** Size and hash from the object's own end, looked for again when it is replaced meanwhile. */
  async function find(key: string): Promise<StoredObject | null> {
    for (let look = 1; ; look++) {
      const before = await inner.stat(key);
      if (before === null) return null;
      const known = contents.get(before.sha256);
      if (known !== undefined) return { key, ...known };
      try {
        const found = await open(key);
        if (found === null) return null;
        const content = await found.opened.content();
        remember(found.stored.sha256, content);
        return { key, ...content };
      } catch (error) {
        if (look >= looks || !isBroken(error) || (await inner.stat(key))?.sha256 === before.sha256)
          throw error;
      }
    }
  }

  const missing = (key: string): never => fail('NOT_FOUND', `There is no object "${key}".`, { key });

  const store: ObjectStore = {
    kind: inner.kind,
    encrypted: encrypts,

    async put(key, source) {
      keySegments(key);
      return encrypts || (await isSealed(key)) ? await seal(key, source) : await inner.put(key, source);
    },

    async putFile(key, path, known) {
      keySegments(key);
      if (!encrypts && !(await isSealed(key))) return await inner.putFile(key, path, known);
      let stored: StoredObject;
      try {
        const { size } = await stat(path);
        const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
        stored = await seal(key, file, known?.bytes === size ? known : undefined);
      } catch (error) {
        if (!isMissing(error)) throw error;
        return fail('NOT_FOUND', `There is no file to store as "${key}"; it may have been stored before.`, {
          key,
        });
      }
      await copies.adopt(stored, path).catch(() => undefined);
      await storage(() => rm(path, { force: true }));
      return stored;
    },

    async get(key, range?: ByteRange) {
      keySegments(key);
      if (!(await isSealed(key))) return await inner.get(key, range);
      if (range === undefined)
        return Readable.from(keys.openWhole(await inner.get(key), purpose, objectContext(key)));
      const found = (await open(key)) ?? missing(key);
      return found.opened.read(range.from, range.to);
    },

    async localPath(key) {
      keySegments(key);
      if (!(await isSealed(key))) return await inner.localPath(key);
      const content = (await find(key)) ?? missing(key);
      return await copies.path(content, () => store.get(key));
    },

    async stat(key) {
      keySegments(key);
      return (await isSealed(key)) ? await find(key) : await inner.stat(key);
    },

    async delete(key) {
      keySegments(key);
      const content = (await isSealed(key)) ? await find(key).catch(() => null) : null;
      await inner.delete(key);
      await keys.forget(objectContext(key));
      if (content !== null) await copies.drop(content);
    },

    list: (prefix) => inner.list(prefix),
    ping: () => inner.ping(),
  };
  return store;
}

const isBroken = (error: unknown): boolean => error instanceof StromaError && error.code === 'SEAL_BROKEN';
