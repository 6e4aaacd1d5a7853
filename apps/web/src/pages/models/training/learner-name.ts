import { type LeaderboardEntry, learnerKinds, networkKinds } from '@stroma/contracts';
import type { TFunction } from 'i18next';

const combinations = ['blend', 'stack', 'single'] as const;
const among = <Kind extends string>(kinds: readonly Kind[], name: string): Kind | undefined =>
  kinds.find((kind) => kind === name);

/** A kind of learner or network in words; null for anything else. */
function kindName(t: TFunction<'models'>, kind: string): string | null {
  const learner = among(learnerKinds, kind);
  if (learner !== undefined) return t(`learner_${learner}`);
  const network = among(networkKinds, kind);
  return network === undefined ? null : t(`network_${network}`);
}

/** What a line of a leaderboard is: its kind in words, and its own name where there are several of the kind. */
export function learnerName(
  t: TFunction<'models'>,
  { model, family }: Pick<LeaderboardEntry, 'model' | 'family'>,
): { name: string; variant: string | null } {
  const chosen = model === 'ensemble' ? among(combinations, family) : undefined;
  if (chosen !== undefined) return { name: t(`chosen_${chosen}`), variant: null };
  const kind = kindName(t, family);
  if (kind === null) return { name: model, variant: null };
  return { name: kind, variant: model === family ? null : model };
}

/** What a search is at, as its progress names it. */
export const phaseText = (t: TFunction<'models'>, phase: string): string =>
  phase.startsWith('refined_') ? t('refining') : (kindName(t, phase) ?? phase.replaceAll('_', ' '));
