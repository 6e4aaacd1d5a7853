import type { BoardState, Dashboard, Tile, TileResult } from '@stroma/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { ResultTable } from '../../components/grid/result-table.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { ProvenanceView } from '../../components/provenance/provenance-view.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { cellLabel } from '../../lib/cell.ts';
import { client } from '../../lib/client.ts';
import { copyText } from '../../lib/copy.ts';
import { formatCount } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { canDrill, crossed, drilled, markFilters, marksOf, selectedRows } from './board-state.ts';
import { filterText } from './filter-text.ts';

const rowsAtOnce = 200;

/** The rows of the data behind a tile, with every filter that holds for it and the mark that was clicked. */
export function RowsDialog({
  board,
  tile,
  state,
  onClose,
}: {
  board: Dashboard;
  tile: Tile;
  state: BoardState;
  onClose: () => void;
}) {
  const { t } = useTranslation('dashboards');
  const [offset, setOffset] = useState(0);
  const marks = marksOf(state, tile.tile_id);
  const { data, error, isFetching } = useQuery({
    queryKey: queryKeys.boardData(board.dashboard_id, board.revision, { rows: tile.tile_id, state, offset }),
    queryFn: ({ signal }) =>
      client.dashboards.rows({
        params: { id: board.dashboard_id, tile_id: tile.tile_id },
        body: { state, marks, limit: rowsAtOnce, offset },
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const last = data === undefined ? 0 : Math.min(data.total_rows, offset + rowsAtOnce);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        side
        title={t('rows_of', { title: tile.title })}
        description={marks.length > 0 ? marks.map((each) => filterText(each)).join(' · ') : t('rows_intro')}
      >
        {error ? (
          <ErrorNotice error={error} />
        ) : data === undefined ? (
          <SkeletonRows rows={10} className="h-8" />
        ) : (
          <div aria-busy={isFetching}>
            <ResultTable
              label={t('rows_of', { title: tile.title })}
              columns={data.columns}
              rows={data.rows}
            />
            <div className="mt-3 flex items-center justify-between gap-2">
              <p className="text-small text-ink-faint">
                {t('rows_shown', {
                  from: formatCount(Math.min(offset + 1, last)),
                  to: formatCount(last),
                  total: formatCount(data.total_rows),
                })}
              </p>
              <span className="flex gap-2">
                <Button
                  size="small"
                  disabled={offset === 0}
                  onClick={() => setOffset(Math.max(0, offset - rowsAtOnce))}
                >
                  {t('rows_before')}
                </Button>
                <Button
                  size="small"
                  disabled={last >= data.total_rows}
                  onClick={() => setOffset(offset + rowsAtOnce)}
                >
                  {t('rows_after')}
                </Button>
              </span>
            </div>
          </div>
        )}
      </DialogContent>
    </Dialog>
  );
}

/** The marks of a tile by name, for who does not click into the chart: filters the others, or goes one step down. */
export function MarksDialog({
  board,
  tile,
  result,
  state,
  setState,
  onClose,
}: {
  board: Dashboard;
  tile: Tile;
  result: TileResult;
  state: BoardState;
  setState: (change: (now: BoardState) => BoardState) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('dashboards');
  const isSelected = selectedRows(tile, result, state);
  const goesDown = canDrill(tile, result);
  const marks = new Map(
    result.rows.flatMap((row) => {
      const filters = markFilters(tile, result, row);
      return filters.length === 0 ? [] : [[filterText(filters), row] as const];
    }),
  );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('choose_mark')} description={t(goesDown ? 'marks_drill' : 'marks_cross')}>
        {marks.size === 0 || (!goesDown && !board.cross_filter) ? (
          <p className="text-ink-soft">{t('marks_none')}</p>
        ) : (
          <ul className="grid gap-1">
            {[...marks].slice(0, 200).map(([name, row]) => {
              const isChosen = isSelected?.(row) ?? false;
              const cross = (add: boolean) =>
                setState((now) => crossed(now, tile.tile_id, markFilters(tile, result, row), add));
              return (
                <li key={name} className="flex items-center gap-1">
                  {!goesDown && (
                    <label className="grid size-9 shrink-0 place-items-center">
                      <input
                        type="checkbox"
                        aria-label={t('mark_beside', { name })}
                        checked={isChosen}
                        onChange={() => cross(true)}
                        className="size-4 accent-(--accent)"
                      />
                    </label>
                  )}
                  <button
                    type="button"
                    aria-pressed={isChosen}
                    onClick={() => {
                      if (goesDown) setState((now) => drilled(now, tile, result, row));
                      else cross(false);
                      onClose();
                    }}
                    className="flex min-h-9 w-full min-w-0 items-center justify-between gap-4 rounded-md px-2 text-start hover:bg-hover aria-pressed:bg-accent-soft"
                  >
                    <span className="min-w-0 truncate">{name}</span>
                    <span className="text-ink-soft">{cellLabel(row.at(-1))}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        )}
      </DialogContent>
    </Dialog>
  );
}

export function SqlDialog({
  tile,
  result,
  onClose,
}: {
  tile: Tile;
  result: TileResult;
  onClose: () => void;
}) {
  const { t } = useTranslation('dashboards');
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t('sql_of', { title: tile.title })} description={t('sql_intro')}>
        <pre className="overflow-x-auto rounded-lg border border-line bg-sunken p-4 font-mono text-small whitespace-pre-wrap">
          {result.sql}
        </pre>
        <dl className="mt-4 grid gap-1">
          {result.dataset_versions.map(({ dataset_id, name, number }) => (
            <div key={dataset_id} className="flex gap-2">
              <dt className="text-ink-soft">{name}</dt>
              <dd>{t('version_number', { number })}</dd>
            </div>
          ))}
        </dl>
        <Button className="mt-4" onClick={() => void copyText(result.sql ?? '')}>
          <Copy size={16} aria-hidden />
          {t('sql_copy')}
        </Button>
      </DialogContent>
    </Dialog>
  );
}

export function TileProvenance({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t('provenance')} description={t('provenance_intro')}>
        {id === null ? (
          <p className="text-ink-soft">{t('provenance_none')}</p>
        ) : (
          <ProvenanceView id={id} onRunAgain={undefined} />
        )}
      </DialogContent>
    </Dialog>
  );
}
