import type { ApiKey } from '@stroma/contracts';
import { KeySquare, MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { KeyDialogs, type KeyTask } from './key-dialogs.tsx';
import { KeyStatus, useKeyEnd, useKeyUse } from './key-line.tsx';

/** One's own API keys, for the account page; nothing where the role has none. */
export function OwnKeys() {
  return usePermission('api-keys:own') ? <Keys /> : null;
}

function Keys() {
  const { t } = useTranslation('apiKeys');
  const [task, setTask] = useState<KeyTask | null>(null);
  const keys = usePages(queryKeys.ownApiKeys, (cursor, signal) =>
    client.apiKeys.list({ query: { limit: 20, ...cursor }, signal }),
  );
  return (
    <Section
      title={t('title')}
      note={t('own_intro')}
      actions={
        <Button size="small" onClick={() => setTask({ kind: 'create' })}>
          {t('create')}
        </Button>
      }
    >
      <PagedList
        pages={keys}
        skeleton={{ rows: 1, className: 'h-14' }}
        empty={
          <EmptyState icon={KeySquare} title={t('none')}>
            {t('none_text')}
          </EmptyState>
        }
      >
        {(items) => (
          <ul className={`${panelClass} divide-y divide-line`}>
            {items.map((each) => (
              <KeyLine key={each.key_id} apiKey={each} onTask={setTask} />
            ))}
          </ul>
        )}
      </PagedList>
      <KeyDialogs task={task} onClose={() => setTask(null)} />
    </Section>
  );
}

function KeyLine({ apiKey, onTask }: { apiKey: ApiKey; onTask: (task: KeyTask) => void }) {
  const { t } = useTranslation('apiKeys');
  const used = useKeyUse();
  const ends = useKeyEnd();
  const stands = apiKey.status === 'active' || apiKey.status === 'rotating';
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <KeySquare size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
          {apiKey.name}
          <code className="font-mono text-small font-normal text-ink-faint">{apiKey.prefix}…</code>
          <KeyStatus status={apiKey.status} />
        </p>
        <p className="text-small text-ink-faint wrap-anywhere">
          {[used(apiKey), ...(stands ? [ends(apiKey)] : []), apiKey.scopes.join(', ')].join(' · ')}
        </p>
      </div>
      {stands && (
        <Menu>
          <MenuTrigger aria-label={t('actions')} className={buttonClass({ look: 'quiet', size: 'icon' })}>
            <MoreHorizontal size={16} aria-hidden />
          </MenuTrigger>
          <MenuContent>
            <MenuItem onSelect={() => onTask({ kind: 'edit', key: apiKey })}>{t('edit')}</MenuItem>
            {apiKey.replaced_by === null && (
              <MenuItem onSelect={() => onTask({ kind: 'rotate', key: apiKey })}>{t('rotate')}</MenuItem>
            )}
            <MenuItem tone="critical" onSelect={() => onTask({ kind: 'revoke', key: apiKey, any: false })}>
              {t('revoke')}
            </MenuItem>
          </MenuContent>
        </Menu>
      )}
    </li>
  );
}
