/** The greatest distance of two distributions, and how often as much comes by chance. */
export interface KolmogorovSmirnov {
  /** 0 to 1. */
  statistic: number;
  /** Two-sided. With ties it is at most too large. */
  p_value: number;
  exact: boolean;
}

/** Up to so many pairs of values the p-value is exact: it costs as many steps. */
const mostPairs = 250_000;

/**
 * Two samples, each ascending and without missing values; of none the statistic is 0. Exact by counting lattice paths
 * (Hodges 1958, doi:10.1007/BF02589501), otherwise Kolmogorov's limit with Stephens' correction (1970,
 * doi:10.1111/j.2517-6161.1970.tb00821.x). O(n + m), exact O(n · m).
 */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): KolmogorovSmirnov {
  const [m, n] = [a.length, b.length];
  if (m === 0 || n === 0) return { statistic: 0, p_value: 1, exact: true };
  let [i, j, furthest] = [0, 0, 0];
  while (i < m && j < n) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < m && a[i] === value) i += 1;
    while (j < n && b[j] === value) j += 1;
    furthest = Math.max(furthest, Math.abs(i * n - j * m));
  }
  const statistic = furthest / (m * n);
  const exact = m * n <= mostPairs;
  return { statistic, p_value: exact ? exactUpper(m, n, furthest) : limitUpper(m, n, statistic), exact };
}

/**
 * Chance that a path of m steps right and n steps up, all as likely, comes somewhere to |i n - j m| >= `furthest`. What
 * has come there is summed, not subtracted from 1, so that small chances keep their digits.
 */
function exactUpper(m: number, n: number, furthest: number): number {
  if (furthest === 0) return 1;
  const here = new Float64Array(n + 1);
  let beyond = 0;
  for (let i = 0; i <= m; i++)
    for (let j = 0; j <= n; j++) {
      const left = m + n - i - j + 1;
      const fromLeft = i > 0 ? ((here[j] as number) * (m - i + 1)) / left : 0;
      const fromBelow = j > 0 ? ((here[j - 1] as number) * (n - j + 1)) / left : 0;
      const arrived = i + j === 0 ? 1 : fromLeft + fromBelow;
      const isBeyond = Math.abs(i * n - j * m) >= furthest;
      if (isBeyond) beyond += arrived;
      here[j] = isBeyond ? 0 : arrived;
    }
  return Math.min(1, beyond);
}

function limitUpper(m: number, n: number, statistic: number): number {
  const root = Math.sqrt((m * n) / (m + n));
  return kolmogorovUpper((root + 0.12 + 0.11 / root) * statistic);
}

/** Upper tail of Kolmogorov's distribution: of its two series the one that is soon summed. DLMF 20.2, 20.7(viii). */
export function kolmogorovUpper(x: number): number {
  if (x < 0.04) return 1;
  let sum = 0;
  if (x < 1.18) {
    for (let k = 1; k <= 20; k++) sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return 2 * sum;
}

/**
 * How far values have to be moved on average to make one distribution of the other, in their unit. Both ascending,
 * without missing values; NaN of none. O(n + m).
 */
export function wasserstein(a: Float64Array, b: Float64Array): number {
  const [m, n] = [a.length, b.length];
  if (m === 0 || n === 0) return Number.NaN;
  let [i, j, sum] = [0, 0, 0];
  let last = Math.min(a[0] as number, b[0] as number);
  while (i < m || j < n) {
    const value = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    sum += Math.abs(i / m - j / n) * (value - last);
    while (i < m && a[i] === value) i += 1;
    while (j < n && b[j] === value) j += 1;
    last = value;
  }
  return sum;
}
