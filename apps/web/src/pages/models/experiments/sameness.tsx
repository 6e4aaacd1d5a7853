import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';

/** Whether all that are compared learned from the same data, or by the same code. */
export function Sameness({ same, what }: { same: boolean | null; what: 'data' | 'code' }) {
  const { t } = useTranslation('models');
  if (same === null) return <Badge>{t(`${what}_unknown`)}</Badge>;
  return <Badge tone={same ? 'good' : 'warning'}>{t(`${what}_${same ? 'same' : 'other'}`)}</Badge>;
}
