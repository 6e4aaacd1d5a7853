import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Keys } from '../crypto/keys.ts';
import { openTestKeys } from '../crypto/test-keys.suite.ts';
import type { Database } from '../db/database.ts';
import { embeddedStore, type TestStore } from '../db/test-database.suite.ts';
import { openFolderStore } from './folder-store.ts';
import { describeObjectStore } from './object-store.suite.ts';
import type { ObjectStore } from './object-store.ts';
import { encryptsObjects, openObjects } from './open-object-store.ts';
import { credentials, startS3Server } from './s3-server.suite.ts';
import { openS3Store } from './s3-store.ts';
import { openSealedStore } from './sealed-store.ts';

let store: TestStore;
let db: Database;
let keys: Keys;
let folder: string;
let s3: Awaited<ReturnType<typeof startS3Server>>;

beforeAll(async () => {
  store = await embeddedStore();
  ({ keys, db } = await openTestKeys(await store.open(), store.config.STROMA_DATA));
  folder = await mkdtemp(join(tmpdir(), 'stroma-sealed-'));
  s3 = await startS3Server(['sealed']);
});
afterAll(async () => {
  await keys.close();
  await db.close();
  await store.remove();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

const place = () => join(folder, randomBytes(4).toString('hex'));

async function sealedFolder(
  root = place(),
  encrypts = true,
): Promise<{ inner: ObjectStore; sealed: ObjectStore }> {
  const inner = await openFolderStore(root);
  return { inner, sealed: await openSealedStore(inner, keys, { encrypts, copyFolder: place() }) };
}

describeObjectStore('encrypted folder', async () => {
  await keys.forget('objects');
  return (await sealedFolder()).sealed;
});

describeObjectStore('encrypted S3', async () => {
  await keys.forget('objects');
  const inner = await openS3Store({
    bucket: 'sealed',
    region: 'us-east-1',
    endpoint: s3.endpoint,
    accessKey: credentials.accessKeyId,
    secretKey: credentials.secretAccessKey,
    partBytes: 5 * 1024 * 1024,
    cacheFolder: place(),
  });
  return await openSealedStore(inner, keys, { encrypts: true, copyFolder: place() });
});

describe('encrypted objects', () => {
  const secret = Buffer.from('patient 4711, diabetes');

  it('lie unreadable in the store, whole as they are', async () => {
    const { inner, sealed } = await sealedFolder();
    await sealed.put('raw/a/plain-words', secret);
    const lying = await buffer(await inner.get('raw/a/plain-words'));
    expect(lying.includes('patient')).toBe(false);
    expect(await buffer(await sealed.get('raw/a/plain-words'))).toEqual(secret);
  });

  it('give any range of a large object', async () => {
    const { sealed } = await sealedFolder();
    const content = randomBytes(1_500_000);
    await sealed.put('raw/a/large', content);
    for (const [from, to] of [
      [0, 10],
      [262_140, 262_150],
      [1_000_000, 1_500_000],
      [1_499_999, 1_500_000],
      [5, 5],
    ] as const)
      expect(await buffer(await sealed.get('raw/a/large', { from, to }))).toEqual(content.subarray(from, to));
  });

  it('are refused at another key, in clear, altered and cut short', async () => {
    const root = place();
    const { inner, sealed } = await sealedFolder(root);
    await sealed.put('raw/a/one', secret);
    await sealed.put('raw/a/two', randomBytes(600_000));
    const [one, two] = await Promise.all(
      ['raw/a/one', 'raw/a/two'].map(async (key) => buffer(await inner.get(key))),
    );
    const fresh = async () => (await sealedFolder(root)).sealed;
    const forgeries: [string, Buffer][] = [
      ['raw/a/two', one as Buffer],
      ['raw/a/one', two as Buffer],
      ['raw/a/one', Buffer.from('plain text in its place')],
      ['raw/a/two', (two as Buffer).subarray(0, -100)],
      ['raw/a/two', Buffer.concat([two as Buffer, Buffer.alloc(1)])],
    ];
    for (const [key, forged] of forgeries) {
      await inner.put(key, forged);
      const reading = await fresh();
      await expect(reading.stat(key)).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
      await expect(reading.localPath(key)).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
      await expect(reading.get(key).then((stream) => buffer(stream))).rejects.toMatchObject({
        code: 'SEAL_BROKEN',
      });
    }
  });

  it('are known by size and hash again after a restart', async () => {
    const root = place();
    const stored = await (await sealedFolder(root)).sealed.put('raw/a/again', secret);
    expect(await (await sealedFolder(root)).sealed.stat('raw/a/again')).toEqual(stored);
  });

  it('leave those from before as they were, and are read when encryption is switched off', async () => {
    const root = place();
    const before = await sealedFolder(root, false);
    const old = await before.sealed.put('raw/b/old', secret);
    const during = await sealedFolder(root);
    expect(await during.sealed.stat('raw/b/old')).toEqual(old);
    expect(await readFile(await during.sealed.localPath('raw/b/old'))).toEqual(secret);
    await during.sealed.put('raw/b/new', secret);
    const after = await sealedFolder(root, false);
    expect(await buffer(await after.sealed.get('raw/b/new'))).toEqual(secret);
    await after.sealed.put('raw/b/new', Buffer.from('another'));
    expect((await buffer(await after.inner.get('raw/b/new'))).includes('another')).toBe(false);
    expect((await buffer(await after.sealed.get('raw/b/new'))).toString()).toBe('another');
  });

  it('take their work copy along when they are deleted, and are gone for good when shredded', async () => {
    const root = place();
    const inner = await openFolderStore(root);
    const copyFolder = place();
    const sealed = await openSealedStore(inner, keys, { encrypts: true, copyFolder });
    const upload = join(folder, 'upload');
    await writeFile(upload, secret);
    await sealed.putFile('raw/c/1', upload);
    await readFile(await sealed.localPath('raw/c/1'));
    expect(await readdir(join(copyFolder, 'copies'))).toHaveLength(1);
    await sealed.delete('raw/c/1');
    expect(await readdir(join(copyFolder, 'copies'))).toHaveLength(0);

    await sealed.put('raw/c/2', secret);
    expect(await keys.shred('objects/raw/c')).toBe(1);
    await expect(sealed.localPath('raw/c/2')).rejects.toMatchObject({ code: 'KEY_DESTROYED' });
    await expect(sealed.get('raw/c/2').then((stream) => buffer(stream))).rejects.toMatchObject({
      code: 'KEY_DESTROYED',
    });
  });

  it('are what the settings ask for: by default where the key does not lie beside the files', async () => {
    const config = {
      STROMA_DATA: folder,
      STROMA_ENCRYPT_OBJECTS: 'auto' as const,
      STROMA_KEYS: 'file' as const,
      STROMA_KEY_FILE: undefined,
      STROMA_S3_BUCKET: undefined,
    };
    expect(encryptsObjects(config)).toBe(false);
    expect(encryptsObjects({ ...config, STROMA_KEY_FILE: join(folder, 'keys', 'mine.json') })).toBe(false);
    expect(encryptsObjects({ ...config, STROMA_KEY_FILE: '/etc/stroma/keys.json' })).toBe(true);
    expect(encryptsObjects({ ...config, STROMA_KEYS: 'vault' })).toBe(true);
    expect(encryptsObjects({ ...config, STROMA_S3_BUCKET: 'bucket' })).toBe(true);
    expect(encryptsObjects({ ...config, STROMA_S3_BUCKET: 'bucket', STROMA_ENCRYPT_OBJECTS: '0' })).toBe(
      false,
    );
    const inner = await openFolderStore(place());
    await keys.forget('objects');
    expect(await openObjects(inner, keys, { ...config, STROMA_ENCRYPT_OBJECTS: '1' }, place())).toMatchObject(
      {
        encrypted: true,
      },
    );
  });
});
