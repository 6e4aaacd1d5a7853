import type { SubjectRequest } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';

const tones = {
  open: 'info',
  in_progress: 'accent',
  done: 'good',
  refused: 'plain',
  withdrawn: 'plain',
} as const;

export function RequestStatus({ request }: { request: Pick<SubjectRequest, 'status' | 'overdue'> }) {
  const { t } = useTranslation('privacy');
  return (
    <span className="flex flex-wrap gap-1">
      <Badge tone={tones[request.status]}>{t(`status_${request.status}`)}</Badge>
      {request.overdue && <Badge tone="critical">{t('overdue')}</Badge>}
    </span>
  );
}
