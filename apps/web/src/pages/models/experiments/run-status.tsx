import type { RunStatus } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { StatusMark } from '../../../components/status-mark.tsx';

const sameAs = {
  scheduled: 'queued',
  running: 'running',
  finished: 'succeeded',
  failed: 'failed',
  killed: 'cancelled',
} as const;

/** A run stands as jobs stand, with the same marks. */
export function RunStatusMark({ status }: { status: RunStatus }) {
  const { t } = useTranslation('models');
  return (
    <span title={t(`run_${status}`)}>
      <StatusMark status={sameAs[status]} />
    </span>
  );
}
