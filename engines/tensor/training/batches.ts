import { seededRandom } from '@stroma/kernel';
import { mixed } from './layout.ts';

/**
 * Which rows each step sees: one shuffled pass over the data after the other, cut into batches with nothing
 * left over.
 */
export class Batches {
  readonly #rows: number;
  readonly #batch: number;
  readonly #seed: number;
  #epoch = -1;
  #order = new Int32Array(0);

  constructor(rows: number, batch: number, seed: number) {
    this.#rows = rows;
    this.#batch = batch;
    this.#seed = seed;
  }

  /** Row numbers of `steps` batches from step `from`, by step; a function of the seed alone. */
  take(from: number, steps: number): Int32Array {
    const taken = new Int32Array(steps * this.#batch);
    for (let at = 0; at < taken.length; at++) {
      const place = from * this.#batch + at;
      const epoch = Math.floor(place / this.#rows);
      if (epoch !== this.#epoch) this.#shuffle(epoch);
      taken[at] = this.#order[place - epoch * this.#rows] as number;
    }
    return taken;
  }

  #shuffle(epoch: number): void {
    const random = seededRandom(mixed(this.#seed ^ mixed(epoch + 1)));
    const order = Int32Array.from({ length: this.#rows }, (_, row) => row);
    for (let last = order.length - 1; last > 0; last--) {
      const other = random.whole(last + 1);
      const kept = order[last] as number;
      order[last] = order[other] as number;
      order[other] = kept;
    }
    this.#order = order;
    this.#epoch = epoch;
  }
}
