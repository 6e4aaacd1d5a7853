import type { ThreatPolicy, ThreatSeverity } from '@stroma/contracts';
import { detectInjection, type InjectionVerdict } from '@stroma/text';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Finding } from './finding.ts';
import { some } from './finding.ts';
import type { ThreatPolicies } from './threat-policies.service.ts';
import type { Threats } from './threats.service.ts';

/** Text that goes to a language model is looked at first. */
export interface QuestionScreen {
  /**
   * False: the question must not reach the model. It goes on record then, and the policy is carried out. Throws
   * QUESTION_REFUSED where the policy refuses such questions altogether.
   */
  question(ctx: Context, question: string): Promise<boolean>;
  /** The same for what would be shown to the model of the data: names, values, rows. Never throws. */
  data(ctx: Context, text: string, datasetIds: readonly string[]): Promise<boolean>;
}

/** The policy is read only where something was found: an ordinary question costs no query. */
export function openQuestionScreen(
  threats: Pick<Threats, 'take'>,
  policies: Pick<ThreatPolicies, 'of'>,
): QuestionScreen {
  const found = async (
    ctx: Context,
    text: string,
  ): Promise<(InjectionVerdict & { policy: ThreatPolicy }) | null> => {
    const verdict = detectInjection(text);
    if (verdict.findings.length === 0) return null;
    const policy = await policies.of(ctx.actor.tenantId);
    const { enabled, score } = policy.prompt_injection;
    return enabled && verdict.score >= score ? { ...verdict, policy } : null;
  };
  return {
    async question(ctx, question) {
      const verdict = await found(ctx, question);
      if (verdict === null) return true;
      const refused = verdict.policy.prompt_injection.question === 'refuse';
      await threats.take(ctx.actor.tenantId, findingOf(ctx, verdict, 'in_question', ctx.actor.id, {}), {
        actions: [refused ? 'question_refused' : 'answered_without_model'],
      });
      if (refused)
        fail(
          'QUESTION_REFUSED',
          'The question reads like instructions to a language model and not like a question about data, so it was not answered. Ask it in plain words.',
          { signs: verdict.findings.map(({ sign }) => sign) },
        );
      return false;
    },
    async data(ctx, text, datasetIds) {
      const verdict = await found(ctx, text);
      if (verdict === null) return true;
      const about = [...datasetIds].sort().join(' ') || ctx.actor.id;
      await threats.take(
        ctx.actor.tenantId,
        findingOf(ctx, verdict, 'in_data', about, { dataset_ids: some(datasetIds) }),
        { actions: ['answered_without_model'] },
      );
      return false;
    },
  };
}

function findingOf(
  { actor, origin }: Context,
  { score, findings }: InjectionVerdict,
  rule: 'in_question' | 'in_data',
  about: string,
  evidence: Finding['evidence'],
): Finding {
  return {
    kind: 'prompt_injection',
    rule,
    severity: severityOf(score),
    about,
    actor: { id: actor.id, name: actor.name },
    address: origin?.address ?? null,
    sessionId: actor.sessionId,
    keyId: actor.keyId,
    evidence: {
      score,
      signs: findings.map(({ sign }) => sign),
      // The words of the attack alone: the rest of a question may speak of a patient.
      words: findings.map(({ excerpt }) => excerpt),
      ...evidence,
    },
  };
}

const severityOf = (score: number): ThreatSeverity =>
  score >= 3 ? 'critical' : score >= 2 ? 'high' : score >= 1 ? 'medium' : 'low';
