import type { ApiKey } from '@stroma/contracts';
import clsx from 'clsx';
import { KeySquare } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Input, Select } from '../../../components/field.tsx';
import { Page } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { cellClass as cell, numberClass as number, PlainTable } from '../../../components/plain-table.tsx';
import { client } from '../../../lib/client.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { KeyDialogs, type KeyTask } from './key-dialogs.tsx';
import { KeyStatus, useKeyEnd, useKeyUse } from './key-line.tsx';

const statuses = ['active', 'rotating', 'expired', 'revoked'] as const;

/** Everybody's keys, to see and to revoke. */
export function ApiKeysPage() {
  const { t } = useTranslation('apiKeys');
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState<ApiKey['status'] | ''>('');
  const [task, setTask] = useState<KeyTask | null>(null);
  const query = { limit: 50, ...(search !== '' && { search }), ...(status !== '' && { status }) };
  const keys = usePages(queryKeys.allApiKeys(query), (cursor, signal) =>
    client.apiKeys.listAll({ query: { ...query, ...cursor }, signal }),
  );
  const filtered = search !== '' || status !== '';
  return (
    <Page wide title={t('title')} intro={t('intro')}>
      <div className="mb-4 flex flex-wrap gap-2">
        <Input
          type="search"
          aria-label={t('find')}
          placeholder={t('find')}
          value={search}
          onChange={({ target }) => setSearch(target.value)}
          className="sm:max-w-72"
        />
        <Select
          aria-label={t('status')}
          value={status}
          onChange={({ target }) => setStatus(target.value as typeof status)}
          className="sm:max-w-48"
        >
          <option value="">{t('every_status')}</option>
          {statuses.map((each) => (
            <option key={each} value={each}>
              {t(`status_${each}`)}
            </option>
          ))}
        </Select>
      </div>
      <PagedList
        pages={keys}
        empty={
          <EmptyState icon={KeySquare} title={t(filtered ? 'none_found' : 'none_all')}>
            {filtered ? null : t('none_text')}
          </EmptyState>
        }
      >
        {(items) => <KeyTable keys={items} onTask={setTask} />}
      </PagedList>
      <KeyDialogs task={task} onClose={() => setTask(null)} />
    </Page>
  );
}

function KeyTable({ keys, onTask }: { keys: readonly ApiKey[]; onTask: (task: KeyTask) => void }) {
  const { t } = useTranslation('apiKeys');
  const used = useKeyUse();
  const ends = useKeyEnd();
  const mayRevoke = usePermission('api-keys:write');
  return (
    <PlainTable
      label={t('title')}
      headings={[
        { label: t('column_key') },
        { label: t('column_owner'), className: clsx(cell, 'hidden md:table-cell') },
        { label: t('column_scopes'), className: clsx(cell, 'hidden lg:table-cell') },
        { label: t('column_used'), className: clsx(cell, 'hidden md:table-cell') },
        { label: t('status') },
        { label: t('actions'), unseen: true },
      ]}
    >
      {keys.map((each) => {
        const stands = each.status === 'active' || each.status === 'rotating';
        return (
          <tr key={each.key_id}>
            <td className={cell}>
              <p className="font-medium wrap-anywhere">{each.name}</p>
              <code className="font-mono text-small text-ink-faint">{each.prefix}…</code>
              <p className="text-small text-ink-soft wrap-anywhere md:hidden">{each.owner.name}</p>
            </td>
            <td className={clsx(cell, 'hidden md:table-cell')}>
              <p className="break-words">{each.owner.name}</p>
              <p className="text-small text-ink-faint wrap-anywhere">{each.owner.email}</p>
            </td>
            <td className={clsx(cell, 'hidden max-w-64 lg:table-cell')}>
              <p className="font-mono text-small break-words">{each.scopes.join(' ')}</p>
              <p className="text-small text-ink-faint break-words">
                {each.allowed_addresses.length === 0 ? t('any_address') : each.allowed_addresses.join(', ')}
              </p>
            </td>
            <td className={clsx(cell, 'hidden text-small text-ink-soft md:table-cell')}>{used(each)}</td>
            <td className={cell}>
              <KeyStatus status={each.status} />
              {stands && <p className="mt-1 text-small text-ink-faint">{ends(each)}</p>}
            </td>
            <td className={number}>
              {stands && mayRevoke && (
                <Button
                  size="small"
                  look="danger"
                  onClick={() => onTask({ kind: 'revoke', key: each, any: true })}
                >
                  {t('revoke')}
                </Button>
              )}
            </td>
          </tr>
        );
      })}
    </PlainTable>
  );
}
