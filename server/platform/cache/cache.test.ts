import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCache } from './cache.suite.ts';
import { openInProcessCache } from './in-process-cache.ts';
import { openCache } from './open-cache.ts';

describeCache('in process', async () => {
  let time = 1_000_000;
  return {
    cache: openInProcessCache({ now: () => time }),
    pass: async (ms) => {
      time += ms;
    },
  };
});

describe('in-process cache', () => {
  it('gives up the least recently used first', async () => {
    const cache = openInProcessCache({ maxBytes: 3 * (2 * (1 + 102) + 150) });
    const value = 'x'.repeat(100);
    for (const key of ['a', 'b', 'c']) await cache.set(key, value, 60_000);
    await cache.get('a');
    await cache.set('d', value, 60_000);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => cache.get(key)))).toEqual([
      value,
      null,
      value,
      value,
    ]);
  });

  it('does not throw everything out for a value that cannot fit', async () => {
    const cache = openInProcessCache({ maxBytes: 1000 });
    await cache.set('small', 1, 60_000);
    await cache.set('huge', 'x'.repeat(10_000), 60_000);
    expect(await cache.get('huge')).toBeNull();
    expect(await cache.get('small')).toBe(1);
  });

  it('never holds more than its bound, whatever is set, read and deleted', async () => {
    const maxBytes = 4000;
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      size: fc.integer({ min: 0, max: 2500 }),
      action: fc.constantFrom('set', 'get', 'delete'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const cache = openInProcessCache({ maxBytes });
        for (const { key, size, action } of steps) {
          if (action === 'set') await cache.set(key, 'x'.repeat(size), 60_000);
          else if (action === 'get') await cache.get(key);
          else await cache.delete(key);
        }
        const values = await Promise.all(
          ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => cache.get<string>(key)),
        );
        const held = values.reduce((sum, value) => sum + (value === null ? 0 : 2 * value.length), 0);
        expect(held).toBeLessThanOrEqual(maxBytes);
      }),
      { numRuns: 100 },
    );
  });

  it('holds a bounded number of counters, the running ones longest', async () => {
    let time = 0;
    const cache = openInProcessCache({ maxCounters: 100, now: () => time });
    await cache.increment('long', 1_000_000);
    for (let i = 0; i < 1000; i++) {
      time += 1;
      await cache.increment(`address ${i}`, 50_000);
    }
    expect((await cache.increment('long', 1_000_000)).count).toBe(2);
  });

  it('is what an installation without Redis gets', async () => {
    expect((await openCache({ REDIS_URL: undefined })).kind).toBe('in_process');
  });

  it('refuses to start on a Redis that does not answer, without its address or password', async () => {
    const opening = openCache({ REDIS_URL: 'redis://:geheim@127.0.0.1:1/0' });
    await expect(opening).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(opening).rejects.not.toThrow(/geheim/);
  });
});
