import { StromaError, seededRandom } from '@stroma/kernel';
import { normalUpperQuantile, quantileOfSorted, ranksOf } from '@stroma/stats';

/** A score and where it would lie, `level` of the time, had other rows been drawn. */
export interface Interval {
  value: number;
  low: number;
  high: number;
  method: 'wilson' | 'delong' | 'bootstrap';
}

/** Of a share of `n` independent rows. Wilson 1927, doi:10.1080/01621459.1927.10502953. */
export function wilsonInterval(share: number, n: number, level = 0.95): Interval {
  const z = normalUpperQuantile((1 - level) / 2);
  const spread = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const below = 1 + (z * z) / n;
  const centre = share + (z * z) / (2 * n);
  return {
    value: share,
    low: Math.min(share, Math.max(0, (centre - spread) / below)),
    high: Math.max(share, Math.min(1, (centre + spread) / below)),
    method: 'wilson',
  };
}

/**
 * Area under the ROC curve by its own placement values, kept within 0 to 1. Where the classes are wholly apart they have
 * no spread, and the interval is Wilson's of as many rows as the rarer class has. Throws INVALID_INPUT for one class.
 * O(n log n). DeLong 1988, doi:10.2307/2531595; Sun & Xu 2014, doi:10.1109/LSP.2014.2337313.
 */
export function deLongInterval(isPositive: Uint8Array, scores: Float64Array, level = 0.95): Interval {
  const { area, variance, fewer } = deLong(isPositive, scores);
  if (variance === 0) return { ...wilsonInterval(area, fewer, level), method: 'delong' };
  const reach = normalUpperQuantile((1 - level) / 2) * Math.sqrt(variance);
  return { value: area, low: Math.max(0, area - reach), high: Math.min(1, area + reach), method: 'delong' };
}

export function deLong(
  isPositive: Uint8Array,
  scores: Float64Array,
): { area: number; variance: number; fewer: number } {
  const positive = scores.filter((_, row) => isPositive[row] === 1);
  const negative = scores.filter((_, row) => isPositive[row] !== 1);
  const [m, n] = [positive.length, negative.length];
  if (m === 0 || n === 0)
    throw new StromaError(
      'INVALID_INPUT',
      `Rows of both classes were expected; all ${scores.length} are of one.`,
    );
  const all = ranksOf(scores).ranks;
  const ofPositive = placements(all, isPositive, 1, ranksOf(positive).ranks, n);
  const ofNegative = placements(all, isPositive, 0, ranksOf(negative).ranks, m);
  const area = ofPositive.reduce((sum, value) => sum + value, 0) / m;
  const variance = spreadOf(ofPositive) / m + spreadOf(ofNegative) / n;
  return { area, variance, fewer: Math.min(m, n) };
}

/** Share of the other side that lies below each row. */
function placements(
  all: Float64Array,
  isPositive: Uint8Array,
  side: 0 | 1,
  own: Float64Array,
  others: number,
): Float64Array {
  return all
    .filter((_, row) => (isPositive[row] === 1 ? 1 : 0) === side)
    .map((rank, at) => (rank - (own[at] as number)) / others);
}

function spreadOf(values: Float64Array): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

export interface BootstrapOptions {
  seed: number;
  level?: number;
  resamples?: number;
  /** Rows are drawn anew within each of these, so that none dies out. */
  strata?: Int32Array;
}

/**
 * Percentiles of a score over rows drawn anew with replacement; draws of which it is not a number are drawn again, at
 * most ten times as many in all. Throws INVALID_INPUT where even so too few are left. Efron 1979,
 * doi:10.1214/aos/1176344552. O(resamples · cost of the score).
 */
export function bootstrapInterval(
  rows: number,
  scoreOf: (rows: Uint32Array) => number,
  { seed, level = 0.95, resamples = 400, strata }: BootstrapOptions,
): Interval {
  const random = seededRandom(seed);
  const groups = groupsOf(rows, strata);
  const found: number[] = [];
  const drawn = new Uint32Array(rows);
  for (let round = 0; round < 10 * resamples && found.length < resamples; round++) {
    let at = 0;
    for (const group of groups)
      for (let draw = 0; draw < group.length; draw++)
        drawn[at++] = group[random.whole(group.length)] as number;
    const score = scoreOf(drawn);
    if (Number.isFinite(score)) found.push(score);
  }
  if (found.length < resamples)
    throw new StromaError(
      'INVALID_INPUT',
      `A score of ${resamples} draws of ${rows} rows was expected; only ${found.length} have one. Give more rows.`,
    );
  const ascending = Float64Array.from(found).sort();
  return {
    value: scoreOf(Uint32Array.from({ length: rows }, (_, row) => row)),
    low: quantileOfSorted(ascending, (1 - level) / 2),
    high: quantileOfSorted(ascending, (1 + level) / 2),
    method: 'bootstrap',
  };
}

function groupsOf(rows: number, strata: Int32Array | undefined): Uint32Array[] {
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  if (strata === undefined) return [all];
  return [...new Set(strata)].sort((a, b) => a - b).map((own) => all.filter((row) => strata[row] === own));
}
