/** Medians and ranks of typed arrays. Values are finite: the caller leaves missing ones out (`present`). */

/** The finite values, in order. O(n). */
export function present(values: Float64Array): Float64Array {
  return values.filter(Number.isFinite);
}

export const sorted = (values: Float64Array): Float64Array => values.slice().sort();

/** Type 7 quantile (R's default) of sorted values; NaN of none. */
export function quantileOfSorted(values: Float64Array, p: number): number {
  if (values.length === 0) return Number.NaN;
  const at = (values.length - 1) * p;
  const low = Math.floor(at);
  const a = values[low] as number;
  const b = values[Math.min(low + 1, values.length - 1)] as number;
  return a + (b - a) * (at - low);
}

/** O(n log n); NaN of none. */
export const median = (values: Float64Array): number => quantileOfSorted(sorted(values), 0.5);

/** What makes the median absolute deviation estimate a normal's standard deviation: 1 / Φ⁻¹(3/4). */
export const madToSd = 1.4826022185056018;

/** Median absolute deviation from the median, not scaled. */
export function medianDeviation(values: Float64Array, centre = median(values)): number {
  return median(values.map((value) => Math.abs(value - centre)));
}

export interface Ranks {
  /** From 1; ties share the mean of their ranks. */
  ranks: Float64Array;
  /** Sizes of the groups of equal values that hold more than one. */
  ties: number[];
}

/** O(n log n). */
export function ranksOf(values: Float64Array): Ranks {
  const order = Uint32Array.from(values.keys()).sort(
    (a, b) => (values[a] as number) - (values[b] as number) || a - b,
  );
  const ranks = new Float64Array(values.length);
  const ties: number[] = [];
  for (let from = 0; from < order.length; ) {
    const value = values[order[from] as number];
    let to = from + 1;
    while (to < order.length && values[order[to] as number] === value) to += 1;
    for (let at = from; at < to; at++) ranks[order[at] as number] = (from + to + 1) / 2;
    if (to - from > 1) ties.push(to - from);
    from = to;
  }
  return { ranks, ties };
}

export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Sample variance (n - 1), in two passes. */
export function varianceOf(values: Float64Array, mean = meanOf(values)): number {
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return sum / (values.length - 1);
}
