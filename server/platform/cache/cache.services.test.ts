import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { describeCache } from './cache.suite.ts';
import { openCache } from './open-cache.ts';
import { openRedisCache } from './redis-cache.ts';

const url = process.env.STROMA_TEST_REDIS_URL ?? '';

describe.skipIf(url === '')('with Redis', () => {
  describeCache('Redis', async () => ({
    cache: await openRedisCache(url),
    pass: async (ms) => {
      await wait(ms);
    },
  }));

  it('is what REDIS_URL leads to', async () => {
    const cache = await openCache({ REDIS_URL: url });
    expect(cache.kind).toBe('redis');
    await cache.close();
  });

  it('shares values and counts between processes', async () => {
    const [one, other] = [await openRedisCache(url), await openRedisCache(url)];
    await one.set('shared', { n: 1 }, 60_000);
    expect(await other.get('shared')).toEqual({ n: 1 });
    await one.delete('shared count');
    await one.increment('shared count', 60_000);
    expect((await other.increment('shared count', 60_000)).count).toBe(2);
    await one.close();
    await other.close();
  });

  it('takes up work again after its connection was cut', async () => {
    const cache = await openRedisCache(url);
    await cache.set('before', 1, 60_000);
    const killer = new Redis(url);
    await killer.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await killer.quit();
    await expect.poll(async () => await cache.get('before').catch(() => null), { timeout: 10_000 }).toBe(1);
    await cache.close();
  });
});
