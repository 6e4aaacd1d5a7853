import { Counter, Gauge } from 'prom-client';
import type { Cache } from '../cache/cache.ts';
import { registry } from './metrics.ts';

const instrument = { registers: [registry] };

const reads = new Counter({
  ...instrument,
  name: 'stroma_cache_lookups_total',
  help: 'Look-ups of values in the shared cache, by the kind of entry and whether it was there',
  labelNames: ['kind', 'result'],
});
const entries = new Gauge({
  ...instrument,
  name: 'stroma_cache_entries',
  help: 'Values and counters in the cache of this process, or keys in Redis',
});
const bytes = new Gauge({
  ...instrument,
  name: 'stroma_cache_bytes',
  help: 'Memory the cache holds',
});

const mostKinds = 40;
const kinds = new Set<string>();

/** The word before the first colon; a key that begins otherwise must not make a series of its own. */
function kindOf(key: string): string {
  const kind = /^[a-z][a-z-]{0,30}(?=:)/.exec(key)?.[0] ?? 'other';
  if (kinds.has(kind)) return kind;
  if (kinds.size >= mostKinds) return 'other';
  kinds.add(kind);
  return kind;
}

/** The same cache, its look-ups counted. Counters of rate limits pass by: they are no look-ups. */
export function measuredCache(cache: Cache): Cache {
  return {
    kind: cache.kind,
    async get<T>(key: string): Promise<T | null> {
      const value = await cache.get<T>(key);
      reads.inc({ kind: kindOf(key), result: value === null ? 'miss' : 'hit' });
      return value;
    },
    set: (key, value, lifeMs) => cache.set(key, value, lifeMs),
    delete: (key) => cache.delete(key),
    deleteAll: (prefix) => cache.deleteAll(prefix),
    increment: (key, windowMs, by) => cache.increment(key, windowMs, by),
    size: () => cache.size(),
    ping: () => cache.ping(),
    close: () => cache.close(),
  };
}

export async function collectCache(cache: Pick<Cache, 'size'>): Promise<void> {
  const held = await cache.size();
  entries.set(held.entries);
  bytes.set(held.bytes);
}
