import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { fail } from '../failure.ts';
import type { KeyProvider, WrappedKey } from './key-provider.ts';
import { broken } from './sealed-field.ts';

const keyFile = z.object({
  format: z.literal('stroma-keys-1'),
  current: z.string(),
  keys: z.array(
    z.object({
      id: z.string().regex(/^[0-9a-f]{16}$/),
      created_at: z.iso.datetime(),
      secret: z.base64().refine((text) => Buffer.from(text, 'base64').byteLength === 32, 'expected 32 bytes'),
    }),
  ),
});
type KeyFile = z.infer<typeof keyFile>;

/**
 * Key-encryption keys in one file that its owner alone may read. It is made, with one key, when there is none and
 * `mayMake` allows it. Throws CONFIG_INVALID for a file others may read, for one that is no key file, and for one that
 * is missing though keys depend on it.
 */
export async function openKeyFile(
  given: string,
  mayMake: () => Promise<boolean> = async () => true,
): Promise<KeyProvider> {
  const path = resolve(given);
  let file = (await readKeyFile(path)) ?? (await firstKeyFile(path, mayMake));

  const secretOf = async (id: string): Promise<Uint8Array> => {
    const find = () => file.keys.find((key) => key.id === id);
    if (find() === undefined) file = (await readKeyFile(path)) ?? file;
    const found = find();
    return found === undefined
      ? fail(
          'KEYS_UNAVAILABLE',
          `The key file ${path} does not hold the key ${id} that is asked for. Bring back the key file that was in use when the data was written.`,
          { key_id: id },
        )
      : Buffer.from(found.secret, 'base64');
  };

  const wrap = async (secret: Uint8Array): Promise<WrappedKey> => {
    const keyId = file.current;
    return { keyId, wrapped: wrapUnder(await secretOf(keyId), keyId, secret) };
  };
  const unwrap = async ({ keyId, wrapped }: WrappedKey) => unwrapUnder(await secretOf(keyId), keyId, wrapped);

  return {
    kind: 'file',
    currentKeyId: async () => file.current,
    wrap,
    unwrap,
    rewrap: async (keys) => {
      const done: WrappedKey[] = [];
      for (const key of keys) done.push(await wrap(await unwrap(key)));
      return done;
    },
    async rotate() {
      file = await underLock(path, async () => {
        const now = (await readKeyFile(path)) ?? file;
        const added = newKey();
        const next: KeyFile = { ...now, current: added.id, keys: [...now.keys, added] };
        await replaceFile(path, next);
        return next;
      });
      return file.current;
    },
    async refresh() {
      file = (await readKeyFile(path)) ?? file;
    },
    close: async () => {},
  };
}

async function firstKeyFile(path: string, mayMake: () => Promise<boolean>): Promise<KeyFile> {
  if (!(await mayMake()))
    fail(
      'CONFIG_INVALID',
      `Expected the key file ${path}: there is data that only its keys open. Bring the file back, or point STROMA_KEY_FILE to it.`,
      { file: path },
    );
  const key = newKey();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = await writeAside(path, { format: 'stroma-keys-1', current: key.id, keys: [key] });
  try {
    // A link appears whole or not at all, and of several that start together all read the file of the first.
    await link(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return (await readKeyFile(path)) ?? fail('CONFIG_INVALID', `The key file ${path} vanished.`);
}

const newKey = (): KeyFile['keys'][number] => ({
  id: randomBytes(8).toString('hex'),
  created_at: new Date().toISOString(),
  secret: randomBytes(32).toString('base64'),
});

/** Null when there is none. Rights are those of the very file that is read. */
async function readKeyFile(path: string): Promise<KeyFile | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    return fail('CONFIG_INVALID', `The key file ${path} cannot be read.`, { file: path }, error);
  }
  try {
    const { mode } = await handle.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      fail(
        'CONFIG_INVALID',
        `Expected the key file ${path} to be open to its owner alone (0600); its rights are 0${(mode & 0o777).toString(8)}. Run "chmod 600 ${path}", and replace the keys ("stroma keys rotate") if others may have read it.`,
        { file: path },
      );
    return keyFile.parse(JSON.parse(await handle.readFile('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      fail(
        'CONFIG_INVALID',
        `Expected a Stroma key file in ${path}.`,
        { file: path },
        new Error('not a key file'),
      );
    throw error;
  } finally {
    await handle.close();
  }
}

async function writeAside(path: string, content: KeyFile): Promise<string> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}

async function replaceFile(path: string, content: KeyFile): Promise<void> {
  await rename(await writeAside(path, content), path);
  await syncFolder(dirname(path));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Two processes that rotate at once must not lose a key of each other's. A lock a dead one left goes after 30 s. */
async function underLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const since = await stat(lock).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (since > 30_000) await rm(lock, { force: true });
      else await new Promise((next) => setTimeout(next, 50));
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function wrapUnder(key: Uint8Array, keyId: string, secret: Uint8Array): Uint8Array {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(`stroma data key ${keyId}`));
  return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

function unwrapUnder(key: Uint8Array, keyId: string, wrapped: Uint8Array): Uint8Array {
  const bytes = Buffer.from(wrapped);
  if (bytes.byteLength < 28) return broken();
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from(`stroma data key ${keyId}`));
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  } catch (error) {
    return broken(error);
  }
}
