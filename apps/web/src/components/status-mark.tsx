import type { Job } from '@stroma/contracts';
import clsx from 'clsx';
import { Ban, CircleCheck, CircleDashed, CircleX, LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';

const looks = {
  queued: { icon: CircleDashed, className: 'text-ink-faint' },
  running: { icon: LoaderCircle, className: 'text-info motion-safe:animate-spin' },
  succeeded: { icon: CircleCheck, className: 'text-good' },
  failed: { icon: CircleX, className: 'text-critical' },
  cancelled: { icon: Ban, className: 'text-ink-faint' },
} as const;

/** A job's state: each has its own shape, colour and word. */
export function StatusMark({ status, bare = false }: { status: Job['status']; bare?: boolean }) {
  const { t } = useTranslation();
  const { icon: Icon, className } = looks[status];
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <Icon size={16} aria-hidden className={clsx('shrink-0', className)} />
      <span className={bare ? 'sr-only' : undefined}>{t(`status_${status}`)}</span>
    </span>
  );
}
