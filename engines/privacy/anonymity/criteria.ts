import type { Classes, SensitiveColumn } from './quasi-table.ts';

export interface Criteria {
  k: number;
  /** Distinct: so many different sensitive values. Entropy: entropy of at least log(l). Machanavajjhala et al. 2007. */
  l: { l: number; kind: 'distinct' | 'entropy' } | null;
  /** Largest earth mover's distance between a class and the whole table. Li et al. 2007. */
  t: number | null;
}

/** Of one sensitive column in every class. */
export interface Diversity {
  distinct: Float64Array;
  /** Exponential of the entropy: the number of equally frequent values that are as diverse. */
  effective: Float64Array;
  /** Earth mover's distance from the distribution over all rows. */
  distance: Float64Array;
}

/**
 * Diversity of the sensitive values in each class. Distances are ordered for numbers (the mass moved over each step
 * of the sorted distinct values, over their number less one) and with equal ground otherwise (half the sum of the
 * differences). Li, Li, Venkatasubramanian 2007, doi 10.1109/ICDE.2007.367856.
 * `included`: combinations that count, all when null.
 */
export function diversityOf(
  { classOf, sizes }: Classes,
  sensitive: SensitiveColumn,
  included: Uint8Array | null = null,
): Diversity {
  const { combinations, codes, counts, distinct: values, ordered } = sensitive;
  const count = sizes.length;
  const starts = new Int32Array(count + 1);
  for (const combination of combinations) {
    const at = (classOf[combination] ?? 0) + 1;
    starts[at] = (starts[at] ?? 0) + 1;
  }
  for (let at = 0; at < count; at++) starts[at + 1] = (starts[at + 1] ?? 0) + (starts[at] ?? 0);
  const order = new Int32Array(combinations.length);
  const filled = starts.slice();
  const whole = new Float64Array(values);
  let rows = 0;
  combinations.forEach((combination, entry) => {
    const at = classOf[combination] ?? 0;
    order[filled[at] as number] = entry;
    filled[at] = (filled[at] as number) + 1;
    if (included !== null && included[combination] === 0) return;
    const code = codes[entry] as number;
    whole[code] = (whole[code] ?? 0) + (counts[entry] ?? 0);
    rows += counts[entry] ?? 0;
  });
  const found: Diversity = {
    distinct: new Float64Array(count),
    effective: new Float64Array(count),
    distance: new Float64Array(count),
  };
  const share = new Float64Array(values);
  for (let at = 0; at < count; at++) {
    share.fill(0);
    const size = sizes[at] ?? 0;
    for (let place = starts[at] ?? 0; place < (starts[at + 1] ?? 0); place++) {
      const entry = order[place] as number;
      const code = codes[entry] as number;
      share[code] = (share[code] ?? 0) + (counts[entry] ?? 0) / size;
    }
    measure(found, at, share, whole, rows, ordered);
  }
  return found;
}

function measure(
  found: Diversity,
  at: number,
  share: Float64Array,
  whole: Float64Array,
  rows: number,
  ordered: boolean,
): void {
  let distinct = 0;
  let entropy = 0;
  for (const p of share) {
    if (p <= 0) continue;
    distinct += 1;
    entropy -= p * Math.log(p);
  }
  found.distinct[at] = distinct;
  found.effective[at] = Math.exp(entropy);
  found.distance[at] = earthMovers(share, whole, rows, ordered);
}

/** `share` of a class against `whole`, counts over all `rows`. */
export function earthMovers(
  share: Float64Array,
  whole: Float64Array,
  rows: number,
  ordered: boolean,
): number {
  let moved = 0;
  let distance = 0;
  for (let code = 0; code < share.length; code++) {
    const difference = (share[code] as number) - (whole[code] as number) / rows;
    moved += difference;
    distance += Math.abs(ordered ? moved : difference);
  }
  return ordered ? distance / Math.max(1, share.length - 1) : distance / 2;
}

/** For sums of shares that ought to be equal. */
export const tolerance = 1e-9;

/** Which classes hold the criteria, 1 or 0; and how many rows are in classes that are too small, and in any that fail. */
export function holds(
  classes: Classes,
  sensitive: readonly SensitiveColumn[],
  { k, l, t }: Criteria,
): { good: Uint8Array; small: number; failing: number } {
  const good = new Uint8Array(classes.sizes.length);
  let small = 0;
  classes.sizes.forEach((size, at) => {
    good[at] = size >= k ? 1 : 0;
    if (size < k) small += size;
  });
  if (l !== null || t !== null)
    for (const column of sensitive) {
      const { distinct, effective, distance } = diversityOf(classes, column);
      for (let at = 0; at < good.length; at++) {
        const diverse =
          l === null ||
          (l.kind === 'distinct' ? (distinct[at] ?? 0) : (effective[at] ?? 0)) >= l.l - tolerance;
        const close = t === null || (distance[at] ?? 0) <= t + tolerance;
        if (!diverse || !close) good[at] = 0;
      }
    }
  let failing = 0;
  classes.sizes.forEach((size, at) => {
    if (good[at] === 0) failing += size;
  });
  return { good, small, failing };
}
