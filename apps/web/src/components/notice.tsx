import { ApiError } from '@stroma/sdk';
import clsx from 'clsx';
import { CircleAlert, Info, OctagonAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';

const looks = {
  info: { icon: Info, className: 'border-info/30 bg-info-soft', ink: 'text-info' },
  warning: { icon: TriangleAlert, className: 'border-warning/30 bg-warning-soft', ink: 'text-warning' },
  critical: { icon: OctagonAlert, className: 'border-critical/30 bg-critical-soft', ink: 'text-critical' },
  plain: { icon: CircleAlert, className: 'border-line bg-sunken', ink: 'text-ink-faint' },
} as const;

/** Something that must be read in its place, with what to do. */
export function Notice({
  tone,
  title,
  action,
  children,
}: {
  tone: keyof typeof looks;
  title?: string;
  action?: ReactNode;
  children?: ReactNode;
}) {
  const { icon: Icon, className, ink } = looks[tone];
  return (
    <div
      role={tone === 'critical' ? 'alert' : 'note'}
      className={clsx('flex flex-wrap items-start gap-3 rounded-lg border px-4 py-3', className)}
    >
      <Icon size={16} aria-hidden className={clsx('mt-0.5 shrink-0', ink)} />
      <div className="min-w-0 flex-1 basis-48 wrap-anywhere">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="text-ink-soft">{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** A failure in its place: what happened, what to do, the request id to quote. */
export function ErrorNotice({
  error,
  onRetry,
  title,
}: {
  error: unknown;
  onRetry?: () => void;
  title?: string;
}) {
  const { t } = useTranslation();
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <Notice
      tone="critical"
      title={title ?? t('error_title')}
      action={
        onRetry && (
          <Button size="small" onClick={onRetry}>
            {t('try_again')}
          </Button>
        )
      }
    >
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {requestId && (
        <p className="mt-1 text-small">
          {t('request_id')} <code className="font-mono select-all">{requestId}</code>
        </p>
      )}
    </Notice>
  );
}
