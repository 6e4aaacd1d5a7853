import type { DataConnection } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button, buttonClass } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { ConnectionDialog } from './connection-dialog.tsx';
import { ConnectionState } from './connections-page.tsx';
import { ImportHistory } from './import-history.tsx';
import { ImportList } from './import-list.tsx';
import { SourceBrowser } from './source-browser.tsx';
import { placeOf } from './source-place.ts';

const route = getRouteApi('/frame/data/connections/$connectionId');

/** One connection: whether it reaches its source, what is there, what is imported from it and how that ended. */
export function ConnectionPage() {
  const { t } = useTranslation('connections');
  const { connectionId: id } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.source(id),
    queryFn: ({ signal }) => client.connections.get({ params: { id }, signal }),
  });
  if (error)
    return (
      <Page title={t('title')}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </Page>
    );
  if (data === undefined)
    return (
      <Page title={t('title')}>
        <SkeletonRows rows={4} className="h-14" />
      </Page>
    );
  return <Loaded connection={data} />;
}

function Loaded({ connection }: { connection: DataConnection }) {
  const { t } = useTranslation('connections');
  const { connection_id: id, name, settings, tested } = connection;
  const mayChange = usePermission('connections:write');
  const [task, setTask] = useState<'edit' | 'remove' | null>(null);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.sources });
  const test = useMutation({
    mutationFn: () => client.connections.testAgain({ params: { id } }),
    onSuccess: ({ server, elapsed_ms }) => toast(t('answered', { server, ms: elapsed_ms })),
    onSettled: refresh,
  });
  return (
    <Page
      title={name}
      intro={
        <span className="flex flex-wrap items-center gap-2 wrap-anywhere">
          <Link to="/data/connections" className="text-accent hover:underline">
            {t('title')}
          </Link>
          <Badge>{t(`kind_${settings.kind}`)}</Badge>
          <ConnectionState connection={connection} />
          <span className="min-w-0">{placeOf(settings)}</span>
        </span>
      }
      actions={
        mayChange && (
          <>
            <Button disabled={test.isPending} onClick={() => test.mutate()}>
              {t(test.isPending ? 'testing' : 'test')}
            </Button>
            <Menu>
              <MenuTrigger aria-label={t('more')} className={buttonClass({ look: 'quiet', size: 'icon' })}>
                <MoreHorizontal size={16} aria-hidden />
              </MenuTrigger>
              <MenuContent>
                <MenuItem onSelect={() => setTask('edit')}>{t('edit')}</MenuItem>
                <MenuItem tone="critical" onSelect={() => setTask('remove')}>
                  {t('remove')}
                </MenuItem>
              </MenuContent>
            </Menu>
          </>
        )
      }
    >
      <div className="grid grid-cols-1 gap-10">
        {tested.problem !== null && (
          <Notice tone="critical" title={t('not_reached_at', { time: formatTime(tested.at) })}>
            {tested.problem.message}
          </Notice>
        )}
        {mayChange && <SourceBrowser connection={connection} />}
        <ImportList connectionId={id} mayChange={mayChange} />
        <ImportHistory connectionId={id} />
      </div>
      {task === 'edit' && (
        <ConnectionDialog
          present={connection}
          onClose={() => setTask(null)}
          onDone={() => {
            setTask(null);
            toast(t('saved'));
          }}
        />
      )}
      {task === 'remove' && (
        <ConfirmDialog
          title={t('remove_title', { name })}
          text={t('remove_text')}
          button={t('remove')}
          danger
          onClose={() => setTask(null)}
          run={async () => {
            await client.connections.remove({ params: { id } });
            await navigate({ to: '/data/connections' });
            await refresh();
          }}
        />
      )}
    </Page>
  );
}
