import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, cellText, isNumeric, type Row } from '../../lib/cell.ts';
import { copyText } from '../../lib/copy.ts';
import { TypeMark } from '../type-mark.tsx';
import { columnDecimals, columnWidths, shownText } from './column-widths.ts';

export interface Sort {
  column: string;
  descending: boolean;
}

/** Ascending, descending, then as it was. */
export function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? null : { column, descending: true };
}

const rowHeight = 32;
const headHeight = 40;
/** Browsers lose pixels past about 17 million; what lies beyond is reached by sorting or SQL. */
const mostRows = 500_000;

/**
 * Rows and columns drawn only where they can be seen. Rows may arrive later: `rowAt` answers undefined meanwhile,
 * and `onVisible` tells which are looked at.
 */
export function DataGrid({
  label,
  columns,
  rowCount,
  rowAt,
  measureBy,
  sort,
  onSort,
  onVisible,
  maxHeight = 'min(36rem, 64vh)',
}: {
  label: string;
  columns: readonly Column[];
  rowCount: number;
  rowAt: (index: number) => Row | undefined;
  /** Rows from which column widths are taken. */
  measureBy: readonly Row[];
  sort: Sort | null;
  onSort: (column: string) => void;
  onVisible?: (first: number, last: number) => void;
  maxHeight?: string;
}) {
  const { t } = useTranslation();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<{ row: number; column: number } | null>(null);
  const decimals = useMemo(() => columnDecimals(columns, measureBy.slice(0, 200)), [columns, measureBy]);
  const widths = useMemo(
    () => columnWidths(columns, measureBy.slice(0, 100), decimals),
    [columns, measureBy, decimals],
  );
  const shownRows = Math.min(rowCount, mostRows);
  const rows = useVirtualizer({
    count: shownRows,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollPaddingStart: headHeight,
  });
  const cells = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => widths[index] ?? 96,
    overscan: 2,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: new widths must be measured again
  useEffect(() => cells.measure(), [widths, cells]);

  const visible = rows.getVirtualItems();
  const first = visible[0]?.index ?? 0;
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => onVisible?.(first, last), [onVisible, first, last]);

  const move = (row: number, column: number) => {
    const next = {
      row: Math.max(0, Math.min(shownRows - 1, row)),
      column: Math.max(0, Math.min(columns.length - 1, column)),
    };
    setActive(next);
    rows.scrollToIndex(next.row);
    cells.scrollToIndex(next.column);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const { row, column } = active ?? { row: -1, column: 0 };
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') {
      if (active !== null && window.getSelection()?.isCollapsed)
        void copyText(cellText(rowAt(row)?.[column]) ?? '');
      return;
    }
    const page = Math.max(1, last - first - 10);
    const target = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? shownRows - 1 : row, columns.length - 1],
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    move(target[0] ?? 0, target[1] ?? 0);
  };

  const columnItems = cells.getVirtualItems();
  const width = cells.getTotalSize();
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={t('table_region', { name: label })}
      aria-rowcount={rowCount + 1}
      aria-colcount={columns.length}
      aria-activedescendant={active === null ? undefined : `${id}-${active.row}-${active.column}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === event.currentTarget && active === null && shownRows > 0)
          setActive({ row: first, column: 0 });
      }}
      className="relative overflow-auto rounded-lg border border-line bg-surface -outline-offset-2"
      style={{ height: `min(${shownRows * rowHeight + headHeight + 18}px, ${maxHeight})` }}
    >
      <div
        role="row"
        tabIndex={-1}
        aria-rowindex={1}
        className="sticky top-0 z-10 border-b border-line bg-sunken"
        style={{ width, minWidth: '100%', height: headHeight }}
      >
        {columnItems.map(({ index, start, size }) => {
          const column = columns[index];
          if (column === undefined) return null;
          const sorted = sort?.column === column.name ? sort : null;
          const Arrow = sorted?.descending ? ArrowDown : ArrowUp;
          return (
            <div
              key={index}
              role="columnheader"
              tabIndex={-1}
              aria-colindex={index + 1}
              aria-sort={sorted === null ? 'none' : sorted.descending ? 'descending' : 'ascending'}
              className="absolute inset-y-0"
              style={{ insetInlineStart: start, width: size }}
            >
              <button
                type="button"
                title={column.name}
                aria-label={t('sort_by', { column: column.name })}
                onClick={() => onSort(column.name)}
                className={clsx(
                  'flex size-full items-center gap-1.5 px-3 font-medium -outline-offset-2 hover:bg-hover',
                  isNumeric(column.type) && 'flex-row-reverse text-end',
                )}
              >
                <TypeMark type={column.type} />
                <span className="truncate">{column.name}</span>
                {sorted && <Arrow size={14} aria-hidden className="shrink-0 text-accent" />}
              </button>
            </div>
          );
        })}
      </div>
      <div
        role="rowgroup"
        className="relative"
        style={{ width, minWidth: '100%', height: rows.getTotalSize() }}
      >
        {visible.map((item) => {
          const row = rowAt(item.index);
          return (
            <div
              key={item.index}
              role="row"
              tabIndex={-1}
              aria-rowindex={item.index + 2}
              className="absolute inset-x-0 border-b border-line/60 hover:bg-hover"
              style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
            >
              {columnItems.map(({ index, start, size }) => {
                const type = columns[index]?.type ?? 'text';
                const text = row === undefined ? '' : shownText(row[index], type, decimals[index] ?? 0);
                const isActive = active?.row === item.index && active.column === index;
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys for all its cells
                  <div
                    key={index}
                    id={`${id}-${item.index}-${index}`}
                    role="gridcell"
                    tabIndex={-1}
                    aria-colindex={index + 1}
                    aria-selected={isActive}
                    title={
                      text !== null && text.length > 24 ? (cellText(row?.[index]) ?? undefined) : undefined
                    }
                    onClick={() => {
                      setActive({ row: item.index, column: index });
                    }}
                    className={clsx(
                      'absolute inset-y-0 overflow-hidden px-3 leading-8 text-ellipsis whitespace-pre',
                      isNumeric(type) && 'text-end',
                      isActive && 'bg-accent-soft outline-1 -outline-offset-1 outline-accent',
                    )}
                    style={{ insetInlineStart: start, width: size }}
                  >
                    {row === undefined ? (
                      <span aria-hidden className="skeleton inline-block h-3 w-3/5 align-middle" />
                    ) : text === null ? (
                      <span className="text-ink-faint italic">{t('missing')}</span>
                    ) : (
                      text
                    )}
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}
