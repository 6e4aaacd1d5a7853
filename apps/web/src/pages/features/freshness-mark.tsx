import type { FeatureView } from '@stroma/contracts';
import { CircleCheck, CircleDashed, History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';

const looks = {
  fresh: { tone: 'good', icon: CircleCheck },
  behind: { tone: 'warning', icon: History },
  never: { tone: 'plain', icon: CircleDashed },
} as const;

export function FreshnessMark({ freshness }: Pick<FeatureView, 'freshness'>) {
  const { t } = useTranslation('features');
  const { tone, icon: Icon } = looks[freshness];
  return (
    <Badge tone={tone}>
      <Icon size={12} aria-hidden />
      {t(`freshness_${freshness}`)}
    </Badge>
  );
}
