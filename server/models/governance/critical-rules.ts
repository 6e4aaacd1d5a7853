import type { Criticality, CriticalRule, ModelStage, RiskClass } from '@stroma/contracts';

/** What a rule can look at. */
export interface ModelUse {
  modelTags: Readonly<Record<string, string>>;
  versionTags: Readonly<Record<string, string>>;
  experimentId: string | null;
  stage: ModelStage;
  classes: readonly RiskClass[];
}

/**
 * The classes by which rules hold: of the newest record and of each before it, back to the newest that somebody other
 * than its maker approved. So a record alone can make a use critical, and only an approved one can end that.
 */
export function countedClasses(
  newestFirst: readonly { riskClass: RiskClass; approvedBy: string | null }[],
): RiskClass[] {
  const approved = newestFirst.findIndex(({ approvedBy }) => approvedBy !== null);
  const counted = approved < 0 ? newestFirst : newestFirst.slice(0, approved + 1);
  const classes = counted.map(({ riskClass }) => riskClass);
  return [...new Set(approved < 0 ? [...classes, 'unclassified' as const] : classes)];
}

const holds = ({ when }: CriticalRule, use: ModelUse): boolean =>
  Object.entries(when.tags).every(([key, value]) =>
    [use.modelTags, use.versionTags].some(
      (tags) => Object.hasOwn(tags, key) && (value === null || tags[key] === value),
    ),
  ) &&
  (when.stages.length === 0 || when.stages.some((stage) => stage === use.stage)) &&
  (when.experiment_ids.length === 0 || when.experiment_ids.includes(use.experimentId ?? '')) &&
  (when.risk_classes.length === 0 || when.risk_classes.some((each) => use.classes.includes(each)));

const reviewOrder = ['none', 'anyone', 'another'] as const;

/** All rules that hold together ask for the most of each. Null: the use is not critical. */
export function criticalityOf(
  rules: readonly CriticalRule[],
  use: ModelUse,
  policyNumber: number,
): Criticality | null {
  const held = rules.filter((rule) => holds(rule, use));
  if (held.length === 0) return null;
  return {
    policy_number: policyNumber,
    rules: held.map(({ name, reason }) => ({ name, reason })),
    sign_offs: Math.max(...held.map(({ sign_offs }) => sign_offs)),
    signature: held.some(({ signature, sign_offs }) => signature && sign_offs > 0),
    reviews: reviewOrder[Math.max(...held.map(({ reviews }) => reviewOrder.indexOf(reviews)))] ?? 'none',
  };
}
