import { studentUpper, studentUpperQuantile } from './distributions.ts';

export interface Moments {
  n: number;
  mean: number;
  /** Sample standard deviation (n - 1). */
  sd: number;
}

export interface GroupDifference {
  difference: number;
  /** Of the difference, 95 %. */
  lower: number;
  upper: number;
  /** Hedges' g: the difference in pooled standard deviations, without the bias of small groups. */
  g: number;
  t: number;
  df: number;
  p: number;
}

/** The moments of two disjoint groups together. */
export function pooled(a: Moments, b: Moments): Moments {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const apart = b.mean - a.mean;
  const squares = (a.n - 1) * a.sd ** 2 + (b.n - 1) * b.sd ** 2 + (apart * apart * a.n * b.n) / n;
  return { n, mean: a.mean + (apart * b.n) / n, sd: Math.sqrt(Math.max(0, squares) / (n - 1)) };
}

/** The moments of what is left when a group is taken out of a whole. */
export function without(whole: Moments, part: Moments): Moments {
  const n = whole.n - part.n;
  const mean = (whole.n * whole.mean - part.n * part.mean) / n;
  const squares =
    (whole.n - 1) * whole.sd ** 2 -
    (part.n - 1) * part.sd ** 2 -
    (part.n * n * (part.mean - mean) ** 2) / whole.n;
  return { n, mean, sd: n > 1 ? Math.sqrt(Math.max(0, squares) / (n - 1)) : 0 };
}

/**
 * Two groups with their own variances: Welch 1947, doi:10.1093/biomet/34.1-2.28; effect size by Hedges 1981,
 * doi:10.3102/10769986006002107. Null below two values in a group or without any variation.
 */
export function groupDifference(a: Moments, b: Moments): GroupDifference | null {
  const [va, vb] = [a.sd ** 2 / a.n, b.sd ** 2 / b.n];
  if (a.n < 2 || b.n < 2 || !(va + vb > 0)) return null;
  const difference = a.mean - b.mean;
  const error = Math.sqrt(va + vb);
  const df = (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1));
  const t = difference / error;
  const quantile = studentUpperQuantile(0.025, df);
  const within = Math.sqrt(((a.n - 1) * a.sd ** 2 + (b.n - 1) * b.sd ** 2) / (a.n + b.n - 2));
  const g = (difference / within) * (1 - 3 / (4 * (a.n + b.n) - 9));
  return {
    difference,
    lower: difference - quantile * error,
    upper: difference + quantile * error,
    g,
    t,
    df,
    p: Math.min(1, 2 * studentUpper(Math.abs(t), df)),
  };
}
