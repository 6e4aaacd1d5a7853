const slotMs = 5_000;
const slots = 24;
/** Eight buckets to the doubling, from a microsecond on: a quantile is right to within 5 %. */
const perDoubling = 8;
const buckets = 40 * perDoubling;

/** How often, and how long, in the last stretch of time. */
export interface RecentSummary {
  count: number;
  failed: number;
  per_second: number;
  /** Milliseconds; null where nothing was measured. */
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

/**
 * Durations of the last two minutes in a fixed amount of memory: a histogram for every five seconds, used again when
 * its time has passed. To record one costs some tens of nanoseconds.
 */
export class RecentTimes {
  readonly #counts = new Uint32Array(slots * buckets);
  readonly #failed = new Uint32Array(slots);
  readonly #turn = new Float64Array(slots).fill(-1);
  readonly #now: () => number;

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  record(seconds: number, failed = false): void {
    const turn = Math.floor(this.#now() / slotMs);
    const slot = turn % slots;
    if (this.#turn[slot] !== turn) this.#begin(slot, turn);
    const at = slot * buckets + bucketOf(seconds);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    if (failed) this.#failed[slot] = (this.#failed[slot] ?? 0) + 1;
  }

  /** Of the last `seconds`, at most 115: the running five seconds are left out of the rate until they are over. */
  over(seconds: number): RecentSummary {
    const turn = Math.floor(this.#now() / slotMs);
    const wanted = Math.min(slots - 1, Math.max(1, Math.ceil((seconds * 1000) / slotMs)));
    const sums = new Float64Array(buckets);
    let count = 0;
    let failed = 0;
    for (let back = 1; back <= wanted; back += 1) {
      const slot = (turn - back) % slots;
      if (this.#turn[slot] !== turn - back) continue;
      failed += this.#failed[slot] ?? 0;
      for (let bucket = 0; bucket < buckets; bucket += 1) {
        const here = this.#counts[slot * buckets + bucket] ?? 0;
        sums[bucket] = (sums[bucket] ?? 0) + here;
        count += here;
      }
    }
    const quantile = (share: number) => quantileOf(sums, count, share);
    return {
      count,
      failed,
      per_second: count / ((wanted * slotMs) / 1000),
      p50_ms: quantile(0.5),
      p95_ms: quantile(0.95),
      p99_ms: quantile(0.99),
    };
  }

  #begin(slot: number, turn: number): void {
    this.#counts.fill(0, slot * buckets, (slot + 1) * buckets);
    this.#failed[slot] = 0;
    this.#turn[slot] = turn;
  }
}

function bucketOf(seconds: number): number {
  const place = Math.floor(Math.log2(seconds * 1e6) * perDoubling);
  return place > 0 ? Math.min(buckets - 1, place) : 0;
}

/** The middle, by ratio, of the bucket in which the quantile lies. */
function quantileOf(sums: Float64Array, count: number, share: number): number | null {
  if (count === 0) return null;
  const rank = Math.max(1, Math.ceil(share * count));
  let seen = 0;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    seen += sums[bucket] ?? 0;
    if (seen >= rank) return 2 ** ((bucket + 0.5) / perDoubling) / 1000;
  }
  return null;
}
