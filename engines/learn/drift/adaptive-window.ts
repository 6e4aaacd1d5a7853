/** Where the mean of a stream changed. */
export interface StreamChange {
  /** Index of the first value after the change, as near as is known. */
  since: number;
  /** Index of the value at which it was noticed. */
  noticed: number;
  before: number;
  after: number;
}

/** Neighbouring values as one: how many, their sum and their squared distances to their mean. */
interface Bucket {
  count: number;
  sum: number;
  squares: number;
}

/** Of one size; the more, the finer a change is found. */
const bucketsOfSize = 5;
const fewest = 5;

/**
 * ADWIN: a window that grows while its mean stays and drops its older part when that differs from the newer one. Values
 * lie within 0 to 1; `confidence` bounds the chance of a change that is none. Bifet & Gavaldà 2007,
 * doi:10.1137/1.9781611972771.42. O(n log n).
 */
export function adaptiveWindow(values: Float64Array, confidence = 0.002): StreamChange[] {
  // Oldest first; sizes fall from left to right.
  let buckets: Bucket[] = [];
  const changes: StreamChange[] = [];
  for (let at = 0; at < values.length; at++) {
    buckets.push({ count: 1, sum: values[at] as number, squares: 0 });
    compress(buckets);
    for (let cut = cutOf(buckets, confidence); cut !== null; cut = cutOf(buckets, confidence)) {
      const [older, newer] = [joined(buckets.slice(0, cut)), joined(buckets.slice(cut))];
      const change = {
        since: at + 1 - newer.count,
        noticed: at,
        before: older.sum / older.count,
        after: newer.sum / newer.count,
      };
      const last = changes.at(-1);
      // What is dropped of the same change later on tells where it was more exactly.
      if (last !== undefined && change.since <= last.noticed)
        Object.assign(last, { since: change.since, after: change.after });
      else changes.push(change);
      buckets = buckets.slice(cut);
    }
  }
  return changes;
}

function compress(buckets: Bucket[]): void {
  let size = 1;
  let end = buckets.length;
  for (;;) {
    let start = end;
    while (start > 0 && buckets[start - 1]?.count === size) start -= 1;
    if (end - start <= bucketsOfSize) return;
    buckets.splice(start, 2, joined(buckets.slice(start, start + 2)));
    end = start + 1;
    size *= 2;
  }
}

function joined(parts: readonly Bucket[]): Bucket {
  return parts.reduce(
    (all, own) => {
      if (all.count === 0) return own;
      const count = all.count + own.count;
      const apart = own.sum / own.count - all.sum / all.count;
      const squares = all.squares + own.squares + (apart * apart * all.count * own.count) / count;
      return { count, sum: all.sum + own.sum, squares };
    },
    { count: 0, sum: 0, squares: 0 },
  );
}

/** The first bucket of the newer part where two parts differ the most by more than chance lets them; null: nowhere. */
function cutOf(buckets: readonly Bucket[], confidence: number): number | null {
  const all = joined(buckets);
  if (all.count < 2 * fewest) return null;
  const variance = all.squares / all.count;
  const log = Math.log((2 * Math.log(all.count)) / confidence);
  let [count, sum, best, found] = [0, 0, 0, null as number | null];
  for (let cut = 1; cut < buckets.length; cut++) {
    count += buckets[cut - 1]?.count ?? 0;
    sum += buckets[cut - 1]?.sum ?? 0;
    const rest = all.count - count;
    if (count < fewest || rest < fewest) continue;
    const inverse = 1 / count + 1 / rest;
    const allowed = Math.sqrt(2 * inverse * variance * log) + (2 / 3) * inverse * log;
    const apart = Math.abs(sum / count - (all.sum - sum) / rest);
    if (apart > allowed && apart / allowed > best) {
      best = apart / allowed;
      found = cut;
    }
  }
  return found;
}
