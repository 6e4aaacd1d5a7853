import clsx from 'clsx';
import { Info, OctagonAlert, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';

const looks = {
  info: { icon: Info, className: 'text-info' },
  warning: { icon: TriangleAlert, className: 'text-warning' },
  critical: { icon: OctagonAlert, className: 'text-critical' },
} as const;

export type Severity = keyof typeof looks;

/** How grave an issue is: circle, triangle or octagon, each in its colour, with its word. */
export function SeverityMark({ severity, bare = false }: { severity: Severity; bare?: boolean }) {
  const { t } = useTranslation();
  const { icon: Icon, className } = looks[severity];
  return (
    <span className={clsx('inline-flex items-center gap-2 whitespace-nowrap', className)}>
      <Icon size={16} aria-hidden className="shrink-0" />
      <span className={bare ? 'sr-only' : 'font-medium'}>{t(`severity_${severity}`)}</span>
    </span>
  );
}
