import type { LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { formatTime } from '../../lib/format.ts';

/** One thing a person proves themselves with, when it last did, and its end. */
export function ProofLine({
  icon: Icon,
  name,
  mark,
  lastUsedAt,
  busy,
  onRemove,
}: {
  icon: LucideIcon;
  name: string;
  mark: string | null;
  lastUsedAt: string | null;
  busy: boolean;
  onRemove: () => void;
}) {
  const { t } = useTranslation('account');
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <Icon size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1 basis-40">
        <p className="font-medium wrap-anywhere">
          {name} {mark === null ? null : <Badge>{mark}</Badge>}
        </p>
        <p className="text-small text-ink-faint">
          {lastUsedAt === null ? t('never_used') : t('last_used', { time: formatTime(lastUsedAt) })}
        </p>
      </div>
      <Button look="danger" size="small" disabled={busy} onClick={onRemove}>
        {t('remove')}
      </Button>
    </li>
  );
}
