import clsx from 'clsx';
import { ChevronRight } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { SeverityMark } from '../../../components/severity-mark.tsx';
import { TypeMark } from '../../../components/type-mark.tsx';
import { cellLabel } from '../../../lib/cell.ts';
import { formatCount, formatNumber, formatPercent } from '../../../lib/format.ts';
import { ColumnDetails } from './column-details.tsx';
import { type ColumnProfile, Histogram } from './histogram.tsx';
import { ValueStrip } from './top-values.tsx';

export const profileGrid =
  'grid grid-cols-[minmax(0,1fr)_8rem] items-center gap-x-4 md:grid-cols-[minmax(0,2fr)_minmax(7rem,12rem)_6rem_6rem] xl:grid-cols-[minmax(0,2fr)_12rem_7rem_6rem_6rem_6rem_6rem]';

/** One column in one line: name and meaning, shape, gaps, spread. Opens to everything that is known of it. */
export function ColumnRow({
  column,
  rows,
  worst,
  open,
  onToggle,
}: {
  column: ColumnProfile;
  rows: number;
  worst: 'info' | 'warning' | 'critical' | null;
  open: boolean;
  onToggle: () => void;
}) {
  const { t } = useTranslation('dataset');
  const id = useId();
  const ordered = column.type !== 'text' && column.type !== 'boolean';
  const number = (value: ColumnProfile['min']) => {
    if (!ordered || value === null) return '';
    return column.semantic === 'year' || column.semantic === 'identifier' ? String(value) : cellLabel(value);
  };
  return (
    <li data-column={column.name}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={onToggle}
        className={clsx(profileGrid, 'min-h-14 w-full px-4 py-2 text-start -outline-offset-2 hover:bg-hover')}
      >
        <span className="flex min-w-0 items-center gap-2">
          <ChevronRight
            size={14}
            aria-hidden
            className={clsx('shrink-0 text-ink-faint transition-transform', open && 'rotate-90')}
          />
          <TypeMark type={column.type} />
          <span className="min-w-0">
            <span className="flex min-w-0 items-center gap-2">
              <span className="truncate font-medium">{column.name}</span>
              {worst && <SeverityMark severity={worst} bare />}
            </span>
            {(column.semantic !== null || column.unit !== null) && (
              <span className="flex gap-1 pt-0.5">
                {column.semantic && <Badge>{t(`semantic_${column.semantic}`)}</Badge>}
                {column.unit && <Badge tone="accent">{column.unit}</Badge>}
              </span>
            )}
          </span>
        </span>
        <span className="min-w-0">
          {column.histogram.length > 1 ? (
            <Histogram column={column} height={28} />
          ) : (
            <ValueStrip column={column} rows={rows} />
          )}
        </span>
        <Gaps share={column.null_share} />
        <Figure label={t('fact_distinct')} className="max-md:hidden">
          {formatCount(column.distinct)}
        </Figure>
        <Figure label={t('fact_min')} className="max-xl:hidden">
          {number(column.min)}
        </Figure>
        <Figure label={t('fact_mean')} className="max-xl:hidden">
          {column.mean === null ? '' : formatNumber(column.mean)}
        </Figure>
        <Figure label={t('fact_max')} className="max-xl:hidden">
          {number(column.max)}
        </Figure>
      </button>
      <div id={id} hidden={!open}>
        {open && <ColumnDetails column={column} rows={rows} />}
      </div>
    </li>
  );
}

function Gaps({ share }: { share: number }) {
  const { t } = useTranslation('dataset');
  return (
    <span className="flex items-center gap-2 max-md:hidden">
      <span className="h-1.5 w-8 overflow-hidden rounded-full bg-hover">
        <span
          className={clsx('block h-full', share > 0.5 ? 'bg-critical' : 'bg-warning')}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <span className={share === 0 ? 'text-ink-faint' : undefined}>
        <span className="sr-only">{t('fact_nulls')} </span>
        {formatPercent(share)}
      </span>
    </span>
  );
}

function Figure({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    <span className={clsx('truncate text-end', className)}>
      <span className="sr-only">{label} </span>
      {children}
    </span>
  );
}
