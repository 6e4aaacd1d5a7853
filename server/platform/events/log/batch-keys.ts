import { fail } from '../../failure.ts';
import type { Appended, BatchKey } from './stream-log.ts';

const keptMs = 24 * 60 * 60 * 1000;
const most = 100_000;

interface Known {
  fingerprint: string;
  firstOffset: number;
  count: number;
  at: number;
}

/** The batches of a topic that came with a key: for a day, the newest hundred thousand. */
export class BatchKeys {
  readonly #known = new Map<string, Known>();

  add(key: BatchKey, { firstOffset, count }: Omit<Appended, 'repeated'>, at: number): void {
    if (at < Date.now() - keptMs) return;
    this.#known.set(key.id.toString('latin1'), {
      fingerprint: key.fingerprint.toString('latin1'),
      firstOffset,
      count,
      at,
    });
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }

  /** What became of the batch with this key; null when there was none. Throws CONFLICT for other events. */
  find(key: BatchKey): Appended | null {
    const known = this.#known.get(key.id.toString('latin1'));
    if (known === undefined || known.at < Date.now() - keptMs) return null;
    if (known.fingerprint !== key.fingerprint.toString('latin1')) return otherEvents();
    return { firstOffset: known.firstOffset, count: known.count, repeated: true };
  }
}

export const otherEvents = (): never =>
  fail('CONFLICT', 'This Idempotency-Key came with other events before. Take a new key for a new batch.', {
    field: 'Idempotency-Key',
  });
