import type { Cache } from './cache.ts';

/** What an entry costs beside its text: the map's slot, the record, the key's object. */
const overheadBytes = 150;

interface Entry {
  text: string;
  bytes: number;
  expiresMs: number;
}

interface Window {
  count: number;
  endsMs: number;
}

export interface InProcessCacheOptions {
  maxBytes?: number;
  /** Counters kept at once; past it those that end soonest go first. */
  maxCounters?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** Values as JSON text, the least recently used given up first once `maxBytes` (UTF-16 sizes) is reached. */
export function openInProcessCache(options: InProcessCacheOptions = {}): Cache {
  const { maxBytes = 64 * 1024 * 1024, maxCounters = 100_000, now = Date.now } = options;
  const entries = new Map<string, Entry>();
  const windows = new Map<string, Window>();
  let held = 0;

  const drop = (key: string) => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    held -= entry.bytes;
    entries.delete(key);
  };

  const makeRoom = () => {
    for (const key of entries.keys()) {
      if (held <= maxBytes) return;
      drop(key);
    }
  };

  const forgetWindows = () => {
    const time = now();
    for (const [key, window] of windows) if (window.endsMs <= time) windows.delete(key);
    const surplus = windows.size - maxCounters / 2;
    if (surplus <= 0) return;
    const soonest = [...windows].sort(([, a], [, b]) => a.endsMs - b.endsMs).slice(0, surplus);
    for (const [key] of soonest) windows.delete(key);
  };

  return {
    kind: 'in_process',

    async get<T>(key: string): Promise<T | null> {
      const entry = entries.get(key);
      if (entry === undefined) return null;
      entries.delete(key);
      if (entry.expiresMs <= now()) {
        held -= entry.bytes;
        return null;
      }
      entries.set(key, entry);
      return JSON.parse(entry.text) as T;
    },

    async set(key, value, lifeMs) {
      drop(key);
      const text = JSON.stringify(value) ?? 'null';
      const bytes = 2 * (key.length + text.length) + overheadBytes;
      if (lifeMs <= 0 || bytes > maxBytes) return;
      entries.set(key, { text, bytes, expiresMs: now() + lifeMs });
      held += bytes;
      makeRoom();
    },

    async delete(key) {
      drop(key);
      windows.delete(key);
    },

    async deleteAll(prefix) {
      for (const key of [...entries.keys()]) if (key.startsWith(prefix)) drop(key);
    },

    increment(key, windowMs, by = 1) {
      const time = now();
      const running = windows.get(key);
      if (running !== undefined && running.endsMs > time) {
        running.count = Math.max(0, running.count + by);
        return { count: running.count, resetMs: running.endsMs - time };
      }
      if (by <= 0) return { count: 0, resetMs: 0 };
      if (windows.size >= maxCounters) forgetWindows();
      windows.set(key, { count: by, endsMs: time + windowMs });
      return { count: by, resetMs: windowMs };
    },

    async size() {
      return { entries: entries.size + windows.size, bytes: held };
    },

    async ping() {},

    async close() {
      entries.clear();
      windows.clear();
      held = 0;
    },
  };
}
