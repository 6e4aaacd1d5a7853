import type { Soon } from '../../platform/soon.ts';

/**
 * Sessions by token, bounded, least recently used out first. An entry is asked for again after `lifeMs`, a number or
 * what it is at the moment, which is how a revocation in another process is noticed at the latest; one that is heard
 * of calls `forget` and is noticed at once. Concurrent misses for one token make one look-up.
 */
export class SessionCache<T extends { expiresAt: Date }> {
  readonly #entries = new Map<string, { token: string; value: T; loadedAt: number }>();
  readonly #loading = new Map<string, Promise<T | null>>();
  readonly #load: (token: string) => Promise<T | null>;
  readonly #lifeMs: () => number;
  readonly #size: number;
  #generation = 0;

  constructor(load: (token: string) => Promise<T | null>, lifeMs: number | (() => number), size = 10_000) {
    this.#load = load;
    this.#lifeMs = typeof lifeMs === 'number' ? () => lifeMs : lifeMs;
    this.#size = size;
  }

  /** Null when the token belongs to no session or to one that has expired. At once when it is remembered. */
  get(token: string): Soon<T | null> {
    const now = Date.now();
    const entry = this.#entries.get(endOf(token));
    if (entry?.token === token && now - entry.loadedAt < this.#lifeMs())
      return entry.value.expiresAt.getTime() > now ? entry.value : null;
    const pending = this.#loading.get(token);
    if (pending !== undefined) return pending;
    const loading = this.#fetch(token).finally(() => this.#loading.delete(token));
    this.#loading.set(token, loading);
    return loading;
  }

  async #fetch(token: string): Promise<T | null> {
    const generation = this.#generation;
    const value = await this.#load(token);
    const place = endOf(token);
    this.#entries.delete(place);
    if (!value || value.expiresAt.getTime() <= Date.now()) return null;
    // A revocation that came while this look-up ran must not be undone by it.
    if (generation !== this.#generation) return this.#load(token);
    this.#entries.set(place, { token, value, loadedAt: Date.now() });
    if (this.#entries.size > this.#size) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    return value;
  }

  /** Drops every entry the test holds for. */
  forget(matches: (value: T, token: string) => boolean): void {
    this.#generation += 1;
    for (const [place, { value, token }] of this.#entries)
      if (matches(value, token)) this.#entries.delete(place);
  }
}

/** A signed token is long, and finding it by all of it is what a look-up costs; its signature's end tells it apart. */
const endOf = (token: string): string => (token.length > 100 ? token.slice(-43) : token);
