import type { Apart, Estimate } from './estimates.ts';
import type { Group } from './groups.ts';

/**
 * `within`: the whole interval is within the bound, so it is shown to be fair in this; `beyond`: the whole interval is
 * beyond it; `unclear`: the rows do not tell.
 */
export type FairnessVerdict = 'within' | 'unclear' | 'beyond';

export interface FairnessBounds {
  /** Of shares and probabilities, at most. */
  difference: number;
  /** Of rates of selection, and of errors of numbers, at least: the four-fifths rule, 29 CFR 1607.4(D). */
  ratio: number;
  /** Of predicted numbers and their errors, in standard deviations of the target, at most. */
  scaled: number;
}

export const defaultBounds: FairnessBounds = { difference: 0.1, ratio: 0.8, scaled: 0.2 };

export const classCriteria = [
  'demographic_parity',
  'equal_opportunity',
  'equalized_odds',
  'predictive_parity',
  'calibration',
] as const;
export const numberCriteria = ['mean_prediction', 'mean_residual', 'error_size', 'coverage'] as const;
export type CriterionName = (typeof classCriteria)[number] | (typeof numberCriteria)[number];

export interface Criterion {
  name: CriterionName;
  /** Greatest less least of the groups: 0 where it holds. */
  difference: Estimate;
  /** Least over greatest: 1 where it holds. Null where it says nothing. */
  ratio: Estimate | null;
  lowest: Group;
  highest: Group;
  verdict: FairnessVerdict;
}

/** Of the groups of one column, or of the intersections of several. */
export interface FairnessOf<Measures> {
  columns: readonly string[];
  /** With at least as many rows as asked for, largest first. */
  groups: (Measures & { group: Group; rows: number })[];
  /** Too small to be compared; the first of them. */
  small_groups: { group: Group; rows: number }[];
  small_group_count: number;
  /** Empty where fewer than two groups can be compared. */
  criteria: Criterion[];
  verdict: FairnessVerdict;
}

const severity: readonly FairnessVerdict[] = ['within', 'unclear', 'beyond'];

/** The worst of them; none at all is unclear. */
export const worstOf = (verdicts: readonly FairnessVerdict[]): FairnessVerdict =>
  severity[Math.max(...verdicts.map((own) => severity.indexOf(own)))] ?? 'unclear';

const atMost = ({ low, high }: Estimate, bound: number): FairnessVerdict =>
  low > bound ? 'beyond' : high <= bound ? 'within' : 'unclear';
const atLeast = ({ low, high }: Estimate, bound: number): FairnessVerdict =>
  high < bound ? 'beyond' : low >= bound ? 'within' : 'unclear';

export interface Judged {
  /** What the difference may be at most; left out where the ratio alone is looked at. */
  difference?: number;
  /** What the ratio is to be at least. */
  ratio?: number;
}

export function criterionOf(
  name: CriterionName,
  groups: readonly Group[],
  found: Apart,
  bounds: Judged,
): Criterion {
  const { difference, ratio, lowest, highest } = found;
  const verdicts: FairnessVerdict[] = [];
  if (bounds.difference !== undefined) verdicts.push(atMost(difference, bounds.difference));
  if (bounds.ratio !== undefined && ratio !== null) verdicts.push(atLeast(ratio, bounds.ratio));
  return {
    name,
    difference,
    ratio,
    lowest: groups[lowest] as Group,
    highest: groups[highest] as Group,
    verdict: verdicts.length === 0 ? 'within' : worstOf(verdicts),
  };
}
