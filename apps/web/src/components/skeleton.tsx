import clsx from 'clsx';
import { useTranslation } from 'react-i18next';

/** Keeps the place of something that is on its way. */
export function Skeleton({ className }: { className: string }) {
  return <div aria-hidden className={clsx('skeleton', className)} />;
}

/** Several lines of it, announced once. */
export function SkeletonRows({ rows, className = 'h-10' }: { rows: number; className?: string }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="grid gap-2">
      <span className="sr-only">{t('loading')}</span>
      {Array.from({ length: rows }, (_, index) => `line ${index}`).map((key) => (
        <Skeleton key={key} className={className} />
      ))}
    </div>
  );
}
