import type { RiskClass } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';

const tones = {
  unclassified: 'plain',
  out_of_scope: 'info',
  minimal: 'good',
  limited: 'info',
  high: 'warning',
  prohibited: 'critical',
} as const;

export function RiskClassMark({ of }: { of: RiskClass }) {
  const { t } = useTranslation('governance');
  return <Badge tone={tones[of]}>{t(`class_${of}`)}</Badge>;
}
