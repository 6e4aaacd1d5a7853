/** How far two counts of the same bins are apart. */
export interface Stability {
  /** Sum of (p - q) ln (p / q). */
  psi: number;
  /** What it is on average where nothing has changed. */
  by_chance: number;
}

/**
 * Population stability index of two counts, each bin given half a row more so that empty ones have a share: (count + 1/2)
 * / (rows + bins / 2). Bins that are empty on both sides are left out. Symmetric. By chance it is a chi-squared of
 * bins - 1 degrees times 1 / n + 1 / m (Yurdakul & Naranjo 2020, doi:10.21314/JRMV.2020.227).
 */
export function stabilityOf(reference: readonly number[], window: readonly number[]): Stability {
  const bins = reference.map((_, bin) => bin).filter((bin) => (reference[bin] ?? 0) + (window[bin] ?? 0) > 0);
  const total = (counts: readonly number[]) => bins.reduce((sum, bin) => sum + (counts[bin] ?? 0), 0);
  const [n, m] = [total(reference), total(window)];
  if (n === 0 || m === 0) return { psi: 0, by_chance: 0 };
  const share = (counts: readonly number[], rows: number, bin: number) =>
    ((counts[bin] ?? 0) + 0.5) / (rows + bins.length / 2);
  let psi = 0;
  for (const bin of bins) {
    const [p, q] = [share(reference, n, bin), share(window, m, bin)];
    psi += (p - q) * Math.log(p / q);
  }
  return { psi, by_chance: (bins.length - 1) * (1 / n + 1 / m) };
}

/**
 * Where bins of about equal size begin, equal values never parted; of ascending values. Of a constant, the value itself
 * and what follows it, so that lower, equal and higher ones are told apart.
 */
export function binEdges(sorted: Float64Array, bins: number): number[] {
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (first === last) return [first, nextAfter(first)];
  const edges: number[] = [];
  for (let part = 1; part < bins; part++) {
    const edge = sorted[Math.floor((part * sorted.length) / bins)] as number;
    if (edge > first && edge !== edges.at(-1)) edges.push(edge);
  }
  return edges.length > 0 ? edges : [last];
}

/** The least double above. */
function nextAfter(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value === 0 ? 0 : value);
  const bits = view.getBigInt64(0);
  view.setBigInt64(0, value < 0 ? bits - 1n : bits + 1n);
  return view.getFloat64(0);
}

/** Rows of ascending values from each edge on, those below the first one first. O(edges · log n). */
export function countBins(sorted: Float64Array, edges: readonly number[]): number[] {
  const from = [0, ...edges.map((edge) => firstFrom(sorted, edge)), sorted.length];
  return from.slice(1).map((to, bin) => to - (from[bin] as number));
}

function firstFrom(sorted: Float64Array, edge: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < edge) low = middle + 1;
    else high = middle;
  }
  return low;
}
