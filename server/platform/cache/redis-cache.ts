import { Redis } from 'ioredis';
import { fail } from '../failure.ts';
import type { Cache } from './cache.ts';

const prefix = 'stroma:';

/** One step, so that a counter never lives without an end. */
const countInWindow = `
local by = tonumber(ARGV[2])
local left = redis.call('PTTL', KEYS[1])
if by <= 0 then
  if left < 0 then return { 0, 0 } end
  local held = tonumber(redis.call('GET', KEYS[1]))
  if by < 0 then held = redis.call('INCRBY', KEYS[1], math.max(by, -held)) end
  return { held, left }
end
local count = redis.call('INCRBY', KEYS[1], by)
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return { count, left }`;

/**
 * Values and counters in Redis, under keys that begin with `stroma:`. Throws NOT_READY when Redis does not answer;
 * a caller for whom the cache only saves time goes on without it.
 */
export async function openRedisCache(url: string): Promise<Cache> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5000,
    commandTimeout: 2000,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5000),
  });
  // Without a listener a lost connection would end the process; each command reports it to its caller anyway.
  redis.on('error', () => {});

  async function reach<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      return fail(
        'NOT_READY',
        'Redis does not answer. Check that it runs and that REDIS_URL leads to it.',
        { part: 'cache' },
        error,
      );
    }
  }

  try {
    await reach(() => redis.connect());
  } catch (error) {
    redis.disconnect();
    throw error;
  }

  return {
    kind: 'redis',

    async get<T>(key: string): Promise<T | null> {
      const text = await reach(() => redis.get(`${prefix}value:${key}`));
      return text === null ? null : (JSON.parse(text) as T);
    },

    async set(key, value, lifeMs) {
      const at = `${prefix}value:${key}`;
      const life = Math.ceil(lifeMs);
      if (life <= 0) await reach(() => redis.del(at));
      else await reach(() => redis.set(at, JSON.stringify(value) ?? 'null', 'PX', life));
    },

    async delete(key) {
      await reach(() => redis.del(`${prefix}value:${key}`, `${prefix}count:${key}`));
    },

    async deleteAll(keysFrom) {
      const match = `${prefix}value:${keysFrom.replace(/[\\*?[\]]/g, '\\$&')}*`;
      let cursor = '0';
      do {
        const [next, found] = await reach(() => redis.scan(cursor, 'MATCH', match, 'COUNT', 1000));
        if (found.length > 0) await reach(() => redis.unlink(...found));
        cursor = next;
      } while (cursor !== '0');
    },

    async increment(key, windowMs, by = 1) {
      const [count, resetMs] = (await reach(() =>
        redis.eval(countInWindow, 1, `${prefix}count:${key}`, Math.ceil(windowMs), by),
      )) as [number, number];
      return { count, resetMs };
    },

    async size() {
      const [entries, memory] = await reach(() => Promise.all([redis.dbsize(), redis.info('memory')]));
      return { entries, bytes: Number(/^used_memory:(\d+)/m.exec(memory)?.[1] ?? 0) };
    },

    async ping() {
      await reach(() => redis.ping());
    },

    async close() {
      redis.disconnect();
    },
  };
}
