import type { Challenge } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';

const statusTones = {
  running: 'info',
  ended: 'plain',
  stopped: 'plain',
  promoted: 'good',
  rolled_back: 'warning',
} as const;
const decisionTones = {
  challenger_better: 'good',
  champion_better: 'critical',
  no_difference: 'plain',
  open: 'plain',
} as const;

export function ChallengeStatusMark({ status }: Pick<Challenge, 'status'>) {
  const { t } = useTranslation('challenges');
  return <Badge tone={statusTones[status]}>{t(`status_${status}`)}</Badge>;
}

export function DecisionMark({ decision }: Pick<Challenge, 'decision'>) {
  const { t } = useTranslation('challenges');
  const said = decision ?? 'open';
  return <Badge tone={decisionTones[said]}>{t(`decision_${said}`)}</Badge>;
}
