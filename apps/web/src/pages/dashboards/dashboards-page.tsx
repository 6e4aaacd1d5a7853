import type { DashboardSummary } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { LayoutDashboard, MoreHorizontal, Plus, ShieldCheck, Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button, buttonClass } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Field, Input } from '../../components/field.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../components/menu.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page, panelClass } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { client } from '../../lib/client.ts';
import { useLoadSamples } from '../../lib/datasets.ts';
import { formatAgo } from '../../lib/format.ts';
import { usePages } from '../../lib/pages.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { Thumbnail } from './board-thumbnail.tsx';
import { useRestoreBoard } from './restore-board.ts';

const route = getRouteApi('/frame/dashboards');

export function DashboardsPage() {
  const { t } = useTranslation('dashboards');
  const { search = '', deleted = false } = route.useSearch();
  const navigate = route.useNavigate();
  const mayMake = usePermission('dashboards:write');
  const [making, setMaking] = useState(false);
  const samples = useLoadSamples();
  const query = { limit: 60, ...(search !== '' && { search }), ...(deleted && { deleted: 'true' as const }) };
  const pages = usePages(queryKeys.boardList(query), (cursor, signal) =>
    client.dashboards.list({ query: { ...query, ...cursor }, signal }),
  );
  return (
    <Page
      wide
      title={t('title')}
      intro={t('intro')}
      actions={
        <>
          <Link to="/data/metrics" className={buttonClass({})}>
            <ShieldCheck size={16} aria-hidden />
            {t('metrics')}
          </Link>
          {mayMake && (
            <Button look="primary" onClick={() => setMaking(true)}>
              <Plus size={16} aria-hidden />
              {t('new_board')}
            </Button>
          )}
        </>
      }
    >
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <SearchField
          label={t('find')}
          value={search}
          onText={(text) =>
            void navigate({
              search: (now) => ({ ...now, search: text || undefined }) as typeof now,
              replace: true,
            })
          }
        />
        <Button
          look="quiet"
          aria-pressed={deleted}
          onClick={() => void navigate({ search: deleted ? {} : { deleted: true }, replace: true })}
        >
          {t(deleted ? 'show_kept' : 'show_deleted')}
        </Button>
      </div>
      <PagedList
        pages={pages}
        skeleton={{ rows: 3, className: 'h-48' }}
        empty={
          search !== '' || deleted ? (
            <p className="text-ink-soft">{t(deleted ? 'none_deleted' : 'none_found')}</p>
          ) : (
            <EmptyState
              icon={LayoutDashboard}
              title={t('empty_title')}
              action={
                mayMake && (
                  <>
                    <Button onClick={() => setMaking(true)}>{t('new_board')}</Button>
                    <Button look="quiet" disabled={samples.isPending} onClick={() => samples.mutate()}>
                      {t('load_samples')}
                    </Button>
                  </>
                )
              }
            >
              {t('empty_text')}
            </EmptyState>
          )
        }
      >
        {(items) => (
          <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3 2xl:grid-cols-4">
            {items.map((board) => (
              <li key={board.dashboard_id}>
                <BoardCard board={board} deleted={deleted} />
              </li>
            ))}
          </ul>
        )}
      </PagedList>
      {making && <NewBoard onClose={() => setMaking(false)} />}
    </Page>
  );
}

function BoardCard({ board, deleted }: { board: DashboardSummary; deleted: boolean }) {
  const { t } = useTranslation('dashboards');
  const queryClient = useQueryClient();
  const restore = useRestoreBoard();
  const remove = useMutation({
    mutationFn: () => client.dashboards.remove({ params: { id: board.dashboard_id } }),
    onSuccess: () =>
      toast(t('board_deleted', { name: board.name }), {
        action: { label: t('common:undo' as never), run: () => restore.mutate(board.dashboard_id) },
      }),
    onError: (error) => toast(error.message, { tone: 'critical' }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.boards }),
  });
  return (
    <article
      className={`${panelClass} relative flex h-full flex-col overflow-hidden hover:border-line-strong`}
    >
      <Thumbnail board={board} />
      <div className="flex items-start gap-1 border-t border-line py-2 ps-4 pe-1">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-medium">
            {deleted ? (
              board.name
            ) : (
              <Link
                to="/dashboards/$dashboardId"
                params={{ dashboardId: board.dashboard_id }}
                search={{}}
                className="after:absolute after:inset-0"
              >
                {board.name}
              </Link>
            )}
          </h2>
          <p className="flex flex-wrap items-center gap-x-2 text-small text-ink-faint">
            <span>{t('tiles_count', { count: board.tiles.length })}</span>
            <span>{formatAgo(board.updated_at)}</span>
            {board.owner.name !== null && <span className="truncate">{board.owner.name}</span>}
            {board.sample && <Badge>{t('sample')}</Badge>}
          </p>
        </div>
        {board.may_change &&
          (deleted ? (
            <Button
              size="small"
              className="relative me-1 mt-1"
              onClick={() => restore.mutate(board.dashboard_id)}
            >
              <Undo2 size={14} aria-hidden />
              {t('restore')}
            </Button>
          ) : (
            <span className="relative">
              <Menu>
                <MenuTrigger asChild>
                  <IconButton icon={MoreHorizontal} label={t('board_menu', { name: board.name })} />
                </MenuTrigger>
                <MenuContent>
                  <MenuItem icon={Trash2} tone="critical" onSelect={() => remove.mutate()}>
                    {t('delete_board')}
                  </MenuItem>
                </MenuContent>
              </Menu>
            </span>
          ))}
      </div>
    </article>
  );
}

function NewBoard({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('dashboards');
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => client.dashboards.create({ body: { name: name.trim() } }),
    onSuccess: ({ dashboard_id }) =>
      navigate({
        to: '/dashboards/$dashboardId',
        params: { dashboardId: dashboard_id },
        search: { edit: true },
      }),
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('new_board')}>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <Field label={t('name')}>
            {(props) => (
              <Input
                {...props}
                required
                autoFocus
                maxLength={200}
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
          {make.error && <ErrorNotice error={make.error} />}
          <Button
            type="submit"
            look="primary"
            className="justify-self-end"
            disabled={name.trim() === '' || make.isPending}
          >
            {t('make_board')}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
