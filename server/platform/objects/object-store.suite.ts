import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyCodePoint } from '../any-text.suite.ts';
import type { ObjectStore } from './object-store.ts';

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

/** What every object store does. `open` gives one that is empty. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStore>): void {
  describe(`object store: ${name}`, () => {
    let store: ObjectStore;
    let scratch: string;
    beforeAll(async () => {
      store = await open();
      scratch = await mkdtemp(join(tmpdir(), 'stroma-objects-suite-'));
    });
    afterAll(() => rm(scratch, { recursive: true, force: true }));

    const keysOf = async (prefix: string) => {
      const keys: string[] = [];
      for await (const key of store.list(prefix)) keys.push(key);
      return keys.sort();
    };

    it('gives back the bytes that were put, with their size and hash', async () => {
      const content = randomBytes(300_000);
      const stored = await store.put('round/trip', content);
      expect(stored).toEqual({ key: 'round/trip', bytes: content.length, sha256: sha256(content) });
      expect(await store.stat('round/trip')).toEqual(stored);
      expect(await buffer(await store.get('round/trip'))).toEqual(content);
      expect(await readFile(await store.localPath('round/trip'))).toEqual(content);
    });

    it('takes a stream of any chunks', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 8 }), async (chunks) => {
          const whole = Buffer.concat(chunks);
          const stored = await store.put('round/chunks', Readable.from(chunks));
          expect(stored).toEqual({ key: 'round/chunks', bytes: whole.length, sha256: sha256(whole) });
          expect(await buffer(await store.get('round/chunks'))).toEqual(whole);
        }),
        { numRuns: 15 },
      );
    });

    it('keeps an empty object', async () => {
      const stored = await store.put('empty', new Uint8Array());
      expect(stored).toEqual({ key: 'empty', bytes: 0, sha256: sha256(new Uint8Array()) });
      expect(await buffer(await store.get('empty'))).toHaveLength(0);
      expect(await readFile(await store.localPath('empty'))).toHaveLength(0);
    });

    it('keeps an object larger than one part of a multipart upload', async () => {
      const piece = randomBytes(1024 * 1024);
      const stored = await store.put(
        'large',
        Readable.from(
          (function* () {
            for (let i = 0; i < 20; i++) yield piece;
          })(),
        ),
      );
      const whole = Buffer.concat(Array.from({ length: 20 }, () => piece));
      expect(stored).toEqual({ key: 'large', bytes: whole.length, sha256: sha256(whole) });
      expect(sha256(await buffer(await store.get('large')))).toBe(stored.sha256);
      expect(sha256(await readFile(await store.localPath('large')))).toBe(stored.sha256);
    });

    it('takes over a local file, which is then gone from its place', async () => {
      const path = join(scratch, 'upload');
      const content = randomBytes(70_000);
      await writeFile(path, content);
      const stored = await store.putFile('raw/tenant/upload', path);
      expect(stored).toEqual({ key: 'raw/tenant/upload', bytes: content.length, sha256: sha256(content) });
      expect(existsSync(path)).toBe(false);
      expect(await store.stat('raw/tenant/upload')).toEqual(stored);
      expect(await buffer(await store.get('raw/tenant/upload'))).toEqual(content);
    });

    it('takes the word of who wrote a file for its hash, unless the file is of another size', async () => {
      const content = randomBytes(5000);
      const told = { bytes: content.length, sha256: sha256(content) };
      const path = join(scratch, 'told');
      await writeFile(path, content);
      expect(await store.putFile('told/right', path, told)).toEqual({ key: 'told/right', ...told });
      expect(await store.stat('told/right')).toEqual({ key: 'told/right', ...told });
      expect(await readFile(await store.localPath('told/right'))).toEqual(content);
      await writeFile(path, content.subarray(1));
      const shorter = { bytes: content.length - 1, sha256: sha256(content.subarray(1)) };
      expect(await store.putFile('told/wrong', path, told)).toEqual({ key: 'told/wrong', ...shorter });
      expect(await store.stat('told/wrong')).toEqual({ key: 'told/wrong', ...shorter });
    });

    it('says that there is no file to take over', async () => {
      await expect(store.putFile('raw/none', join(scratch, 'none'))).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    it('replaces an object whole, hash and local copy included', async () => {
      await store.put('twice', Buffer.from('first'));
      await readFile(await store.localPath('twice'));
      const second = await store.put('twice', Buffer.from('the second'));
      expect(await store.stat('twice')).toEqual(second);
      expect(await readFile(await store.localPath('twice'), 'utf8')).toBe('the second');
      expect((await buffer(await store.get('twice'))).toString()).toBe('the second');
    });

    it('leaves nothing, or the old object, when the source fails half way', async () => {
      const broken = () =>
        Readable.from(
          (async function* () {
            yield Buffer.from('half');
            throw new Error('the client went away');
          })(),
        );
      await expect(store.put('broken/new', broken())).rejects.toThrow('the client went away');
      expect(await store.stat('broken/new')).toBeNull();
      const old = await store.put('broken/old', Buffer.from('old'));
      await expect(store.put('broken/old', broken())).rejects.toThrow('the client went away');
      expect(await store.stat('broken/old')).toEqual(old);
      expect(await keysOf('broken/')).toEqual(['broken/old']);
    });

    it('holds a whole object of one writer when several write one key', async () => {
      const contents = Array.from({ length: 6 }, (_, i) => Buffer.alloc(50_000 + i, i));
      await Promise.all(contents.map((content) => store.put('contended', content)));
      const bytes = await buffer(await store.get('contended'));
      expect(contents.map(sha256)).toContain(sha256(bytes));
      expect(await store.stat('contended')).toEqual({
        key: 'contended',
        bytes: bytes.length,
        sha256: sha256(bytes),
      });
    });

    it('never tells a hash of another object while one is being replaced', async () => {
      const contents = Array.from({ length: 12 }, (_, i) => Buffer.alloc(30_000, i));
      const known = new Set(contents.map(sha256));
      let writing = true;
      const readers = Array.from({ length: 3 }, async () => {
        while (writing) {
          const seen = await store.stat('replaced');
          if (seen !== null) expect(known.has(seen.sha256)).toBe(true);
        }
      });
      for (const content of contents) await store.put('replaced', content);
      writing = false;
      await Promise.all(readers);
      expect((await store.stat('replaced'))?.sha256).toBe(sha256(contents.at(-1) ?? new Uint8Array()));
    });

    it('says what is missing', async () => {
      await expect(store.get('not/there')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(store.localPath('not/there')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await store.stat('not/there')).toBeNull();
      expect(await store.stat('round')).toBeNull();
    });

    it('deletes, also what is gone already', async () => {
      await store.put('gone', Buffer.from('x'));
      await store.delete('gone');
      await store.delete('gone');
      expect(await store.stat('gone')).toBeNull();
      await expect(store.get('gone')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(store.localPath('gone')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('lists every key under a prefix, once', async () => {
      const keys = ['l/a', 'l/a-b', 'l/a.b', 'l/a/c', 'l/a/b', 'l/a0', 'l/b', 'l/B', 'm'];
      for (const key of keys) await store.put(key, Buffer.from(key));
      expect(await keysOf('l/')).toEqual(keys.filter((key) => key !== 'm').sort());
      expect(await keysOf('l/a/')).toEqual(['l/a/b', 'l/a/c']);
      expect(await keysOf('l/a')).toEqual(['l/a', 'l/a-b', 'l/a.b', 'l/a/b', 'l/a/c', 'l/a0']);
      expect(await keysOf('nothing/')).toEqual([]);
      expect(await keysOf('')).toContain('m');
    });

    it('refuses keys that climb, hide or have a second name', async () => {
      const hostile = [
        '',
        '/',
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        'a/../b',
        '../../etc/passwd',
        'a/..',
        './a',
        '.hidden',
        'a/.b',
        'a.',
        'a\\b',
        'C:/a',
        'a\0b',
        'a\nb',
        'a b',
        'a%2e%2e/b',
        'ﬁ',
        'e\u0301',
        '\u00e9',
        'a\u202eb',
        '\ud800',
        'a\u2215b',
        '．．/a',
        'x'.repeat(201),
        `${'abcdefgh/'.repeat(150)}a`,
        '+',
        'a+/b',
      ];
      for (const key of hostile) {
        const refused = { code: 'INVALID_INPUT' };
        await expect(store.put(key, Buffer.from('x')), key).rejects.toMatchObject(refused);
        await expect(store.get(key), key).rejects.toMatchObject(refused);
        await expect(store.stat(key), key).rejects.toMatchObject(refused);
        await expect(store.localPath(key), key).rejects.toMatchObject(refused);
        await expect(store.delete(key), key).rejects.toMatchObject(refused);
        await expect(store.putFile(key, join(scratch, 'any')), key).rejects.toMatchObject(refused);
      }
      for (const prefix of ['../', '/etc/', 'a/../b', '.', 'a\0'])
        await expect(keysOf(prefix), prefix).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('takes any key or refuses it, and lists exactly what it took', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.string({ unit: anyCodePoint, maxLength: 30 }),
            fc.stringMatching(/^[a-zA-Z0-9._=/-]{1,30}$/),
          ),
          async (tail) => {
            const key = `fuzz/${tail}`;
            const taken = await store.put(key, Buffer.from('x')).then(
              () => true,
              (error: { code?: string }) => {
                expect(error.code).toBe('INVALID_INPUT');
                return false;
              },
            );
            if (!taken) return;
            expect(await keysOf('fuzz/')).toEqual([key]);
            await store.delete(key);
          },
        ),
        { numRuns: 60 },
      );
    });

    it('answers', async () => {
      await store.ping();
    });
  });
}
