import {
  type FairnessReport,
  type RecordGap,
  type RiskClass,
  type RiskStatements,
  riskLevelOf,
  riskQuestionNames,
  riskQuestions,
} from '@stroma/contracts';
import type { KnownFacts } from './risk-facts.ts';

/** What a reader of Annex IV would look for and nobody has said, measured or decided. */
export function riskGaps(
  known: KnownFacts,
  { classification, answers, hazards }: RiskStatements,
  riskClass: RiskClass,
): RecordGap[] {
  const gap = (point: RecordGap['point'], missing: string, about: string | null = null): RecordGap => ({
    point,
    missing,
    about,
  });
  const when = (isMissing: boolean, own: RecordGap): RecordGap[] => (isMissing ? [own] : []);
  const { version, evaluation, fairness, drift, critical, model, signatures } = known;
  const verdict = (fairness?.document as FairnessReport | undefined)?.verdict;
  const speaksOf = (kind: string) => hazards.some((each) => each.kind === kind);
  const gaps = [
    ...when(riskClass === 'unclassified', gap(null, 'class')),
    ...when(riskClass === 'prohibited', gap(null, 'prohibited')),
    ...when(classification.reasons === '', gap(null, 'reasons')),
    ...riskQuestionNames.flatMap((name) =>
      when((answers[name] ?? '') === '', gap(riskQuestions[name].point, 'answer', name)),
    ),
    ...when(version.inputs.length === 0, gap('2', 'data')),
    ...when(evaluation === null, gap('2', 'evaluation')),
    ...when(evaluation !== null && evaluation.holdout === null, gap('2', 'held_out')),
    ...when(signatures.length === 0, gap('2', 'signature')),
    ...when(critical === null, gap('2', 'critical_rule')),
    ...when(fairness === null, gap('3', 'fairness_report')),
    ...when(verdict === 'beyond' && !speaksOf('discrimination'), gap('5', 'hazard_of_unfairness')),
    ...when(verdict === 'unclear' && !speaksOf('discrimination'), gap('5', 'hazard_of_unclear_fairness')),
    ...when(hazards.length === 0, gap('5', 'hazards')),
    ...hazards.flatMap((each) => [
      ...when(each.mitigation === '', gap('5', 'mitigation', each.hazard)),
      ...when(!each.accepted, gap('5', 'not_accepted', each.hazard)),
      ...when(
        each.accepted &&
          each.reason === '' &&
          riskLevelOf(each.residual_likelihood, each.residual_severity) !== 'low',
        gap('5', 'acceptance_reason', each.hazard),
      ),
    ]),
    ...when(drift === null, gap('9', 'drift_report')),
    ...when(
      known.watching.monitors.every(({ paused }) => paused),
      gap('9', 'monitor'),
    ),
    ...when(model.predictionLog?.enabled !== true, gap('9', 'predictions_kept')),
  ];
  return gaps.toSorted((a, b) => Number(a.point ?? 0) - Number(b.point ?? 0));
}
