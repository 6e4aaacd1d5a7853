import type { Connection } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, Fingerprint, MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button, buttonClass } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page, panelClass, Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { ConnectionDialogs, type ConnectionTask } from './connection-dialogs.tsx';
import { Directories } from './directories.tsx';

/** Identity providers people sign in with, and directories that push accounts. */
export function SingleSignOnPage() {
  const { t } = useTranslation('singleSignOn');
  const mayChange = usePermission('single-sign-on:write');
  const [task, setTask] = useState<ConnectionTask | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.connections,
    queryFn: ({ signal }) => client.singleSignOn.listConnections({ query: { limit: 200 }, signal }),
  });
  return (
    <Page
      title={t('title')}
      intro={t('intro')}
      actions={
        mayChange && (
          <Menu>
            <MenuTrigger className={buttonClass({ look: 'primary' })}>
              {t('add')}
              <ChevronDown size={14} aria-hidden />
            </MenuTrigger>
            <MenuContent>
              <MenuItem onSelect={() => setTask({ kind: 'create', of: 'oidc' })}>{t('kind_oidc')}</MenuItem>
              <MenuItem onSelect={() => setTask({ kind: 'create', of: 'saml' })}>{t('kind_saml')}</MenuItem>
            </MenuContent>
          </Menu>
        )
      }
    >
      <div className="grid gap-10">
        <Section title={t('connections')} note={t('connections_about')}>
          {error ? (
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          ) : data === undefined ? (
            <SkeletonRows rows={2} className="h-14" />
          ) : data.items.length === 0 ? (
            <EmptyState icon={Fingerprint} title={t('none')}>
              {t('none_text')}
            </EmptyState>
          ) : (
            <ul className={`${panelClass} divide-y divide-line`}>
              {data.items.map((each) => (
                <ConnectionLine
                  key={each.connection_id}
                  connection={each}
                  mayChange={mayChange}
                  onTask={setTask}
                />
              ))}
            </ul>
          )}
        </Section>
        <Directories />
      </div>
      <ConnectionDialogs task={task} onTask={setTask} />
    </Page>
  );
}

function ConnectionLine({
  connection,
  mayChange,
  onTask,
}: {
  connection: Connection;
  mayChange: boolean;
  onTask: (task: ConnectionTask) => void;
}) {
  const { t } = useTranslation('singleSignOn');
  const { name, kind, enabled, domains, last_used_at } = connection;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <Fingerprint size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
          {name}
          <Badge>{t(`kind_${kind}`)}</Badge>
          <Badge tone={enabled ? 'good' : 'plain'}>{t(enabled ? 'active' : 'off')}</Badge>
        </p>
        <p className="text-small text-ink-faint wrap-anywhere">
          {[
            domains.join(', '),
            last_used_at === null ? t('never_used') : t('last_used', { time: formatTime(last_used_at) }),
          ].join(' · ')}
        </p>
      </div>
      {mayChange && (
        <div className="flex shrink-0 items-center gap-2">
          <Button size="small" onClick={() => onTask({ kind: 'test', connection })}>
            {t('test')}
          </Button>
          <Menu>
            <MenuTrigger aria-label={t('edit')} className={buttonClass({ look: 'quiet', size: 'icon' })}>
              <MoreHorizontal size={16} aria-hidden />
            </MenuTrigger>
            <MenuContent>
              <MenuItem onSelect={() => onTask({ kind: 'edit', connection })}>{t('edit')}</MenuItem>
              <MenuItem tone="critical" onSelect={() => onTask({ kind: 'remove', connection })}>
                {t('remove')}
              </MenuItem>
            </MenuContent>
          </Menu>
        </div>
      )}
    </li>
  );
}
