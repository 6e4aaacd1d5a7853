import { StromaError } from '@stroma/kernel';
import type { Logger } from 'pino';
import type { Cache } from '../cache/cache.ts';
import { openInProcessCache } from '../cache/in-process-cache.ts';
import { type Soon, whenThere } from '../soon.ts';
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
  take(limit: Limit, key: string): Soon<Standing>;
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
  const count: Cache['increment'] = (key, windowMs, by) => {
    const counted = cache.increment(key, windowMs, by);
    if (!(counted instanceof Promise)) return counted;
    return counted.catch((error: unknown) => {
      if (!(error instanceof StromaError) || error.code !== 'NOT_READY') throw error;
      if (Date.now() - warnedAt > 60_000) {
        warnedAt = Date.now();
        log.warn({ err: error }, 'rate limits are counted in this process alone: Redis does not answer');
      }
      return alone.increment(key, windowMs, by);
    });
  };
  const place = (limit: Limit, key: string) => `rate:${limit.name}:${key}`;

  const takeOne = (limit: Limit, at: string): Soon<Standing> =>
    whenThere(count(at, limit.windowMs), (taken) => ({
      limit,
      allowed: taken.count <= limit.most,
      remaining: Math.max(0, limit.most - taken.count),
      resetMs: taken.resetMs,
      first: taken.count === limit.most + 1,
    }));

  async function takeOrBlock(limit: Limit, at: string, blockMs: number): Promise<Standing> {
    const before = await count(`${at}:blocked`, blockMs, 0);
    if (before.count > 0)
      return { limit, allowed: false, remaining: 0, resetMs: before.resetMs, first: false };
    const taken = await takeOne(limit, at);
    if (taken.allowed) return taken;
    const blocked = await count(`${at}:blocked`, blockMs);
    return { ...taken, resetMs: blocked.resetMs, first: blocked.count === 1 };
  }

  return {
    take(limit, key) {
      const at = place(limit, key);
      return limit.blockMs ? takeOrBlock(limit, at, limit.blockMs) : takeOne(limit, at);
    },

    async giveBack(limit, key) {
      await count(place(limit, key), limit.windowMs, -1);
    },
  };
}
