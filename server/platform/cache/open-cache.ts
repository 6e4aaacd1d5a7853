import type { Config } from '../config/config.ts';
import type { Cache } from './cache.ts';
import { openInProcessCache } from './in-process-cache.ts';

/** Redis where `REDIS_URL` is set, otherwise 64 MB of this process. Throws NOT_READY when Redis does not answer. */
export async function openCache(config: Pick<Config, 'REDIS_URL'>): Promise<Cache> {
  if (config.REDIS_URL === undefined) return openInProcessCache();
  const { openRedisCache } = await import('./redis-cache.ts');
  return await openRedisCache(config.REDIS_URL);
}
