const seconds = 10;

/** How many a second, over the last ten whole seconds. */
export class EventRate {
  readonly #buckets = new Float64Array(seconds + 1);
  #second = 0;

  add(count: number, now = Date.now()): void {
    this.#turnTo(now);
    const at = this.#second % this.#buckets.length;
    this.#buckets[at] = (this.#buckets[at] ?? 0) + count;
  }

  perSecond(now = Date.now()): number {
    this.#turnTo(now);
    const present = this.#buckets[this.#second % this.#buckets.length] ?? 0;
    return (this.#buckets.reduce((sum, count) => sum + count, 0) - present) / seconds;
  }

  #turnTo(now: number): void {
    const second = Math.floor(now / 1000);
    if (second - this.#second > this.#buckets.length) this.#buckets.fill(0);
    else
      for (let each = this.#second + 1; each <= second; each += 1)
        this.#buckets[each % this.#buckets.length] = 0;
    this.#second = Math.max(this.#second, second);
  }
}
