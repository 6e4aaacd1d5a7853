import type { HistogramBin } from '@stroma/kernel';

/**
 * Statistics of values given with their counts. `values` ascend, `counts` are positive whole numbers.
 */
export interface WeightedValues {
  values: Float64Array;
  counts: Float64Array;
  /** Sum of the counts. */
  total: number;
}

export function weightedValues(pairs: readonly (readonly [value: number, count: number])[]): WeightedValues {
  const sorted = pairs.toSorted((a, b) => a[0] - b[0]);
  const values = Float64Array.from(sorted, (pair) => pair[0]);
  const counts = Float64Array.from(sorted, (pair) => pair[1]);
  return { values, counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

/** The values at `ranks`, which ascend and count from 0. */
export function atRanks(data: WeightedValues, ranks: readonly number[]): Map<number, number> {
  let index = 0;
  let below = 0;
  const found = new Map<number, number>();
  for (const rank of ranks) {
    while (below + (data.counts[index] ?? Number.POSITIVE_INFINITY) <= rank)
      below += data.counts[index++] ?? 0;
    found.set(rank, data.values[index] ?? Number.NaN);
  }
  return found;
}

const quantileProbabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

/** The ranks type-7 quantiles of `count` values lie between, ascending. */
export function quantileRanks(count: number): number[] {
  const ranks = new Set<number>();
  for (const p of quantileProbabilities) {
    const below = Math.floor((count - 1) * p);
    ranks.add(below).add(Math.min(below + 1, count - 1));
  }
  return [...ranks].toSorted((a, b) => a - b);
}

/** Type-7 quantiles (R's default) from the values at `quantileRanks`. */
export function quantilesFrom(orderStatistics: ReadonlyMap<number, number>, count: number): number[] {
  return quantileProbabilities.map((p) => {
    const position = (count - 1) * p;
    const below = Math.floor(position);
    const share = position - below;
    const low = orderStatistics.get(below) ?? Number.NaN;
    const high = orderStatistics.get(Math.min(below + 1, count - 1)) ?? Number.NaN;
    return share === 0 ? low : (1 - share) * low + share * high;
  });
}

export interface Moments {
  mean: number;
  /** n - 1; null for fewer than two values. */
  sd: number | null;
  /** Adjusted Fisher-Pearson G1, as SAS, SPSS and `e1071` type 2; null for fewer than three values or no spread. */
  skewness: number | null;
}

export interface NumberFacts {
  min: number;
  max: number;
  quantiles: number[];
  histogram: HistogramBin[];
  outliers: { count: number; lower: number; upper: number };
  /** Null when they are still to be had from a pass over the rows. */
  moments: Moments | null;
}

/** Tukey's fences, 1.5 IQR outside the quartiles. */
export function fencesOf(quantiles: readonly number[]): { iqr: number; lower: number; upper: number } {
  const [, , q1 = 0, , q3 = 0] = quantiles;
  const iqr = q3 - q1;
  return { iqr, lower: q1 - 1.5 * iqr, upper: q3 + 1.5 * iqr };
}

/** Moments from sums of powers of `(x - shift) / scale`, exact when the shift lies within the spread. */
export function momentsFrom(
  count: number,
  shift: number,
  scale: number,
  sums: readonly [first: number, second: number, third: number],
): Moments {
  const offset = sums[0] / count;
  const square = Math.max(0, sums[1] / count - offset * offset);
  const cube = sums[2] / count - 3 * offset * (sums[1] / count) + 2 * offset ** 3;
  const mean = shift + offset * scale;
  const sd = count > 1 ? Math.sqrt((square * count) / (count - 1)) * scale : null;
  const spread = Math.sqrt(square);
  const adjusted = (Math.sqrt(count * (count - 1)) / (count - 2)) * (cube / spread ** 3);
  return { mean, sd, skewness: count > 2 && spread > 0 && Number.isFinite(adjusted) ? adjusted : null };
}

/** A power of two no smaller than the farthest value from `shift`, so that scaling is exact and cubes stay finite. */
export function scaleFor(shift: number, min: number, max: number): number {
  const farthest = Math.max(max / 2 - shift / 2, shift / 2 - min / 2) * 2;
  if (!(farthest > 0)) return 1;
  if (!Number.isFinite(farthest)) return 2 ** 1023;
  return 2 ** Math.min(1023, Math.max(-1022, Math.ceil(Math.log2(farthest))));
}

/** Two passes over the groups: sums about the mean. */
export function momentsOf(data: WeightedValues): Moments {
  const { values, counts, total } = data;
  const min = values[0] ?? 0;
  const max = values.at(-1) ?? 0;
  if (!Number.isFinite(max - min)) {
    const { mean, sd, skewness } = momentsOf({ ...data, values: values.map((value) => value / 4) });
    return { mean: mean * 4, sd: sd === null ? null : sd * 4, skewness };
  }
  const scale = scaleFor(min, min, max);
  let first = 0;
  for (let i = 0; i < values.length; i++) first += (((values[i] ?? 0) - min) / scale) * (counts[i] ?? 0);
  const shift = values.length === 1 ? min : min + (first / total) * scale;
  const sums: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const d = ((values[i] ?? 0) - shift) / scale;
    const weight = counts[i] ?? 0;
    sums[0] += d * weight;
    sums[1] += d * d * weight;
    sums[2] += d * d * d * weight;
  }
  return momentsFrom(total, shift, scale, sums);
}
