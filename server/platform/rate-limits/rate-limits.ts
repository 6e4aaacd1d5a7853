import { StromaError } from '@stroma/kernel';
import type { Logger } from 'pino';
import type { Cache } from '../cache/cache.ts';
import { openInProcessCache } from '../cache/in-process-cache.ts';
import type { Limit } from './limits.ts';

/** Where a caller stands after one more. */
export interface Standing {
  limit: Limit;
  allowed: boolean;
  remaining: number;
  /** Milliseconds until there is room again. */
  resetMs: number;
  /** This one was the first too many: once for each window or block. */
  first: boolean;
}

export interface RateLimits {
  /** Counts one for `key` under the limit. */
  take(limit: Limit, key: string): Promise<Standing>;
  /** Takes back one that turned out not to count. */
  giveBack(limit: Limit, key: string): Promise<void>;
}

/**
 * Counters in the cache: in this process, or in Redis for all processes together. While Redis does not answer, each
 * process counts for itself, so that neither everybody is let in nor everybody shut out.
 */
export function openRateLimits(
  cache: Cache,
  log: Logger,
  alone: Cache = openInProcessCache({ maxBytes: 0 }),
): RateLimits {
  let warnedAt = 0;
  const count: Cache['increment'] = async (key, windowMs, by) => {
    try {
      return await cache.increment(key, windowMs, by);
    } catch (error) {
      if (!(error instanceof StromaError) || error.code !== 'NOT_READY') throw error;
      if (Date.now() - warnedAt > 60_000) {
        warnedAt = Date.now();
        log.warn({ err: error }, 'rate limits are counted in this process alone: Redis does not answer');
      }
      return alone.increment(key, windowMs, by);
    }
  };
  const place = (limit: Limit, key: string) => `rate:${limit.name}:${key}`;

  return {
    async take(limit, key) {
      const at = place(limit, key);
      const blockMs = limit.blockMs ?? 0;
      if (blockMs > 0) {
        const blocked = await count(`${at}:blocked`, blockMs, 0);
        if (blocked.count > 0)
          return { limit, allowed: false, remaining: 0, resetMs: blocked.resetMs, first: false };
      }
      const taken = await count(at, limit.windowMs);
      const allowed = taken.count <= limit.most;
      const standing = { limit, allowed, remaining: Math.max(0, limit.most - taken.count) };
      if (allowed || blockMs <= 0)
        return { ...standing, resetMs: taken.resetMs, first: taken.count === limit.most + 1 };
      const blocked = await count(`${at}:blocked`, blockMs);
      return { ...standing, resetMs: blocked.resetMs, first: blocked.count === 1 };
    },

    async giveBack(limit, key) {
      await count(place(limit, key), limit.windowMs, -1);
    },
  };
}
