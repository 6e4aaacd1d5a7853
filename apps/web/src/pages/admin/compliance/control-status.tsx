import type { ControlStatus } from '@stroma/contracts';
import clsx from 'clsx';
import { Building2, CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';

const looks = {
  met: { icon: CircleCheck, className: 'text-good' },
  partly: { icon: CircleDashed, className: 'text-warning' },
  not_met: { icon: CircleX, className: 'text-critical' },
  organisational: { icon: Building2, className: 'text-ink-faint' },
} as const;

/** How a control stands: each has its own shape, colour and word. */
export function ControlStatusMark({ status, count }: { status: ControlStatus; count?: number }) {
  const { t } = useTranslation('compliance');
  const { icon: Icon, className } = looks[status];
  return (
    <span className="inline-flex items-center gap-1.5 align-bottom whitespace-nowrap">
      <Icon size={16} aria-hidden className={clsx('shrink-0', count === 0 ? 'text-ink-faint' : className)} />
      {count !== undefined && <span className="min-w-[2ch] text-end font-medium">{count}</span>}
      <span className={count === undefined ? undefined : 'text-ink-soft'}>{t(`status_${status}`)}</span>
    </span>
  );
}
