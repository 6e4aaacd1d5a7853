import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cache } from './cache.ts';

/** What every cache does. `pass` lets time go by: really, or on the clock the cache was given. */
export function describeCache(
  name: string,
  open: () => Promise<{ cache: Cache; pass: (ms: number) => Promise<void> }>,
): void {
  describe(`cache: ${name}`, () => {
    let cache: Cache;
    let pass: (ms: number) => Promise<void>;
    beforeAll(async () => {
      ({ cache, pass } = await open());
    });
    afterAll(() => cache.close());
    const newKey = () => `suite:${randomUUID()}`;

    it('gives back any JSON value', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.jsonValue(), async (key, value) => {
          await cache.set(key, value, 60_000);
          expect(await cache.get(key)).toEqual(JSON.parse(JSON.stringify(value)));
        }),
        { numRuns: 50 },
      );
    });

    it('knows nothing of a key that was never set', async () => {
      expect(await cache.get(newKey())).toBeNull();
    });

    it('hands out copies, so that a caller cannot change what others get', async () => {
      const key = newKey();
      const value = { list: [1] };
      await cache.set(key, value, 60_000);
      value.list.push(2);
      (await cache.get<{ list: number[] }>(key))?.list.push(3);
      expect(await cache.get(key)).toEqual({ list: [1] });
    });

    it('replaces and deletes', async () => {
      const key = newKey();
      await cache.set(key, 1, 60_000);
      await cache.set(key, 2, 60_000);
      expect(await cache.get(key)).toBe(2);
      await cache.delete(key);
      await cache.delete(key);
      expect(await cache.get(key)).toBeNull();
    });

    it('forgets a value when its life is over', async () => {
      const [short, long, none] = [newKey(), newKey(), newKey()];
      await cache.set(short, 'x', 100);
      await cache.set(long, 'y', 60_000);
      await cache.set(none, 'z', 60_000);
      await cache.set(none, 'z', 0);
      await pass(150);
      expect(await cache.get(short)).toBeNull();
      expect(await cache.get(none)).toBeNull();
      expect(await cache.get(long)).toBe('y');
    });

    it('counts in a window and begins anew after it', async () => {
      const key = newKey();
      const windowMs = 400;
      expect(await cache.increment(key, windowMs)).toMatchObject({ count: 1 });
      const second = await cache.increment(key, windowMs);
      expect(second.count).toBe(2);
      expect(second.resetMs).toBeGreaterThan(0);
      expect(second.resetMs).toBeLessThanOrEqual(windowMs);
      await pass(windowMs + 50);
      expect(await cache.increment(key, windowMs)).toMatchObject({ count: 1 });
    });

    it('looks without counting, gives back, and never falls below nothing', async () => {
      const key = newKey();
      expect(await cache.increment(key, 60_000, 0)).toEqual({ count: 0, resetMs: 0 });
      expect(await cache.increment(key, 60_000, -1)).toEqual({ count: 0, resetMs: 0 });
      expect((await cache.increment(key, 60_000, 3)).count).toBe(3);
      const seen = await cache.increment(key, 60_000, 0);
      expect(seen.count).toBe(3);
      expect(seen.resetMs).toBeGreaterThan(0);
      expect((await cache.increment(key, 60_000, -2)).count).toBe(1);
      expect((await cache.increment(key, 60_000, -9)).count).toBe(0);
      expect((await cache.increment(key, 60_000)).count).toBe(1);
    });

    it('misses no count of callers at the same time', async () => {
      const key = newKey();
      const answers = await Promise.all(Array.from({ length: 50 }, () => cache.increment(key, 60_000)));
      expect(answers.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
    });

    it('keeps counters and values of one name apart', async () => {
      const key = newKey();
      await cache.set(key, 'value', 60_000);
      expect(await cache.increment(key, 60_000)).toMatchObject({ count: 1 });
      expect(await cache.get(key)).toBe('value');
    });

    it('lets go of all whose keys begin alike, and of no other', async () => {
      const [one, other] = [`${newKey()}[a]*`, newKey()];
      for (const key of [`${one}:1`, `${one}:2`, other]) await cache.set(key, 'value', 60_000);
      await cache.deleteAll(`${one}:`);
      expect(await Promise.all([`${one}:1`, `${one}:2`, other].map((key) => cache.get(key)))).toEqual([
        null,
        null,
        'value',
      ]);
    });

    it('tells what it holds', async () => {
      const before = await cache.size();
      for (const key of [newKey(), newKey()]) await cache.set(key, 'x'.repeat(10_000), 60_000);
      const after = await cache.size();
      expect(after.entries).toBe(before.entries + 2);
      expect(after.bytes).toBeGreaterThan(10_000);
    });

    it('answers', async () => {
      await cache.ping();
    });
  });
}
