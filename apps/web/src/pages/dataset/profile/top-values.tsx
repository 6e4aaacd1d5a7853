import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { cellText } from '../../../lib/cell.ts';
import { formatCount, formatPercent } from '../../../lib/format.ts';
import type { ColumnProfile } from './histogram.tsx';

/** The most frequent values as one divided bar. */
export function ValueStrip({ column, rows }: { column: ColumnProfile; rows: number }) {
  const { t } = useTranslation('dataset');
  const values = column.top_values.slice(0, 6);
  const total = Math.max(1, rows - column.nulls);
  return (
    <div
      role="img"
      aria-label={`${t('values_of', { column: column.name })}: ${values
        .map(({ value, count }) => `${cellText(value)} ${formatPercent(count / total, 0)}`)
        .join(', ')}`}
      className="min-w-0"
    >
      <div className="flex h-3 gap-px overflow-hidden rounded-sm bg-hover">
        {values.map(({ value, count }, index) => (
          <div
            key={String(cellText(value))}
            title={`${cellText(value)}: ${formatCount(count)}`}
            className="h-full bg-accent"
            style={{ width: `${(count / total) * 100}%`, opacity: 1 - index * 0.13 }}
          />
        ))}
      </div>
      <p className="mt-1 truncate text-small text-ink-faint">
        {values.map(({ value }) => cellText(value)).join(', ')}
      </p>
    </div>
  );
}

/** The most frequent values, each with its bar and count. */
export function ValueBars({ column, rows }: { column: ColumnProfile; rows: number }) {
  const { t } = useTranslation('dataset');
  const largest = column.top_values[0]?.count ?? 1;
  return (
    <table className="w-full table-fixed">
      <caption className="sr-only">{t('values_of', { column: column.name })}</caption>
      <tbody>
        {column.top_values.slice(0, 10).map(({ value, count }) => (
          <tr key={String(cellText(value))} className="h-6">
            <th
              scope="row"
              title={cellText(value) ?? undefined}
              className={clsx('w-2/5 truncate pe-3 text-start font-normal', value === '' && 'italic')}
            >
              {value === '' ? '""' : cellText(value)}
            </th>
            <td>
              <div className="h-2.5 rounded-sm bg-accent" style={{ width: `${(count / largest) * 100}%` }} />
            </td>
            <td className="w-32 ps-3 text-end text-ink-soft">
              {formatCount(count)}{' '}
              <span className="text-ink-faint">{formatPercent(count / Math.max(1, rows))}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
