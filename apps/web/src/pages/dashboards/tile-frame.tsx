import type { BoardState, Dashboard, Tile } from '@stroma/contracts';
import clsx from 'clsx';
import {
  ChevronRight,
  GripVertical,
  MessageSquare,
  MoreHorizontal,
  MoveDiagonal2,
  ShieldCheck,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import type { DrawnChart } from '../../components/chart/drawn-chart.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '../../components/menu.tsx';
import { panelClass } from '../../components/page.tsx';
import { Tooltip } from '../../components/tooltip.tsx';
import type { Row } from '../../lib/cell.ts';
import { cellLabel } from '../../lib/cell.ts';
import { fileStem, saveFile, saveUrl, toCsv } from '../../lib/table-export.ts';
import type { TileData } from './board-data.ts';
import type { Grip } from './board-grid.tsx';
import { canDrill, crossed, drilled, drilledTo, markFilters, selectedRows } from './board-state.ts';
import { TileBody } from './tile-body.tsx';
import { TileNotes } from './tile-notes.tsx';

export type TileDialog = 'rows' | 'sql' | 'provenance' | 'comments' | 'marks' | 'alerts';

/** A tile: its title and menu, what it shows, and what must be said of that. */
export function TileFrame({
  tile,
  board,
  data,
  state,
  setState,
  editing,
  grip,
  domains,
  comments,
  onOpen,
  onEdit,
  onDuplicate,
  onRemove,
}: {
  tile: Tile;
  board: Dashboard;
  data: TileData;
  state: BoardState;
  setState: (change: (now: BoardState) => BoardState) => void;
  editing: boolean;
  grip: Grip;
  domains: Readonly<Record<string, readonly string[]>>;
  comments: number;
  onOpen: (dialog: TileDialog) => void;
  onEdit: () => void;
  onDuplicate: () => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('dashboards');
  const { t: common } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const [drawn, setDrawn] = useState<DrawnChart | null>(null);
  const { result } = data;
  const title = tile.title || t('untitled');
  const stem = fileStem(title);
  const isText = tile.kind === 'text';
  const ready = result !== undefined && result.error === null;
  const path = state.drill.find(({ tile_id }) => tile_id === tile.tile_id)?.path ?? [];
  const pick = (row: Row, { shiftKey }: MouseEvent) => {
    if (editing || result === undefined) return;
    if (canDrill(tile, result)) setState((now) => drilled(now, tile, result, row));
    else if (board.cross_filter)
      setState((now) => crossed(now, tile.tile_id, markFilters(tile, result, row), shiftKey));
  };
  return (
    <section
      aria-label={title}
      className={clsx(panelClass, 'relative flex h-full min-w-0 flex-col', editing && 'border-line-strong')}
    >
      <header
        className={clsx(
          'flex items-center gap-1 pe-1',
          isText ? 'absolute end-0 top-0 z-10 rounded-lg bg-surface' : 'h-10 shrink-0 ps-4',
        )}
      >
        {editing && (
          <button
            type="button"
            aria-label={t('move_tile', { title })}
            {...grip.move}
            className="-ms-2 grid size-8 shrink-0 cursor-grab touch-none place-items-center rounded-md text-ink-faint hover:bg-hover hover:text-ink active:cursor-grabbing max-md:hidden"
          >
            <GripVertical size={16} aria-hidden />
          </button>
        )}
        {!isText && (
          <h2 className="min-w-0 flex-1 truncate font-medium" title={tile.description || tile.title}>
            {title}
          </h2>
        )}
        {result?.metrics.map((metric) => (
          <Tooltip
            key={metric.metric_id}
            text={`${metric.name}: ${metric.description || metric.expression}${metric.description ? ` (${metric.expression})` : ''}`}
          >
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its definition is read by the keyboard too */}
            <span tabIndex={0} className="rounded">
              <Badge tone={metric.approval === 'approved' ? 'accent' : 'plain'}>
                <ShieldCheck size={12} aria-hidden />
                {t(metric.approval === 'approved' ? 'governed' : `metric_${metric.approval}`)}
              </Badge>
            </span>
          </Tooltip>
        ))}
        {comments > 0 && (
          <button
            type="button"
            onClick={() => onOpen('comments')}
            aria-label={t('comments_open', { count: comments })}
            className="inline-flex h-7 items-center gap-1 rounded-md px-1.5 text-small text-ink-soft hover:bg-hover"
          >
            <MessageSquare size={14} aria-hidden />
            {comments}
          </button>
        )}
        <Menu>
          <MenuTrigger asChild>
            <IconButton icon={MoreHorizontal} label={t('tile_menu', { title })} />
          </MenuTrigger>
          <MenuContent>
            {!isText && (
              <>
                {tile.kind !== 'table' && (
                  <MenuItem disabled={!ready} onSelect={() => setAsTable(!asTable)}>
                    {asTable ? common('chart') : common('table')}
                  </MenuItem>
                )}
                <MenuItem disabled={!ready} onSelect={() => onOpen('marks')}>
                  {t('choose_mark')}
                </MenuItem>
                <MenuItem disabled={!ready} onSelect={() => onOpen('rows')}>
                  {t('rows_behind')}
                </MenuItem>
                <MenuSeparator />
                <MenuItem
                  disabled={drawn === null}
                  onSelect={() => void drawn?.png().then((url) => saveUrl(`${stem}.png`, url))}
                >
                  {common('export_png')}
                </MenuItem>
                <MenuItem
                  disabled={drawn === null}
                  onSelect={() =>
                    void drawn?.svg().then((svg) => saveFile(`${stem}.svg`, svg, 'image/svg+xml'))
                  }
                >
                  {common('export_svg')}
                </MenuItem>
                <MenuItem
                  disabled={!ready}
                  onSelect={() => result && saveFile(`${stem}.csv`, toCsv(result.columns, result.rows))}
                >
                  {common('export_csv')}
                </MenuItem>
                <MenuSeparator />
                <MenuItem disabled={result?.sql == null} onSelect={() => onOpen('sql')}>
                  {t('show_sql')}
                </MenuItem>
                <MenuItem disabled={result?.provenance_id == null} onSelect={() => onOpen('provenance')}>
                  {common('provenance')}
                </MenuItem>
              </>
            )}
            <MenuItem onSelect={() => onOpen('comments')}>{t('comments')}</MenuItem>
            {!isText && board.may_share && (
              <MenuItem onSelect={() => onOpen('alerts')}>{t('open_alerts')}</MenuItem>
            )}
            {editing && (
              <>
                <MenuSeparator />
                <MenuItem onSelect={onEdit}>{t('edit_tile')}</MenuItem>
                <MenuItem onSelect={onDuplicate}>{t('duplicate_tile')}</MenuItem>
                <MenuItem tone="critical" onSelect={onRemove}>
                  {t('remove_tile')}
                </MenuItem>
              </>
            )}
          </MenuContent>
        </Menu>
      </header>
      {path.length > 0 && (
        <nav
          aria-label={t('drill_path')}
          className="flex flex-wrap items-center gap-1 px-4 text-small text-ink-soft"
        >
          <button
            type="button"
            className="rounded hover:text-ink hover:underline"
            onClick={() => setState((now) => drilledTo(now, tile.tile_id, []))}
          >
            {t('drill_all')}
          </button>
          {path.map(({ column, value }, at) => (
            <span key={`${column} ${String(value)}`} className="inline-flex items-center gap-1">
              <ChevronRight size={12} aria-hidden />
              <button
                type="button"
                className="rounded hover:text-ink hover:underline"
                onClick={() => setState((now) => drilledTo(now, tile.tile_id, path.slice(0, at + 1)))}
              >
                {value === null ? common('missing') : cellLabel(value)}
              </button>
            </span>
          ))}
        </nav>
      )}
      <div className="min-h-0 flex-1">
        <TileBody
          tile={tile}
          data={data}
          asTable={asTable}
          isSelected={result && selectedRows(tile, result, state)}
          domains={domains}
          underMenu={isText}
          onPick={isText ? undefined : pick}
          onDrawn={setDrawn}
        />
      </div>
      <TileNotes result={result} />
      {editing && (
        <span
          aria-hidden
          {...grip.resize}
          className="absolute end-0 bottom-0 grid size-5 cursor-nwse-resize touch-none place-items-center text-ink-faint hover:text-ink max-md:hidden"
        >
          <MoveDiagonal2 size={12} />
        </span>
      )}
    </section>
  );
}
