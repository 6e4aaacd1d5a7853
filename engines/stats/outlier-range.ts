import { normalUpperQuantile } from './distributions.ts';
import { madToSd } from './order-statistics.ts';

export interface RobustSummary {
  /** Values present. */
  n: number;
  median: number;
  /** Median absolute deviation, not scaled. */
  mad: number;
  q1: number;
  q3: number;
}

export interface OutlierRange {
  lower: number;
  upper: number;
  /** Robust standard deviations of either end from the median. */
  z: number;
  /** What one robust standard deviation was taken from. */
  scale: 'mad' | 'iqr';
  sd: number;
}

/** 3.5 is the least distance at which a value is called odd: Iglewicz & Hoaglin 1993. */
const leastZ = 3.5;
/** Tukey's outer fence. */
const outerFence = 3;

/**
 * What values of a column are expected to be: within z robust standard deviations of the median and within Tukey's
 * outer fence. z is so large that among n normal values anything falls outside with probability `alpha` at most.
 * Null where neither MAD nor IQR is above 0. Hampel 1974, doi:10.1080/01621459.1974.10482962.
 */
export function outlierRange({ n, median, mad, q1, q3 }: RobustSummary, alpha: number): OutlierRange | null {
  const iqr = q3 - q1;
  const scale = mad > 0 ? 'mad' : 'iqr';
  // 1.349 standard deviations lie between the quartiles of a normal.
  const sd = mad > 0 ? mad * madToSd : iqr / 1.3489795003921634;
  if (!(sd > 0) || !Number.isFinite(sd)) return null;
  const z = Math.max(leastZ, normalUpperQuantile(Math.min(0.5, alpha / (2 * Math.max(1, n)))));
  return {
    lower: Math.min(median - z * sd, q1 - outerFence * iqr),
    upper: Math.max(median + z * sd, q3 + outerFence * iqr),
    z,
    scale,
    sd,
  };
}
