import type { Answer } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LayoutDashboard, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  MenuTrigger,
} from '../../components/menu.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';

/** Puts an answer on a dashboard, or on a new one, with one click. */
export function AddToBoard({
  queryId,
  title,
  chart,
}: {
  queryId: string;
  title: string;
  /** What the answer is drawn as; null: a table. */
  chart: NonNullable<Answer['chart']>['type'] | null;
}) {
  const { t } = useTranslation('dashboards');
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const mayAdd = usePermission('dashboards:write');
  const query = { limit: 20 };
  const boards = useQuery({
    queryKey: queryKeys.boardList(query),
    queryFn: ({ signal }) => client.dashboards.list({ query, signal }),
    enabled: mayAdd,
  });
  const add = useMutation({
    mutationFn: (dashboard_id: string | null) =>
      client.dashboards.fromQuestion({
        body: {
          query_id: queryId,
          dashboard_id,
          kind: chart === 'grouped_bar' ? 'bar' : (chart ?? 'table'),
          ...(dashboard_id === null && { name: title.slice(0, 200) }),
        },
      }),
    onSuccess: ({ dashboard }) => {
      queryClient.setQueryData(queryKeys.board(dashboard.dashboard_id), dashboard);
      void queryClient.invalidateQueries({ queryKey: [...queryKeys.boards, 'list'] });
      toast(t('added_to', { name: dashboard.name }), {
        action: {
          label: t('open_board'),
          run: () =>
            void navigate({
              to: '/dashboards/$dashboardId',
              params: { dashboardId: dashboard.dashboard_id },
              search: {},
            }),
        },
      });
    },
    onError: (error) => toast(error.message, { tone: 'critical' }),
  });
  if (!mayAdd) return null;
  const own = boards.data?.items.filter(({ may_change }) => may_change) ?? [];
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button disabled={add.isPending}>
          <LayoutDashboard size={16} aria-hidden />
          {t('add_to_board')}
        </Button>
      </MenuTrigger>
      <MenuContent>
        {own.length > 0 && <MenuLabel>{t('title')}</MenuLabel>}
        {own.map(({ dashboard_id, name }) => (
          <MenuItem key={dashboard_id} onSelect={() => add.mutate(dashboard_id)}>
            {name}
          </MenuItem>
        ))}
        {own.length > 0 && <MenuSeparator />}
        <MenuItem icon={Plus} onSelect={() => add.mutate(null)}>
          {t('new_board')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
