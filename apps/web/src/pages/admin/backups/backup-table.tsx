import type { Backup } from '@stroma/contracts';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { cellClass as cell, numberClass as number, PlainTable } from '../../../components/plain-table.tsx';
import { formatAgo, formatBytes, formatCount, formatDuration, formatTime } from '../../../lib/format.ts';

export function BackupTable({
  backups,
  busy,
  onVerify,
}: {
  backups: readonly Backup[];
  busy: boolean;
  /** Null where the person may not. */
  onVerify: ((backup: Backup) => void) | null;
}) {
  const { t } = useTranslation('backups');
  return (
    <PlainTable
      label={t('title')}
      headings={[
        { label: t('made') },
        { label: t('state') },
        { label: t('size'), className: clsx(number, 'hidden sm:table-cell') },
        { label: t('objects'), className: clsx(number, 'hidden lg:table-cell') },
        { label: t('took'), className: clsx(number, 'hidden lg:table-cell') },
        { label: t('checked'), className: clsx(cell, 'hidden md:table-cell') },
        { label: t('actions'), unseen: true },
      ]}
    >
      {backups.map((backup) => (
        <tr key={backup.backup_id} className={clsx(backup.status === 'removed' && 'text-ink-faint')}>
          <td className={cell}>
            <time dateTime={backup.started_at} title={formatTime(backup.started_at)}>
              {formatAgo(backup.started_at)}
            </time>
            <span className="block text-small text-ink-soft">{t(`trigger_${backup.trigger}`)}</span>
          </td>
          <td className={cell}>
            <State backup={backup} />
          </td>
          <td className={clsx(number, 'hidden sm:table-cell')}>
            {backup.bytes === null ? '–' : formatBytes(backup.bytes)}
          </td>
          <td className={clsx(number, 'hidden lg:table-cell')}>
            {backup.objects === null ? '–' : formatCount(backup.objects)}
          </td>
          <td className={clsx(number, 'hidden lg:table-cell')}>
            {formatDuration(Date.parse(backup.finished_at) - Date.parse(backup.started_at))}
          </td>
          <td className={clsx(cell, 'hidden md:table-cell')}>
            <Checked backup={backup} />
          </td>
          <td className={clsx(cell, 'text-end')}>
            {backup.status === 'kept' && onVerify !== null && (
              <Button size="small" disabled={busy} onClick={() => onVerify(backup)}>
                {t('check')}
              </Button>
            )}
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

function State({ backup: { status, error, name, target } }: { backup: Backup }) {
  const { t } = useTranslation('backups');
  const tone = { kept: 'good', removed: 'plain', failed: 'critical' } as const;
  return (
    <>
      <Badge tone={tone[status]}>{t(`status_${status}`)}</Badge>
      <span className="mt-1 block max-w-md text-small wrap-anywhere text-ink-soft">
        {error?.message ?? `${target}/${name}`}
      </span>
    </>
  );
}

function Checked({ backup: { verified_at, verify_error } }: { backup: Backup }) {
  const { t } = useTranslation('backups');
  if (verified_at === null) return <span className="text-ink-faint">{t('never')}</span>;
  return (
    <>
      <Badge tone={verify_error === null ? 'good' : 'critical'}>
        {verify_error === null ? t('restores') : t('does_not_restore')}
      </Badge>
      <time dateTime={verified_at} className="mt-1 block text-small text-ink-soft">
        {formatAgo(verified_at)}
      </time>
    </>
  );
}
