import type { BoardState, Dashboard, TileKind } from '@stroma/contracts';
import clsx from 'clsx';
import {
  ChevronDown,
  Expand,
  History,
  MessageSquare,
  Pencil,
  Plus,
  Redo2,
  RefreshCw,
  Settings2,
  Share2,
  Shrink,
  Undo2,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../components/menu.tsx';
import { usePermission } from '../../lib/session.ts';
import type { BoardEdits } from './board-edits.ts';
import { ExportMenu } from './export/export-menu.tsx';

export function ViewTools({
  board,
  state,
  isFetching,
  onRefresh,
  onEdit,
  onOpen,
}: {
  board: Dashboard;
  state: BoardState;
  isFetching: boolean;
  onRefresh: () => void;
  onEdit: () => void;
  onOpen: (dialog: 'versions' | 'comments' | 'share' | 'schedules' | 'alerts') => void;
}) {
  const { t } = useTranslation('dashboards');
  const full = useFullScreen();
  const mayShare = usePermission('dashboards:share') && board.may_share;
  return (
    <>
      <IconButton
        icon={RefreshCw}
        label={t('refresh')}
        onClick={onRefresh}
        className={clsx(isFetching && '[&_svg]:animate-spin')}
      />
      {document.fullscreenEnabled && (
        <IconButton
          icon={full.isOn ? Shrink : Expand}
          label={t(full.isOn ? 'full_screen_end' : 'full_screen')}
          onClick={full.toggle}
        />
      )}
      <IconButton icon={MessageSquare} label={t('comments')} onClick={() => onOpen('comments')} />
      <IconButton icon={History} label={t('versions')} onClick={() => onOpen('versions')} />
      <ExportMenu dashboardId={board.dashboard_id} state={state} />
      {mayShare && (
        <Menu>
          <MenuTrigger asChild>
            <Button>
              <Share2 size={16} aria-hidden />
              <span className="max-sm:sr-only">{t('share')}</span>
              <ChevronDown size={14} aria-hidden />
            </Button>
          </MenuTrigger>
          <MenuContent>
            {(['share', 'schedules', 'alerts'] as const).map((dialog) => (
              <MenuItem key={dialog} onSelect={() => onOpen(dialog)}>
                {t(`open_${dialog}`)}
              </MenuItem>
            ))}
          </MenuContent>
        </Menu>
      )}
      {board.may_change && (
        <Button look="primary" onClick={onEdit}>
          <Pencil size={16} aria-hidden />
          {t('edit')}
        </Button>
      )}
    </>
  );
}

/** The whole page without its frame, so that what opens over it is seen too. It ends with the board. */
function useFullScreen() {
  const [isOn, setOn] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const look = () => setOn(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', look);
    return () => {
      document.removeEventListener('fullscreenchange', look);
      if (document.fullscreenElement !== null) void document.exitFullscreen();
    };
  }, []);
  const toggle = () => void (isOn ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  return { isOn, toggle };
}

const addable: readonly TileKind[] = ['bar', 'number', 'table', 'text'];

export function EditTools({
  edits,
  saving,
  onAdd,
  onSettings,
  onSave,
  onCancel,
}: {
  edits: BoardEdits;
  saving: boolean;
  onAdd: (kind: TileKind) => void;
  onSettings: () => void;
  onSave: () => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('dashboards');
  const { t: common } = useTranslation();
  return (
    <>
      <IconButton icon={Undo2} label={common('undo')} disabled={!edits.canUndo} onClick={edits.undo} />
      <IconButton icon={Redo2} label={t('redo')} disabled={!edits.canRedo} onClick={edits.redo} />
      <IconButton icon={Settings2} label={t('board_settings')} onClick={onSettings} />
      <Menu>
        <MenuTrigger asChild>
          <Button>
            <Plus size={16} aria-hidden />
            {t('add_tile')}
            <ChevronDown size={14} aria-hidden />
          </Button>
        </MenuTrigger>
        <MenuContent>
          {addable.map((kind) => (
            <MenuItem key={kind} onSelect={() => onAdd(kind)}>
              {t(kind === 'bar' ? 'add_chart' : `kind_${kind}`)}
            </MenuItem>
          ))}
        </MenuContent>
      </Menu>
      <Button onClick={onCancel}>{common('cancel')}</Button>
      <Button look="primary" disabled={saving || !edits.isChanged} onClick={onSave}>
        {t('save')}
      </Button>
    </>
  );
}
