import type { Tenant } from '@stroma/contracts';
import clsx from 'clsx';
import { DoorClosed, DoorOpen, Ellipsis, Mail, Pencil } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '../../../components/menu.tsx';
import { cellClass as cell, numberClass as number, PlainTable } from '../../../components/plain-table.tsx';
import { formatCount, formatTime } from '../../../lib/format.ts';
import type { Wish } from './organisation-dialogs.tsx';

const wideNumber = clsx(number, 'hidden sm:table-cell');
const wideCell = clsx(cell, 'hidden md:table-cell whitespace-nowrap');

export function OrganisationTable({
  tenants,
  mayChange,
  onWish,
}: {
  tenants: readonly Tenant[];
  mayChange: boolean;
  onWish: (wish: Wish) => void;
}) {
  const { t } = useTranslation('organisations');
  return (
    <PlainTable
      label={t('title')}
      headings={[
        { label: t('organisation') },
        { label: t('members'), className: number },
        { label: t('administrators'), className: wideNumber },
        { label: t('since'), className: wideCell },
        { label: t('actions'), unseen: true },
      ]}
    >
      {tenants.map((tenant) => (
        <tr key={tenant.tenant_id}>
          <td className={cell}>
            <span className="flex flex-wrap items-center gap-x-2">
              <span className="font-medium wrap-anywhere">{tenant.name}</span>
              {tenant.own && <Badge tone="accent">{t('own')}</Badge>}
              {tenant.closed_at !== null && <Badge tone="warning">{t('closed')}</Badge>}
            </span>
            {tenant.closed_at !== null && (
              <span className="block text-small wrap-anywhere text-ink-soft">
                {t('closed_since', { day: formatTime(tenant.closed_at), reason: tenant.closed_reason })}
              </span>
            )}
          </td>
          <td className={number}>{formatCount(tenant.members)}</td>
          <td className={wideNumber}>
            {tenant.administrators > 0 ? (
              formatCount(tenant.administrators)
            ) : (
              <span className="text-ink-soft">{t('no_administrator')}</span>
            )}
          </td>
          <td className={wideCell}>
            <time dateTime={tenant.created_at}>{formatTime(tenant.created_at)}</time>
          </td>
          <td className={clsx(cell, 'w-12 text-end')}>
            {mayChange && <Actions tenant={tenant} onWish={onWish} />}
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

function Actions({ tenant, onWish }: { tenant: Tenant; onWish: (wish: Wish) => void }) {
  const { t } = useTranslation('organisations');
  const closed = tenant.closed_at !== null;
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button look="quiet" size="icon" aria-label={t('actions_for', { name: tenant.name })}>
          <Ellipsis size={16} aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem icon={Pencil} onSelect={() => onWish({ what: 'rename', tenant })}>
          {t('rename')}
        </MenuItem>
        {!closed && (
          <MenuItem icon={Mail} onSelect={() => onWish({ what: 'invite', tenant })}>
            {t('invite')}
          </MenuItem>
        )}
        {!tenant.own && <MenuSeparator />}
        {!tenant.own &&
          (closed ? (
            <MenuItem icon={DoorOpen} onSelect={() => onWish({ what: 'reopen', tenant })}>
              {t('reopen')}
            </MenuItem>
          ) : (
            <MenuItem icon={DoorClosed} tone="critical" onSelect={() => onWish({ what: 'close', tenant })}>
              {t('close')}
            </MenuItem>
          ))}
      </MenuContent>
    </Menu>
  );
}
