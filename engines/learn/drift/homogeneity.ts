import { chiSquaredUpper } from '@stroma/stats';

export interface ChiSquared {
  statistic: number;
  df: number;
  p_value: number;
  /** Between 0 and 1, free of the number of rows. Cramér 1946. */
  cramers_v: number;
}

/**
 * Whether two counts of the same kinds are of one distribution: Pearson's chi-squared, without a continuity correction.
 * Kinds of which fewer than 5 rows are expected on a side are counted together, rarest first; where fewer than two are
 * left nothing can be told, and p is 1. O(kinds log kinds).
 */
export function homogeneity(reference: readonly number[], window: readonly number[]): ChiSquared {
  const total = (counts: readonly number[]) => counts.reduce((sum, own) => sum + own, 0);
  const [n, m] = [total(reference), total(window)];
  const none = { statistic: 0, df: 0, p_value: 1, cramers_v: 0 };
  if (n === 0 || m === 0) return none;
  const cells = pooled(reference, window, (5 * (n + m)) / Math.min(n, m));
  const df = cells.length - 1;
  if (df < 1) return none;
  let statistic = 0;
  for (const [a, b] of cells) {
    const both = (a + b) / (n + m);
    statistic += (a - both * n) ** 2 / (both * n) + (b - both * m) ** 2 / (both * m);
  }
  return {
    statistic,
    df,
    p_value: chiSquaredUpper(statistic, df),
    cramers_v: Math.sqrt(statistic / (n + m)),
  };
}

/** Those with fewer rows than `least` on both sides together are joined until they have as many. */
function pooled(
  reference: readonly number[],
  window: readonly number[],
  least: number,
): (readonly [number, number])[] {
  const cells = reference
    .map((own, kind) => [own, window[kind] ?? 0] as const)
    .filter(([a, b]) => a + b > 0)
    .sort((a, b) => a[0] + a[1] - (b[0] + b[1]));
  let [a, b, taken] = [0, 0, 0];
  while (taken < cells.length && (size(cells[taken]) < least || (taken > 0 && a + b < least))) {
    a += cells[taken]?.[0] ?? 0;
    b += cells[taken]?.[1] ?? 0;
    taken += 1;
  }
  return taken === 0 ? cells : [[a, b], ...cells.slice(taken)];
}

const size = (cell: readonly [number, number] | undefined): number => (cell?.[0] ?? 0) + (cell?.[1] ?? 0);
