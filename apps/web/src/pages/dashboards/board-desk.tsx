import type { Dashboard, Tile } from '@stroma/contracts';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { LayoutDashboard } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { cellText, isNumeric } from '../../lib/cell.ts';
import { datasetQuery } from '../../lib/datasets.ts';
import { formatMoment } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { AlertsPanel } from './alerts/alerts-panel.tsx';
import { useBoardData } from './board-data.ts';
import { useBoardEdits } from './board-edits.ts';
import { BoardGrid } from './board-grid.tsx';
import { BoardSettings } from './board-settings.tsx';
import { useBoardState } from './board-state.ts';
import { EditTools, ViewTools } from './board-tools.tsx';
import { CommentsDialog, commentsQuery } from './comments-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { nextPlace, withPlace } from './grid-layout.ts';
import { newTile, tileId } from './new-tile.ts';
import { useSaveBoard } from './save-board.tsx';
import { SchedulesDialog } from './schedules/schedules-dialog.tsx';
import { ShareDialog } from './share/share-dialog.tsx';
import { MarksDialog, RowsDialog, SqlDialog, TileProvenance } from './tile-dialogs.tsx';
import { TileEditor } from './tile-editor.tsx';
import { type TileDialog, TileFrame } from './tile-frame.tsx';
import { VersionsDialog } from './versions-dialog.tsx';

const route = getRouteApi('/frame/dashboards/$dashboardId');

type Open =
  | { kind: 'tile'; dialog: TileDialog; tile: Tile }
  | { kind: 'edit'; tile: Tile; isNew: boolean }
  | { kind: 'board'; dialog: 'settings' | 'versions' | 'comments' | 'share' | 'schedules' | 'alerts' }
  | null;

/** A board as it is looked at, and as it is made. */
export function BoardDesk({ board }: { board: Dashboard }) {
  const { t } = useTranslation('dashboards');
  const { edit = false } = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const { state, setState } = useBoardState();
  const edits = useBoardEdits(board);
  const [open, setOpen] = useState<Open>(null);
  const desk = useRef<HTMLDivElement>(null);
  const editing = edit && board.may_change;
  const shown: Dashboard = editing ? { ...board, ...edits.document } : board;
  const { dataOf, asOf, isFetching, refresh } = useBoardData(
    { ...shown, tiles: board.tiles },
    shown.tiles,
    state,
  );
  const comments = useQuery(commentsQuery(board.dashboard_id));
  const columns = useColumns(shown);
  const results = shown.tiles.map((tile) => dataOf(tile).result);
  const domains = useDomains(results);
  const setEdit = (next: boolean) =>
    void navigate({
      search: ({ edit: _, ...rest }) => ({ ...rest, ...(next && { edit: true }) }),
      replace: true,
      resetScroll: false,
    });
  const save = useSaveBoard(board, edits.document, (saved) => {
    queryClient.setQueryData(queryKeys.board(saved.dashboard_id), saved);
    void queryClient.invalidateQueries({ queryKey: queryKeys.boardPart(saved.dashboard_id, 'versions') });
    edits.begin(saved);
    setEdit(false);
  });

  useEffect(() => {
    if (editing || board.refresh_s === null) return;
    const timer = setInterval(() => {
      if (!globalThis.document.hidden)
        void queryClient.invalidateQueries({ queryKey: queryKeys.allBoardData });
    }, board.refresh_s * 1000);
    return () => clearInterval(timer);
  }, [board.refresh_s, editing, queryClient]);

  const hasClicked = state.cross.length > 0;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const writes = target.closest('input, textarea, select, [role=dialog], [role=menu]') !== null;
      if (event.key === 'Escape' && hasClicked && !writes && globalThis.document.fullscreenElement === null)
        setState((now) => ({ ...now, cross: [] }));
      if (!editing || writes || !(event.ctrlKey || event.metaKey)) return;
      const key = event.key.toLowerCase();
      if (key === 'z' && !event.shiftKey) edits.undo();
      else if (key === 'y' || (key === 'z' && event.shiftKey)) edits.redo();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  const setTiles = (to: (tiles: Tile[]) => Tile[], name: string | null = null) =>
    edits.change((now) => ({ ...now, tiles: to(now.tiles) }), name);
  const openTile = (dialog: TileDialog, tile: Tile) => setOpen({ kind: 'tile', dialog, tile });
  const close = () => setOpen(null);
  const openResult = open?.kind === 'tile' ? dataOf(open.tile).result : undefined;

  return (
    <div ref={desk} className="min-h-full overflow-y-auto bg-canvas">
      <Page
        wide
        title={shown.name}
        intro={shown.description || undefined}
        actions={
          editing ? (
            <EditTools
              edits={edits}
              saving={save.isSaving}
              onAdd={(kind) => setOpen({ kind: 'edit', tile: newTile(kind, shown.tiles), isNew: true })}
              onSettings={() => setOpen({ kind: 'board', dialog: 'settings' })}
              onSave={save.save}
              onCancel={() => {
                edits.begin(board);
                setEdit(false);
              }}
            />
          ) : (
            <ViewTools
              board={board}
              state={state}
              desk={desk}
              isFetching={isFetching}
              onRefresh={refresh}
              onEdit={() => {
                edits.begin(board);
                setEdit(true);
              }}
              onOpen={(dialog) => setOpen({ kind: 'board', dialog })}
            />
          )
        }
      >
        <div className="grid grid-cols-1 gap-4">
          {edit && !board.may_change && <Notice tone="info" title={board.why_not ?? t('may_not_change')} />}
          {save.notice}
          <FilterBar board={shown} columns={columns} state={state} setState={setState} />
          {shown.tiles.length === 0 ? (
            <EmptyState
              icon={LayoutDashboard}
              title={t('board_empty_title')}
              action={
                board.may_change && (
                  <Button
                    look={editing ? 'primary' : 'secondary'}
                    onClick={() => {
                      if (!editing) setEdit(true);
                      setOpen({ kind: 'edit', tile: newTile('bar', []), isNew: true });
                    }}
                  >
                    {t('add_first_tile')}
                  </Button>
                )
              }
            >
              {t('board_empty_text')}
            </EmptyState>
          ) : (
            <BoardGrid
              tiles={shown.tiles}
              editing={editing}
              onPlace={(id, place) => setTiles((tiles) => withPlace(tiles, id, place), `place ${id}`)}
            >
              {(tile, grip) => (
                <TileFrame
                  tile={tile}
                  board={shown}
                  data={dataOf(tile)}
                  state={state}
                  setState={setState}
                  editing={editing}
                  grip={grip}
                  domains={domains}
                  comments={
                    comments.data?.items.filter(
                      ({ tile_id, resolved_at, thread_id }) =>
                        tile_id === tile.tile_id && resolved_at === null && thread_id === null,
                    ).length ?? 0
                  }
                  onOpen={(dialog) => openTile(dialog, tile)}
                  onEdit={() => setOpen({ kind: 'edit', tile, isNew: false })}
                  onDuplicate={() =>
                    setTiles((tiles) => [
                      ...tiles,
                      { ...tile, tile_id: tileId(), place: nextPlace(tiles, tile.place) },
                    ])
                  }
                  onRemove={() =>
                    setTiles((tiles) => tiles.filter(({ tile_id }) => tile_id !== tile.tile_id))
                  }
                />
              )}
            </BoardGrid>
          )}
          <p className="min-h-4 text-small text-ink-faint" data-board="as-of">
            {asOf !== null && t('as_of', { time: formatMoment(asOf) })}
          </p>
        </div>
      </Page>
      {open?.kind === 'edit' && (
        <TileEditor
          board={shown}
          tile={open.tile}
          isNew={open.isNew}
          state={state}
          onClose={close}
          onDone={(tile) => {
            setTiles((tiles) =>
              tiles.some(({ tile_id }) => tile_id === tile.tile_id)
                ? tiles.map((each) => (each.tile_id === tile.tile_id ? { ...tile, place: each.place } : each))
                : [...tiles, { ...tile, place: nextPlace(tiles, tile.place) }],
            );
            close();
          }}
        />
      )}
      {open?.kind === 'tile' && open.dialog === 'rows' && (
        <RowsDialog board={board} tile={open.tile} state={state} onClose={close} />
      )}
      {open?.kind === 'tile' && open.dialog === 'marks' && openResult && (
        <MarksDialog
          board={shown}
          tile={open.tile}
          result={openResult}
          state={state}
          setState={setState}
          onClose={close}
        />
      )}
      {open?.kind === 'tile' && open.dialog === 'sql' && openResult && (
        <SqlDialog tile={open.tile} result={openResult} onClose={close} />
      )}
      {open?.kind === 'tile' && open.dialog === 'provenance' && (
        <TileProvenance id={openResult?.provenance_id ?? null} onClose={close} />
      )}
      {open?.kind === 'tile' && open.dialog === 'comments' && (
        <CommentsDialog
          board={board}
          tileId={open.tile.tile_id}
          title={open.tile.title || t('tile')}
          onClose={close}
        />
      )}
      {open?.kind === 'board' && open.dialog === 'comments' && (
        <CommentsDialog board={board} tileId={null} title={board.name} onClose={close} />
      )}
      {open?.kind === 'board' && open.dialog === 'versions' && (
        <VersionsDialog board={board} onClose={close} onRestored={edits.begin} />
      )}
      <ShareDialog
        dashboardId={board.dashboard_id}
        state={state}
        open={open?.kind === 'board' && open.dialog === 'share'}
        onClose={close}
      />
      <SchedulesDialog
        dashboardId={board.dashboard_id}
        state={state}
        open={open?.kind === 'board' && open.dialog === 'schedules'}
        onClose={close}
      />
      <AlertsPanel
        dashboardId={board.dashboard_id}
        tiles={board.tiles}
        state={state}
        tileId={open?.kind === 'tile' && open.dialog === 'alerts' ? open.tile.tile_id : null}
        open={open !== null && open.kind !== 'edit' && open.dialog === 'alerts'}
        onClose={close}
      />
      {open?.kind === 'board' && open.dialog === 'settings' && (
        <BoardSettings
          document={edits.document}
          columns={columns}
          onChange={(next) => edits.change(() => next)}
          onClose={close}
        />
      )}
    </div>
  );
}

/** Names of the columns of the data that a board's tiles show. */
function useColumns({ tiles }: Pick<Dashboard, 'tiles'>): string[] {
  const ids = [
    ...new Set(
      tiles.flatMap(({ query }) =>
        query === null ? [] : query.kind === 'built' ? [query.dataset_id] : query.dataset_ids,
      ),
    ),
  ];
  const datasets = useQueries({ queries: ids.map((id) => datasetQuery(id)) });
  const names = datasets.flatMap(({ data }) => data?.version.columns.map(({ name }) => name) ?? []);
  return [...new Set(names)];
}

/**
 * Values by column in the order in which they were first seen, sorted within what came together: a value keeps its
 * colour in every tile, whatever is filtered later.
 */
function useDomains(
  results: readonly ({ columns: { name: string; type: string }[]; rows: unknown[][] } | undefined)[],
) {
  const seen = useRef<Record<string, string[]>>({});
  const key = results.map((result) => result?.rows.length ?? 0).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is known only grows
  return useMemo(() => {
    const fresh = new Map<string, Set<string>>();
    for (const result of results)
      result?.columns.forEach(({ name, type }, at) => {
        if (isNumeric(type as never) || type === 'date' || type === 'timestamp') return;
        const values = fresh.get(name) ?? new Set<string>();
        for (const row of result.rows.slice(0, 200)) {
          const value = cellText(row[at] as never);
          if (value !== null) values.add(value);
        }
        fresh.set(name, values);
      });
    const next = { ...seen.current };
    for (const [name, values] of fresh) {
      const known = next[name] ?? [];
      const added = [...values]
        .filter((each) => !known.includes(each))
        .toSorted((a, b) => a.localeCompare(b));
      if (added.length > 0 && known.length < 100) next[name] = [...known, ...added];
    }
    seen.current = next;
    return next;
  }, [key]);
}
