import { createHash, type Hash } from 'node:crypto';
import type { Content } from '../platform/objects/object-store.ts';

/** The SHA-256 of a file from its first byte to where it stands. */
export class GrowingHash {
  readonly #sum: Hash = createHash('sha256');
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(chunk: Uint8Array): void {
    this.#sum.update(chunk);
    this.#bytes += chunk.byteLength;
  }

  /** Of all that was added; more may follow. */
  content(): Content {
    return { bytes: this.#bytes, sha256: this.#sum.copy().digest('hex') };
  }
}

/** How many uploads may wait for their next part with their hash in memory. */
const mostKept = 1000;

/**
 * Hashes of uploads between their parts. One that this process has not seen from its first byte, after a restart for
 * example, has none: its file is read once for it.
 */
export class GrowingHashes {
  readonly #kept = new Map<string, GrowingHash>();

  /** The hash that stands at `bytes`, for one caller to go on with; a new one at the beginning; null for none. */
  take(id: string, bytes: number): GrowingHash | null {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    if (kept?.bytes === bytes) return kept;
    return bytes === 0 ? new GrowingHash() : null;
  }

  keep(id: string, hash: GrowingHash): void {
    this.#kept.set(id, hash);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
  }
}
