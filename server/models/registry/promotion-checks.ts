import type { CheckResult, ModelStage, PromotionPolicy } from '@stroma/contracts';
import { own } from '../experiments/run-comparison.ts';
import { reportPrefix } from '../reports/report-figures.ts';
import type { VersionFacts } from './version-facts.ts';

type StageRule = PromotionPolicy['staging'];

const free: StageRule = { checks: [], approval: false, signature: false };

/** What it takes to come to a stage; to leave for `none` or the archive takes nothing but the permission. */
export const ruleOf = (policy: PromotionPolicy, stage: ModelStage): StageRule =>
  stage === 'staging' || stage === 'production' ? policy[stage] : free;

/**
 * Each declared threshold against the metric of the version, or the figure of its newest reports; one that is missing or
 * no number does not pass.
 */
export function runChecks(
  rule: StageRule,
  { metrics }: Pick<VersionFacts, 'metrics'>,
  figures: Readonly<Record<string, number>>,
): CheckResult[] {
  return rule.checks.map(({ metric, at_least = null, at_most = null }) => {
    const value = own(metric.startsWith(reportPrefix) ? figures : metrics, metric) ?? null;
    const passed =
      value !== null &&
      value !== 'NaN' &&
      (at_least === null || Number(value) >= at_least) &&
      (at_most === null || Number(value) <= at_most);
    return { metric, at_least, at_most, value, passed };
  });
}

/** In words, for a refusal: `auc: expected at least 0.8, given 0.7`. */
export const describeFailed = (results: readonly CheckResult[]): string =>
  results
    .filter(({ passed }) => !passed)
    .map(({ metric, at_least, at_most, value }) => {
      const bounds = [
        ...(at_least === null ? [] : [`at least ${at_least}`]),
        ...(at_most === null ? [] : [`at most ${at_most}`]),
      ];
      return `${metric}: expected ${bounds.join(' and ')}, given ${value ?? 'nothing'}`;
    })
    .join('; ');
