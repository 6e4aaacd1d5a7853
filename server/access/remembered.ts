import type { Soon } from '../platform/soon.ts';

/**
 * What the store answers for a key, remembered for a while and bounded, the longest remembered out first. An entry is
 * asked for again after `lifeMs`, a number or what it is at the moment, which is how a change in another process is
 * noticed at the latest; one that is heard of calls `forget` and is noticed at once. Misses for one key that come at
 * once make one look-up.
 */
export class Remembered<T extends { expiresAt: Date }> {
  readonly #entries = new Map<string, { key: string; value: T; loadedAt: number }>();
  readonly #loading = new Map<string, Promise<T | null>>();
  readonly #load: (key: string) => Promise<T | null>;
  readonly #lifeMs: () => number;
  readonly #size: number;
  #generation = 0;

  constructor(load: (key: string) => Promise<T | null>, lifeMs: number | (() => number), size = 10_000) {
    this.#load = load;
    this.#lifeMs = typeof lifeMs === 'number' ? () => lifeMs : lifeMs;
    this.#size = size;
  }

  /** Null when the store knows nothing of it or it has expired. At once when it is remembered. */
  get(key: string): Soon<T | null> {
    const now = Date.now();
    const entry = this.#entries.get(endOf(key));
    if (entry?.key === key && now - entry.loadedAt < this.#lifeMs())
      return entry.value.expiresAt.getTime() > now ? entry.value : null;
    const pending = this.#loading.get(key);
    if (pending !== undefined) return pending;
    const loading = this.#fetch(key).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  async #fetch(key: string): Promise<T | null> {
    const generation = this.#generation;
    const value = await this.#load(key);
    const place = endOf(key);
    this.#entries.delete(place);
    if (!value || value.expiresAt.getTime() <= Date.now()) return null;
    // A revocation that came while this look-up ran must not be undone by it.
    if (generation !== this.#generation) return this.#load(key);
    this.#entries.set(place, { key, value, loadedAt: Date.now() });
    if (this.#entries.size > this.#size) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    return value;
  }

  /** Drops every entry the test holds for. */
  forget(matches: (value: T, key: string) => boolean): void {
    this.#generation += 1;
    for (const [place, { value, key }] of this.#entries) if (matches(value, key)) this.#entries.delete(place);
  }
}

/** A signed token is long, and finding it by all of it is what a look-up costs; its signature's end tells it apart. */
const endOf = (key: string): string => (key.length > 100 ? key.slice(-43) : key);
