import { StromaError } from '@stroma/kernel';

/** A queue that serves its keys in turn, each key's items in order, and refuses more than it may hold. */
export class FairQueue<T> {
  readonly #lanes = new Map<string, T[]>();
  readonly #waiting: ((item: T | null) => void)[] = [];
  readonly #maxTotal: number;
  readonly #maxPerKey: number;
  #size = 0;
  #closed = false;

  constructor(maxTotal: number, maxPerKey: number) {
    this.#maxTotal = maxTotal;
    this.#maxPerKey = maxPerKey;
  }

  get size(): number {
    return this.#size;
  }

  /** @throws StromaError OVERLOADED when the queue, or the key's share of it, is full. */
  push(key: string, item: T): void {
    const taker = this.#waiting.shift();
    if (taker) {
      taker(item);
      return;
    }
    const lane = this.#lanes.get(key) ?? [];
    if (this.#size >= this.#maxTotal || lane.length >= this.#maxPerKey) {
      throw new StromaError(
        'OVERLOADED',
        `${this.#size} queries are already waiting; try again in a moment.`,
        {
          waiting: this.#size,
        },
      );
    }
    lane.push(item);
    this.#lanes.set(key, lane);
    this.#size++;
  }

  /** The next item when there is one; null once the queue is closed. */
  take(): Promise<T | null> {
    for (const [key, lane] of this.#lanes) {
      const item = lane.shift() as T;
      this.#lanes.delete(key);
      if (lane.length > 0) this.#lanes.set(key, lane);
      this.#size--;
      return Promise.resolve(item);
    }
    if (this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Takes a waiting item out; false when it is no longer waiting. */
  remove(key: string, item: T): boolean {
    const lane = this.#lanes.get(key);
    const index = lane?.indexOf(item) ?? -1;
    if (!lane || index < 0) return false;
    lane.splice(index, 1);
    if (lane.length === 0) this.#lanes.delete(key);
    this.#size--;
    return true;
  }

  /** Gives back what was waiting; takers get null from now on. */
  close(): T[] {
    this.#closed = true;
    const left = [...this.#lanes.values()].flat();
    this.#lanes.clear();
    this.#size = 0;
    for (const taker of this.#waiting.splice(0)) taker(null);
    return left;
  }
}
