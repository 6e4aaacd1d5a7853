import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeObjectStore } from './object-store.suite.ts';
import { openObjectStore } from './open-object-store.ts';
import { credentials, startS3Server } from './s3-server.suite.ts';
import { openS3Store, type S3Settings } from './s3-store.ts';

let folder: string;
let s3: Awaited<ReturnType<typeof startS3Server>>;
let endpoint: string;
const others: Server[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stroma-s3-'));
  s3 = await startS3Server(['suite', 'details']);
  endpoint = s3.endpoint;
});
afterAll(async () => {
  for (const server of others) server.closeAllConnections();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

const settings = (over: Partial<S3Settings> = {}): S3Settings => ({
  bucket: 'details',
  region: 'us-east-1',
  endpoint,
  accessKey: credentials.accessKeyId,
  secretKey: credentials.secretAccessKey,
  partBytes: 5 * 1024 * 1024,
  cacheFolder: join(folder, `cache-${randomBytes(4).toString('hex')}`),
  ...over,
});
const rawClient = () => new S3Client({ region: 'us-east-1', endpoint, forcePathStyle: true, credentials });

describeObjectStore('S3', () => openS3Store(settings({ bucket: 'suite' })));

describe('S3 store', () => {
  it('writes the hash beside the object, where another program can read it', async () => {
    const store = await openS3Store(settings());
    const stored = await store.put('plain', Buffer.from('content'));
    const seen = await rawClient().send(new GetObjectCommand({ Bucket: 'details', Key: 'plain' }));
    expect(await seen.Body?.transformToString()).toBe('content');
    expect(seen.Metadata).toEqual({ 'stroma-sha256': stored.sha256 });
  });

  it('reads what another program put into the bucket', async () => {
    await rawClient().send(
      new PutObjectCommand({ Bucket: 'details', Key: 'foreign', Body: 'from elsewhere' }),
    );
    const store = await openS3Store(settings());
    expect(await store.stat('foreign')).toMatchObject({
      bytes: 14,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await readFile(await store.localPath('foreign'), 'utf8')).toBe('from elsewhere');
  });

  it('sends a large object in parts', async () => {
    const store = await openS3Store(settings());
    const content = randomBytes(12 * 1024 * 1024);
    const stored = await store.put('parts', content);
    const head = await rawClient().send(new HeadObjectCommand({ Bucket: 'details', Key: 'parts' }));
    expect(head.ETag).toMatch(/-3"$/);
    expect(await store.stat('parts')).toEqual(stored);
    expect((await buffer(await store.get('parts'))).equals(content)).toBe(true);
  });

  it('lists more keys than one page of an answer holds', async () => {
    const client = rawClient();
    const keys = Array.from({ length: 1005 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
    for (let from = 0; from < keys.length; from += 67) {
      const some = keys.slice(from, from + 67);
      await Promise.all(
        some.map((Key) => client.send(new PutObjectCommand({ Bucket: 'details', Key, Body: 'x' }))),
      );
    }
    const store = await openS3Store(settings());
    const listed: string[] = [];
    for await (const key of store.list('many/')) listed.push(key);
    expect(listed.sort()).toEqual(keys);
  });

  it('makes one local copy for callers at the same time, and keeps it for later ones', async () => {
    const given = settings();
    await (await openS3Store(given)).put('copied', Buffer.from('once'));
    const store = await openS3Store(settings());
    const paths = await Promise.all(Array.from({ length: 8 }, () => store.localPath('copied')));
    expect(new Set(paths).size).toBe(1);
    const { ino } = await stat(paths[0] ?? '');
    expect((await stat(await store.localPath('copied'))).ino).toBe(ino);
  });

  it('does not trust a copy that was damaged while it was away', async () => {
    const given = settings();
    const path = await (async () => {
      const store = await openS3Store(given);
      await store.put('damaged', Buffer.from('right'));
      return await store.localPath('damaged');
    })();
    await writeFile(path, 'wrong');
    expect(await readFile(await (await openS3Store(given)).localPath('damaged'), 'utf8')).toBe('right');
    await writeFile(path, 'of another size');
    expect(await readFile(await (await openS3Store(given)).localPath('damaged'), 'utf8')).toBe('right');
  });

  it('gives the longest unused copies up when they are too many, but none of the last hour', async () => {
    const given = settings({ cacheBytes: 2500 });
    const store = await openS3Store(given);
    const paths: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      await store.put(`bound/${name}`, Buffer.alloc(1000, name));
      paths.push(await store.localPath(`bound/${name}`));
    }
    expect(await readdir(join(given.cacheFolder, 'copies'))).toHaveLength(3);
    const longAgo = Date.now() / 1000 - 7200;
    await utimes(paths[0] ?? '', longAgo, longAgo);
    await utimes(paths[1] ?? '', longAgo + 60, longAgo + 60);
    await store.put('bound/d', Buffer.alloc(1000, 'd'));
    const left = await readdir(join(given.cacheFolder, 'copies'));
    expect(left).toHaveLength(2);
    expect(left.map((name) => join(given.cacheFolder, 'copies', name))).toContain(paths[2]);
    expect(await readFile(await store.localPath('bound/a'), 'utf8')).toBe('a'.repeat(1000));
  });

  it('leaves no spooled file behind', async () => {
    const given = settings();
    const store = await openS3Store(given);
    await store.put('spooled', Buffer.from('x'));
    await expect(
      openS3Store(settings({ bucket: 'nowhere' })).then((none) => none.put('k', Buffer.from('x'))),
    ).rejects.toThrow();
    expect(await readdir(join(given.cacheFolder, 'incoming'))).toEqual([]);
  });

  it('is what STROMA_S3_BUCKET leads to', async () => {
    const config = {
      STROMA_DATA: join(folder, 'data'),
      STROMA_S3_BUCKET: 'details',
      STROMA_S3_ENDPOINT: endpoint,
      STROMA_S3_REGION: 'us-east-1',
      STROMA_S3_ACCESS_KEY: credentials.accessKeyId,
      STROMA_S3_SECRET_KEY: credentials.secretAccessKey,
    };
    expect((await openObjectStore(config)).kind).toBe('s3');
    expect((await openObjectStore({ ...config, STROMA_S3_BUCKET: undefined })).kind).toBe('folder');
    await expect(openObjectStore({ ...config, STROMA_S3_SECRET_KEY: undefined })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(openObjectStore({ ...config, STROMA_S3_BUCKET: 'nowhere' })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
  });
});

describe('an S3 that fails', () => {
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    others.push(server);
    await new Promise((ready) => server.once('listening', ready));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const everyCall = async (over: Partial<S3Settings>) => {
    const store = await openS3Store(settings({ attempts: 1, ...over }));
    const file = join(folder, 'kept');
    await writeFile(file, 'precious');
    const list = async () => {
      for await (const key of store.list('')) expect.unreachable(key);
    };
    const calls = [
      () => store.put('k', Buffer.from('x')),
      () => store.putFile('k', file),
      () => store.get('k'),
      () => store.localPath('k'),
      () => store.stat('k'),
      () => store.delete('k'),
      () => store.ping(),
      list,
    ];
    for (const call of calls) {
      const error = await call().then(
        () => expect.unreachable(),
        (reason) => reason,
      );
      expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
      expect(error.message + JSON.stringify(error.details)).not.toContain('geheim');
    }
    expect(await readFile(file, 'utf8')).toBe('precious');
  };

  it('is unavailable when nothing listens', () => everyCall({ endpoint: 'http://127.0.0.1:1' }));

  it('is unavailable when the key is wrong, without telling it', () => everyCall({ secretKey: 'geheim' }));

  it('is unavailable when it answers with errors', async () => {
    const broken = await serve((_, response) => response.writeHead(500).end());
    await everyCall({ endpoint: broken });
  });

  it('is unavailable when it hangs', async () => {
    const silent = await serve(() => {});
    await everyCall({ endpoint: silent, idleTimeoutMs: 200 });
  });

  it('is asked again', async () => {
    let asked = 0;
    const flaky = await serve((_, response) => {
      asked += 1;
      if (asked < 3) return response.writeHead(503).end();
      response.writeHead(200, { 'content-length': '3', 'x-amz-meta-stroma-sha256': 'ab'.repeat(32) }).end();
      return undefined;
    });
    const store = await openS3Store(settings({ endpoint: flaky }));
    expect(await store.stat('k')).toEqual({ key: 'k', bytes: 3, sha256: 'ab'.repeat(32) });
    expect(asked).toBe(3);
  });

  it('that sends other bytes than were stored is not believed', async () => {
    const lying = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '3', 'x-amz-meta-stroma-sha256': 'ab'.repeat(32) });
      response.end(request.method === 'HEAD' ? undefined : 'abc');
    });
    const store = await openS3Store(settings({ endpoint: lying }));
    await expect(store.localPath('k')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });
});
