import type { ModelStage } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';

const tones = { none: 'plain', staging: 'info', production: 'good', archived: 'plain' } as const;

/** Where a version stands; with the number of the version where the stage is of a model. */
export function StageMark({ stage, number }: { stage: ModelStage; number?: number | undefined }) {
  const { t } = useTranslation('models');
  return (
    <Badge tone={tones[stage]}>
      {t(`stage_${stage}`)}
      {number !== undefined && <span className="tabular-nums">{t('version_short', { number })}</span>}
    </Badge>
  );
}
