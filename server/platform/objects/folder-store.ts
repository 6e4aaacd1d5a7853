import { once } from 'node:events';
import { type BigIntStats, createReadStream } from 'node:fs';
import { access, constants, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { fail } from '../failure.ts';
import {
  contentOf,
  isMissing,
  keepPrivate,
  knownContent,
  makeFolder,
  storage,
  sweepTemporary,
  syncPath,
  temporaryName,
  writeDurably,
} from './durable-files.ts';
import { checkPrefix, keySegments } from './object-keys.ts';
import type { Content, ObjectStore, StoredObject } from './object-store.ts';

/** Marks the folders of the tree, so that `a` and `a/b` can both be keys; no key holds it. */
const folderMark = '+';

const readBytes = 256 * 1024;

/** Which file a recorded hash belongs to: a record that does not fit the file is made anew. */
interface HashRecord extends Content, Identity {}

interface Identity {
  inode: string;
  modifiedNs: string;
}

/**
 * Objects as plain files under `<root>/data`, their hashes as small records under `<root>/index`. An object is
 * written aside, synced and renamed into place; its record goes first and names the file's inode and time, so a
 * process that dies between the two leaves a record that is seen to be of another file.
 */
export async function openFolderStore(root: string): Promise<ObjectStore> {
  const dataRoot = resolve(root, 'data');
  const indexRoot = resolve(root, 'index');
  const temporaryRoot = resolve(root, 'incoming');
  await storage(async () => {
    for (const folder of [dataRoot, indexRoot, temporaryRoot]) await makeFolder(folder);
    await keepPrivate(root);
    await sweepTemporary(temporaryRoot);
  });

  const place = (key: string) => {
    const segments = keySegments(key);
    const folders = segments.slice(0, -1).map((segment) => segment + folderMark);
    const name = segments.at(-1) ?? '';
    return {
      folder: join(dataRoot, ...folders),
      path: join(dataRoot, ...folders, name),
      recordFolder: join(indexRoot, ...folders),
      recordPath: join(indexRoot, ...folders, name),
    };
  };
  const missing = (key: string): never => fail('NOT_FOUND', `There is no object "${key}".`, { key });

  /** Moves a synced file of the same disk to its key. */
  async function settle(key: string, file: string, entry: HashRecord): Promise<StoredObject> {
    const { folder, path } = place(key);
    await storage(async () => {
      await makeFolder(folder);
      await record(key, entry);
      await rename(file, path);
      await syncPath(folder);
    });
    return { key, bytes: entry.bytes, sha256: entry.sha256 };
  }

  async function record(key: string, entry: HashRecord): Promise<void> {
    const { recordFolder, recordPath } = place(key);
    const temporary = join(temporaryRoot, temporaryName());
    await writeFile(temporary, JSON.stringify(entry), { flag: 'wx' });
    await makeFolder(recordFolder);
    await rename(temporary, recordPath);
  }

  async function recorded(key: string): Promise<StoredObject | null> {
    const { path, recordPath } = place(key);
    const file = await statOrNull(path);
    if (!file?.isFile()) return null;
    const identity = identityOf(file);
    const kept = await readRecord(recordPath);
    if (
      kept?.inode === identity.inode &&
      kept.modifiedNs === identity.modifiedNs &&
      kept.bytes === Number(file.size)
    )
      return { key, bytes: kept.bytes, sha256: kept.sha256 };
    // The identity is older than the hash: a file that takes this one's place meanwhile is not given its hash.
    const content = await contentOf(path);
    await record(key, { ...content, ...identity });
    return { key, ...content };
  }

  async function existing(key: string): Promise<string> {
    const { path } = place(key);
    return (await storage(() => statOrNull(path)))?.isFile() ? path : missing(key);
  }

  return {
    kind: 'folder',
    encrypted: false,

    async put(key, source) {
      keySegments(key);
      const temporary = join(temporaryRoot, temporaryName());
      const content = await writeDurably(temporary, source);
      return await orRemove(temporary, async () =>
        settle(key, temporary, { ...content, ...(await storage(() => identify(temporary))) }),
      );
    },

    async putFile(key, path, known) {
      keySegments(key);
      if ((await storage(() => statOrNull(path))) === null)
        fail('NOT_FOUND', `There is no file to store as "${key}"; it may have been stored before.`, { key });
      if (await storage(() => onSameDisk(path, temporaryRoot))) {
        const entry = await storage(async () => {
          const identity = await identify(path);
          await syncPath(path);
          return { ...(await knownContent(path, known)), ...identity };
        });
        return await settle(key, path, entry);
      }
      const temporary = join(temporaryRoot, temporaryName());
      const content = await writeDurably(temporary, createReadStream(path));
      const stored = await orRemove(temporary, async () =>
        settle(key, temporary, { ...content, ...(await storage(() => identify(temporary))) }),
      );
      await storage(() => rm(path, { force: true }));
      return stored;
    },

    async get(key, range): Promise<Readable> {
      if (range !== undefined && range.to <= range.from) return Readable.from([]);
      const part = range === undefined ? {} : { start: range.from, end: range.to - 1 };
      const stream = createReadStream(place(key).path, { ...part, highWaterMark: readBytes });
      try {
        await once(stream, 'open');
      } catch (error) {
        if (isMissing(error)) return missing(key);
        return await storage(() => Promise.reject(error));
      }
      return stream;
    },

    localPath: existing,

    async stat(key) {
      return await storage(async () => {
        try {
          return await recorded(key);
        } catch (error) {
          if (isMissing(error)) return null;
          throw error;
        }
      });
    },

    async delete(key) {
      const { folder, path, recordPath } = place(key);
      await storage(async () => {
        if ((await statOrNull(path)) === null) return;
        await rm(path, { force: true });
        await rm(recordPath, { force: true });
        await syncPath(folder);
      });
    },

    async *list(prefix) {
      checkPrefix(prefix);
      yield* keysUnder(dataRoot, '', prefix);
    },

    async ping() {
      await storage(() => access(temporaryRoot, constants.W_OK | constants.X_OK));
    },
  };
}

async function statOrNull(path: string) {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const identityOf = ({ ino, mtimeNs }: BigIntStats): Identity => ({
  inode: String(ino),
  modifiedNs: String(mtimeNs),
});

const identify = async (path: string): Promise<Identity> => identityOf(await stat(path, { bigint: true }));

async function readRecord(path: string): Promise<HashRecord | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as HashRecord;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function onSameDisk(a: string, b: string): Promise<boolean> {
  return (await stat(a)).dev === (await stat(b)).dev;
}

async function orRemove<T>(temporary: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Keys in the order of their bytes, as S3 lists them. */
async function* keysUnder(folder: string, above: string, prefix: string): AsyncIterable<string> {
  const entries = (
    await storage(async () => {
      try {
        return await readdir(folder, { withFileTypes: true });
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    })
  )
    .map((entry) => ({
      path: join(folder, entry.name),
      isFolder: entry.isDirectory(),
      key: entry.isDirectory()
        ? `${above}${entry.name.slice(0, -folderMark.length)}/`
        : `${above}${entry.name}`,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { path, isFolder, key } of entries) {
    if (isFolder && (key.startsWith(prefix) || prefix.startsWith(key))) yield* keysUnder(path, key, prefix);
    if (!isFolder && key.startsWith(prefix)) yield key;
  }
}
