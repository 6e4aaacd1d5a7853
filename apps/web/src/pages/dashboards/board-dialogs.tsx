import type { BoardState, Dashboard, Tile, TileResult } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { AlertsPanel } from './alerts/alerts-panel.tsx';
import type { BoardEdits } from './board-edits.ts';
import { BoardSettings } from './board-settings.tsx';
import { CommentsDialog } from './comments-dialog.tsx';
import { SchedulesDialog } from './schedules/schedules-dialog.tsx';
import { ShareDialog } from './share/share-dialog.tsx';
import { MarksDialog, RowsDialog, SqlDialog, TileProvenance } from './tile-dialogs.tsx';
import { TileEditor } from './tile-editor.tsx';
import type { TileDialog } from './tile-frame.tsx';
import { VersionsDialog } from './versions-dialog.tsx';

export type OpenDialog =
  | { kind: 'tile'; dialog: TileDialog; tile: Tile }
  | { kind: 'edit'; tile: Tile; isNew: boolean }
  | { kind: 'board'; dialog: 'settings' | 'versions' | 'comments' | 'share' | 'schedules' | 'alerts' }
  | null;

/** Whatever is opened over a board, one at a time. */
export function BoardDialogs({
  board,
  shown,
  open,
  state,
  setState,
  result,
  columns,
  edits,
  onClose,
  onTile,
}: {
  board: Dashboard;
  /** As it is being changed. */
  shown: Dashboard;
  open: OpenDialog;
  state: BoardState;
  setState: (change: (now: BoardState) => BoardState) => void;
  /** Of the tile it is about. */
  result: TileResult | undefined;
  columns: readonly string[];
  edits: BoardEdits;
  onClose: () => void;
  onTile: (tile: Tile) => void;
}) {
  const { t } = useTranslation('dashboards');
  return (
    <>
      {open?.kind === 'edit' && (
        <TileEditor
          board={shown}
          tile={open.tile}
          isNew={open.isNew}
          state={state}
          onClose={onClose}
          onDone={onTile}
        />
      )}
      {open?.kind === 'tile' && open.dialog === 'rows' && (
        <RowsDialog board={board} tile={open.tile} state={state} onClose={onClose} />
      )}
      {open?.kind === 'tile' && open.dialog === 'marks' && result && (
        <MarksDialog
          board={shown}
          tile={open.tile}
          result={result}
          state={state}
          setState={setState}
          onClose={onClose}
        />
      )}
      {open?.kind === 'tile' && open.dialog === 'sql' && result && (
        <SqlDialog tile={open.tile} result={result} onClose={onClose} />
      )}
      {open?.kind === 'tile' && open.dialog === 'provenance' && (
        <TileProvenance id={result?.provenance_id ?? null} onClose={onClose} />
      )}
      {open?.kind === 'tile' && open.dialog === 'comments' && (
        <CommentsDialog
          board={board}
          tileId={open.tile.tile_id}
          title={open.tile.title || t('tile')}
          onClose={onClose}
        />
      )}
      {open?.kind === 'board' && open.dialog === 'comments' && (
        <CommentsDialog board={board} tileId={null} title={board.name} onClose={onClose} />
      )}
      {open?.kind === 'board' && open.dialog === 'versions' && (
        <VersionsDialog board={board} onClose={onClose} onRestored={edits.begin} />
      )}
      <ShareDialog
        dashboardId={board.dashboard_id}
        state={state}
        open={open?.kind === 'board' && open.dialog === 'share'}
        onClose={onClose}
      />
      <SchedulesDialog
        dashboardId={board.dashboard_id}
        state={state}
        open={open?.kind === 'board' && open.dialog === 'schedules'}
        onClose={onClose}
      />
      <AlertsPanel
        dashboardId={board.dashboard_id}
        tiles={board.tiles}
        state={state}
        tileId={open?.kind === 'tile' && open.dialog === 'alerts' ? open.tile.tile_id : null}
        open={open !== null && open.kind !== 'edit' && open.dialog === 'alerts'}
        onClose={onClose}
      />
      {open?.kind === 'board' && open.dialog === 'settings' && (
        <BoardSettings
          document={edits.document}
          columns={columns}
          onChange={(next) => edits.change(() => next)}
          onClose={onClose}
        />
      )}
    </>
  );
}
