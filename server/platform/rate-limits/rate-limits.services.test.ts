import { setTimeout as wait } from 'node:timers/promises';
import { describe } from 'vitest';
import { openRedisCache } from '../cache/redis-cache.ts';
import { describeRateLimits } from './rate-limits.suite.ts';

const url = process.env.STROMA_TEST_REDIS_URL ?? '';

describe.skipIf(url === '')('with Redis', () => {
  describeRateLimits('Redis', async () => ({
    cache: await openRedisCache(url),
    pass: async (ms) => {
      await wait(ms);
    },
  }));
});
