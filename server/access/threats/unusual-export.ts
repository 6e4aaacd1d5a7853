import type { ThreatPolicy, ThreatSeverity } from '@stroma/contracts';
import type { Finding } from './finding.ts';

/** What one person took away within one hour or day. */
export interface Taken {
  rows: number;
  megabytes: number;
  files: number;
}

export interface Period {
  now: Taken;
  /** Earlier hours or days in which the person took anything, in any order. */
  earlier: readonly Taken[];
}

type Rules = Pick<
  ThreatPolicy['unusual_export'],
  'deviations' | 'floor_rows' | 'floor_megabytes' | 'floor_files'
>;

/** With fewer earlier days a person has no habit yet, and the floor alone counts. */
const fewestEarlier = 5;
/** Makes the median absolute deviation of normally distributed values their standard deviation. */
const consistency = 1.4826;
/** Of the median: who takes the same every day still takes a little more on some. */
const leastSpread = 0.25;

export const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
};

/**
 * From where on an amount is unusual for this person: so many robust deviations above their own median, and never
 * below the floor. Median and MAD: Leys et al. 2013, doi:10.1016/j.jesp.2013.03.013.
 */
export function thresholdOf(earlier: readonly number[], deviations: number, floor: number): number {
  if (earlier.length < fewestEarlier) return floor;
  const median = medianOf(earlier);
  const spread = consistency * medianOf(earlier.map((value) => Math.abs(value - median)));
  return Math.max(floor, median + deviations * Math.max(spread, leastSpread * median));
}

/**
 * Hours are held against hours and days against days. Above the threshold is medium, three times as much high, ten
 * times critical; of several measures the worst one counts.
 */
export function judgeExports(
  periods: { hour: Period; day: Period },
  rules: Rules,
): Pick<Finding, 'rule' | 'severity' | 'evidence'> | null {
  const floors: Taken = {
    rows: rules.floor_rows,
    megabytes: rules.floor_megabytes,
    files: rules.floor_files,
  };
  let worst: { excess: number; evidence: Finding['evidence'] } | null = null;
  for (const span of ['day', 'hour'] as const)
    for (const measure of ['rows', 'megabytes', 'files'] as const) {
      const { now, earlier } = periods[span];
      const history = earlier.map((each) => each[measure]);
      const threshold = thresholdOf(history, rules.deviations, floors[measure]);
      const excess = now[measure] / threshold;
      if (excess <= 1 || (worst !== null && excess <= worst.excess)) continue;
      worst = {
        excess,
        evidence: {
          measure,
          span,
          amount: rounded(now[measure]),
          threshold: rounded(threshold),
          usual: history.length < fewestEarlier ? null : rounded(medianOf(history)),
          earlier_periods: history.length,
          rows: now.rows,
          files: now.files,
          megabytes: rounded(now.megabytes),
        },
      };
    }
  if (worst === null) return null;
  const severity: ThreatSeverity = worst.excess > 10 ? 'critical' : worst.excess > 3 ? 'high' : 'medium';
  return { rule: 'more_than_usual', severity, evidence: worst.evidence };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
