import { chiSquaredUpper } from '@stroma/stats';
import type { ClassedColumn } from './classes.ts';

export interface MutualInformation {
  n: number;
  /** Nats; less what independent columns of as many classes would show by chance (Miller & Madow 1955). */
  information: number;
  /**
   * What |r| of two normal variables with as much information would be, 0-1: sqrt(1 - exp(-2I)).
   * Linfoot 1957, doi:10.1016/S0019-9958(57)90116-X.
   */
  strength: number;
  /** Share of either column's entropy that the other tells; 1 where each value has one partner. */
  toldOfA: number;
  toldOfB: number;
  /** Of the G-test of independence, 2nI against chi-squared, with Williams' correction (1976, doi:10.1093/biomet/63.1.33). */
  p: number;
}

/** Of two columns of one length. O(n + classes²). Shannon 1948, doi:10.1002/j.1538-7305.1948.tb01338.x. */
export function mutualInformation(a: ClassedColumn, b: ClassedColumn): MutualInformation {
  const n = a.codes.length;
  const counts = new Float64Array(a.classes * b.classes);
  for (let row = 0; row < n; row++) {
    const cell = (a.codes[row] as number) * b.classes + (b.codes[row] as number);
    counts[cell] = (counts[cell] as number) + 1;
  }
  const ofA = new Float64Array(a.classes);
  const ofB = new Float64Array(b.classes);
  for (let i = 0; i < a.classes; i++)
    for (let j = 0; j < b.classes; j++) {
      const count = counts[i * b.classes + j] as number;
      ofA[i] = (ofA[i] as number) + count;
      ofB[j] = (ofB[j] as number) + count;
    }
  const [entropyA, entropyB] = [entropy(ofA, n), entropy(ofB, n)];
  const raw = Math.max(0, entropyA + entropyB - entropy(counts, n));
  const df = (used(ofA) - 1) * (used(ofB) - 1);
  const information = Math.max(0, raw - df / (2 * n));
  return {
    n,
    information,
    strength: Math.sqrt(1 - Math.exp(-2 * information)),
    toldOfA: entropyA > 0 ? raw / entropyA : 0,
    toldOfB: entropyB > 0 ? raw / entropyB : 0,
    p: df > 0 ? chiSquaredUpper((2 * n * raw) / williams(ofA, ofB, n, df), df) : 1,
  };
}

/** What the G statistic is too large by where cells hold few rows. */
function williams(ofA: Float64Array, ofB: Float64Array, n: number, df: number): number {
  const inverse = (counts: Float64Array) =>
    counts.reduce((sum, count) => sum + (count > 0 ? 1 / count : 0), 0) * n - 1;
  return 1 + (inverse(ofA) * inverse(ofB)) / (6 * n * df);
}

function entropy(counts: Float64Array, n: number): number {
  let sum = 0;
  for (const count of counts) if (count > 0) sum += count * Math.log(count);
  return Math.log(n) - sum / n;
}

const used = (counts: Float64Array): number => counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
