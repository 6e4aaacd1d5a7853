import type { TileResult } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';

/** Filters that do not hold here, rows withheld or cut off, figures that are old. */
export function TileNotes({ result }: { result: TileResult | undefined }) {
  const { t } = useTranslation('dashboards');
  if (result === undefined || result.error !== null) return null;
  const columns = [
    ...new Set(result.not_filtered.map(({ column }) => (column === 'time' ? t('time_range') : column))),
  ];
  const notes = [
    ...(columns.length > 0 ? [t('not_filtered', { columns: columns.join(', ') })] : []),
    ...(result.restricted ? [t('restricted')] : []),
    ...(result.truncated ? [t('truncated')] : []),
    ...(result.stale ? [t('stale')] : []),
  ];
  if (notes.length === 0) return null;
  return (
    <p className="truncate px-4 pb-1.5 text-small text-ink-faint" title={notes.join(' · ')}>
      {notes.join(' · ')}
    </p>
  );
}
