import type { DataConnection } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { MenuItem } from '../../../components/menu.tsx';
import { Notice } from '../../../components/notice.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { AskedSource, SourcePage } from '../source-page.tsx';
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
  const asked = useQuery({
    queryKey: queryKeys.source(id),
    queryFn: ({ signal }) => client.connections.get({ params: { id }, signal }),
  });
  return (
    <AskedSource title={t('title')} asked={asked}>
      {(connection) => <Loaded connection={connection} />}
    </AskedSource>
  );
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
    <SourcePage
      name={name}
      list={{ to: '/data/connections', title: t('title') }}
      about={
        <>
          <Badge>{t(`kind_${settings.kind}`)}</Badge>
          <ConnectionState connection={connection} />
          <span className="min-w-0">{placeOf(settings)}</span>
        </>
      }
      actions={
        mayChange && (
          <Button disabled={test.isPending} onClick={() => test.mutate()}>
            {t(test.isPending ? 'testing' : 'test')}
          </Button>
        )
      }
      menu={
        mayChange && (
          <>
            <MenuItem onSelect={() => setTask('edit')}>{t('edit')}</MenuItem>
            <MenuItem tone="critical" onSelect={() => setTask('remove')}>
              {t('remove')}
            </MenuItem>
          </>
        )
      }
    >
      {tested.problem !== null && (
        <Notice tone="critical" title={t('not_reached_at', { time: formatTime(tested.at) })}>
          {tested.problem.message}
        </Notice>
      )}
      {mayChange && <SourceBrowser connection={connection} />}
      <ImportList connectionId={id} mayChange={mayChange} />
      <ImportHistory connectionId={id} />
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
    </SourcePage>
  );
}
