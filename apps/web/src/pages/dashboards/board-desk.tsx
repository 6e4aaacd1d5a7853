import type { Dashboard, Tile } from '@stroma/contracts';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { LayoutDashboard } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { datasetQuery } from '../../lib/datasets.ts';
import { formatMoment } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { useBoardData } from './board-data.ts';
import { BoardDialogs, type OpenDialog } from './board-dialogs.tsx';
import { useBoardEdits } from './board-edits.ts';
import { BoardGrid } from './board-grid.tsx';
import { useBoardState } from './board-state.ts';
import { EditTools, ViewTools } from './board-tools.tsx';
import { commentsQuery } from './comments-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { nextPlace, withPlace } from './grid-layout.ts';
import { useLiveBoard } from './live-board.ts';
import { newTile, tileId } from './new-tile.ts';
import { useSaveBoard } from './save-board.tsx';
import { type TileDialog, TileFrame } from './tile-frame.tsx';
import { useDomains } from './value-domains.ts';

const route = getRouteApi('/frame/dashboards/$dashboardId');

/** A board as it is looked at, and as it is made. */
export function BoardDesk({ board }: { board: Dashboard }) {
  const { t } = useTranslation('dashboards');
  const { edit = false } = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const { state, setState } = useBoardState();
  const edits = useBoardEdits(board);
  const [open, setOpen] = useState<OpenDialog>(null);
  const editing = edit && board.may_change;
  const shown: Dashboard = editing ? { ...board, ...edits.document } : board;
  const { dataOf, asOf, isFetching, refresh } = useBoardData(
    { ...shown, tiles: board.tiles },
    shown.tiles,
    state,
  );
  useLiveBoard(board, state);
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

  return (
    <>
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
      <BoardDialogs
        board={board}
        shown={shown}
        open={open}
        state={state}
        setState={setState}
        result={open?.kind === 'tile' ? dataOf(open.tile).result : undefined}
        columns={columns}
        edits={edits}
        onClose={close}
        onTile={(tile) => {
          setTiles((tiles) =>
            tiles.some(({ tile_id }) => tile_id === tile.tile_id)
              ? tiles.map((each) => (each.tile_id === tile.tile_id ? { ...tile, place: each.place } : each))
              : [...tiles, { ...tile, place: nextPlace(tiles, tile.place) }],
          );
          close();
        }}
      />
    </>
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
