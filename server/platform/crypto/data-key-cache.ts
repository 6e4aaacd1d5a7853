export interface DataKey {
  id: string;
  secret: Uint8Array;
}

const keptMs = 10 * 60 * 1000;
const mostKeys = 10_000;

/**
 * Unwrapped data keys by context, for ten minutes and at most ten thousand. What was looked up before a clearing is
 * not taken in after it: a key may have been destroyed between the look and the keeping.
 */
export class DataKeyCache {
  readonly #keys = new Map<string, { key: DataKey; until: number }>();
  #clearings = 0;

  get(context: string): DataKey | null {
    const found = this.#keys.get(context);
    if (found === undefined) return null;
    if (found.until > Date.now()) return found.key;
    this.#keys.delete(context);
    return null;
  }

  /** Call before looking a key up; what it answers keeps the key unless there was a clearing meanwhile. */
  keeper(): (context: string, key: DataKey) => void {
    const then = this.#clearings;
    return (context, key) => {
      if (then !== this.#clearings) return;
      if (this.#keys.size >= mostKeys)
        for (const oldest of this.#keys.keys().take(1)) this.#keys.delete(oldest);
      this.#keys.set(context, { key, until: Date.now() + keptMs });
    };
  }

  /** The context and those under it; everything without one. */
  clear(context?: string): void {
    this.#clearings += 1;
    if (context === undefined) this.#keys.clear();
    else for (const each of this.#keys.keys()) if (isUnder(each, context)) this.#keys.delete(each);
  }
}

const isUnder = (each: string, context: string): boolean =>
  each === context || each.startsWith(`${context}/`);
