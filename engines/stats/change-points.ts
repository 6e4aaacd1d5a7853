import { madToSd, meanOf, median, medianDeviation } from './order-statistics.ts';

/** Cost of the values from `from` to before `to` as one segment. */
type SegmentCost = (from: number, to: number) => number;

/** Squared distance to the segment's mean, in units of `variance`: changes of level alone. */
export function levelCost(values: Float64Array, variance = 1): SegmentCost {
  const { sums, squares } = running(values, meanOf(values));
  return (from, to) => {
    const sum = (sums[to] as number) - (sums[from] as number);
    return ((squares[to] as number) - (squares[from] as number) - (sum * sum) / (to - from)) / variance;
  };
}

/** Twice the negative normal log-likelihood with mean and variance of the segment's own, without constants. */
export function normalCost(values: Float64Array): SegmentCost {
  const { sums, squares } = running(values, meanOf(values));
  return (from, to) => {
    const n = to - from;
    const sum = (sums[to] as number) - (sums[from] as number);
    const within = (squares[to] as number) - (squares[from] as number) - (sum * sum) / n;
    return n * Math.log(Math.max(within / n, 1e-12));
  };
}

/** Prefix sums about `centre`, so that a large common level costs no digits. */
function running(values: Float64Array, centre: number): { sums: Float64Array; squares: Float64Array } {
  const sums = new Float64Array(values.length + 1);
  const squares = new Float64Array(values.length + 1);
  for (let at = 0; at < values.length; at++) {
    const value = (values[at] as number) - centre;
    sums[at + 1] = (sums[at] as number) + value;
    squares[at + 1] = (squares[at] as number) + value * value;
  }
  return { sums, squares };
}

/**
 * Where a series of n values changes: first index of each segment but the first, by exact minimisation of the costs
 * plus `penalty` a change, segments of at least `shortest`. Killick, Fearnhead & Eckley 2012,
 * doi:10.1080/01621459.2012.737745. O(n) where changes come again and again, O(n²) where there are none.
 */
export function pelt(n: number, cost: SegmentCost, penalty: number, shortest = 2): number[] {
  if (n < 2 * shortest) return [];
  const best = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
  const last = new Int32Array(n + 1);
  best[0] = -penalty;
  // When a later start was first found never to do worse; it takes over once a whole segment fits behind it.
  const beatenAt = new Int32Array(n + 1).fill(n + 1);
  const candidates: number[] = [0];
  const costs: number[] = [];
  for (let to = shortest; to <= n; to++) {
    let least = Number.POSITIVE_INFINITY;
    let from = 0;
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index] as number;
      const value = (best[candidate] as number) + cost(candidate, to);
      costs[index] = value;
      if (value + penalty < least) {
        least = value + penalty;
        from = candidate;
      }
    }
    best[to] = least;
    last[to] = from;
    let kept = 0;
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index] as number;
      if ((costs[index] as number) > least) beatenAt[candidate] = Math.min(beatenAt[candidate] as number, to);
      if ((beatenAt[candidate] as number) + shortest > to + 1) candidates[kept++] = candidate;
    }
    candidates.length = kept;
    if (to - shortest + 1 >= shortest) candidates.push(to - shortest + 1);
  }
  const changes: number[] = [];
  for (let at = last[n] as number; at > 0; at = last[at] as number) changes.push(at);
  return changes.reverse();
}

export interface NoiseScale {
  /** Standard deviation about a slowly moving level. */
  sd: number;
  /** Lag-1 autocorrelation of an AR(1) process with the same differences, 0-0.99. */
  correlation: number;
  /** n times the variance of the mean of n values, for large n: what a change of level is to be measured against. */
  longRunVariance: number;
}

/**
 * Noise of a series whose level may jump: from the median absolute deviations of differences one and two steps apart,
 * in which a jump is one value of many. For AR(1) noise their variances are 2σ²(1 - ρ) and 2σ²(1 - ρ²); noise that moves
 * more slowly than that is met by the means of longer and longer blocks. Values are
 * finite, at least 4; all 0 where most differences are.
 */
export function noiseScale(values: Float64Array): NoiseScale {
  const one = differenceVariance(values, 1);
  const two = differenceVariance(values, 2);
  if (!(one > 0)) return { sd: 0, correlation: 0, longRunVariance: 0 };
  const correlation = Math.min(0.99, Math.max(0, two / one - 1));
  const variance = one / (2 * (1 - correlation));
  const short = (variance * (1 + correlation)) / (1 - correlation);
  return { sd: Math.sqrt(variance), correlation, longRunVariance: Math.max(short, slowVariance(values)) };
}

/** Blocks that a variance between them is estimated from at least. */
const fewestBlocks = 20;

/** The greatest m · var(mean of m neighbours) over block lengths m = 4, 8, 16 ..., from differences of neighbouring blocks. */
function slowVariance(values: Float64Array): number {
  let greatest = 0;
  for (let length = 4; values.length / length >= fewestBlocks; length *= 2) {
    const means = Float64Array.from({ length: Math.floor(values.length / length) }, (_, block) =>
      meanOf(values.subarray(block * length, (block + 1) * length)),
    );
    greatest = Math.max(greatest, (length * differenceVariance(means, 1)) / 2);
  }
  return greatest;
}

function differenceVariance(values: Float64Array, lag: number): number {
  const differences = values.slice(lag).map((value, at) => value - (values[at] as number));
  return (madToSd * medianDeviation(differences, median(differences))) ** 2;
}
