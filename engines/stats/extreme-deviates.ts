import { studentUpperQuantile } from './distributions.ts';
import { madToSd, meanOf, varianceOf } from './order-statistics.ts';

export interface DeviateOptions {
  /** Chance of calling anything an outlier where there is none. */
  alpha: number;
  /** Largest number looked for. */
  most: number;
  /** Median and MAD in place of mean and standard deviation: what is odd then cannot hide behind itself. */
  robust: boolean;
}

/**
 * Generalised extreme Studentised deviate test, two-sided: indices of the outliers, most extreme first. Values are
 * finite. What is most extreme is always the least or the greatest value left, so that one sort serves all steps:
 * O(n log n) robust, O(n + most) more otherwise. Nothing is found where half of the values are equal.
 * Rosner 1983, doi:10.1080/00401706.1983.10487848; with median and MAD: Hochenbaum et al. 2017, arXiv:1704.07706.
 */
export function extremeDeviates(values: Float64Array, { alpha, most, robust }: DeviateOptions): number[] {
  const n = values.length;
  const steps = Math.min(most, n - 3);
  if (steps < 1) return [];
  const order = Uint32Array.from(values.keys()).sort(
    (a, b) => (values[a] as number) - (values[b] as number) || a - b,
  );
  const ascending = Float64Array.from(order, (at) => values[at] as number);
  const removed: number[] = [];
  let found = 0;
  let low = 0;
  let high = n;
  for (let step = 1; step <= steps; step++) {
    const { centre, scale } = robust
      ? robustMoments(ascending, low, high)
      : plainMoments(ascending, low, high);
    if (!(scale > 0)) break;
    const below = centre - (ascending[low] as number);
    const above = (ascending[high - 1] as number) - centre;
    const deviate = Math.max(below, above) / scale;
    if (above >= below) removed.push(order[--high] as number);
    else removed.push(order[low++] as number);
    if (deviate > criticalDeviate(n, step, alpha)) found = step;
  }
  return removed.slice(0, found);
}

/** λ of the step. Rosner 1983, equation 2.5. */
export function criticalDeviate(n: number, step: number, alpha: number): number {
  const left = n - step + 1;
  const t = studentUpperQuantile(alpha / (2 * left), left - 2);
  return ((left - 1) * t) / Math.sqrt((left - 2 + t * t) * left);
}

function plainMoments(ascending: Float64Array, low: number, high: number) {
  const part = ascending.subarray(low, high);
  const centre = meanOf(part);
  return { centre, scale: Math.sqrt(varianceOf(part, centre)) };
}

function robustMoments(ascending: Float64Array, low: number, high: number) {
  const count = high - low;
  const middle = low + (count >> 1);
  const centre =
    count % 2 === 1
      ? (ascending[middle] as number)
      : ((ascending[middle - 1] as number) + (ascending[middle] as number)) / 2;
  const first = deviationOfRank(ascending, low, high, centre, (count - 1) >> 1);
  const second = count % 2 === 1 ? first : deviationOfRank(ascending, low, high, centre, count >> 1);
  return { centre, scale: (madToSd * (first + second)) / 2 };
}

/** The rank-th smallest distance from `centre`, from 0: the window of sorted values whose farther end is nearest. */
function deviationOfRank(
  ascending: Float64Array,
  low: number,
  high: number,
  centre: number,
  rank: number,
): number {
  let from = low;
  let to = high - rank - 1;
  while (from < to) {
    const at = (from + to) >> 1;
    if (centre - (ascending[at] as number) > (ascending[at + rank] as number) - centre) from = at + 1;
    else to = at;
  }
  const farther = (start: number) =>
    Math.max(centre - (ascending[start] as number), (ascending[start + rank] as number) - centre);
  return from > low ? Math.min(farther(from), farther(from - 1)) : farther(from);
}
