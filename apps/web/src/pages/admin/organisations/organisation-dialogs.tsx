import type { Tenant } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { TextField } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';

/** What somebody asked to do, and to which organisation. */
export type Wish = { what: 'make' } | { what: 'rename' | 'invite' | 'close' | 'reopen'; tenant: Tenant };

export function OrganisationDialog({ wish, onClose }: { wish: Wish; onClose: () => void }) {
  const { t } = useTranslation('organisations');
  const queries = useQueryClient();
  const present = 'tenant' in wish ? wish.tenant : null;
  const [name, setName] = useState(present?.name ?? '');
  const [email, setEmail] = useState('');
  const params = { id: present?.tenant_id ?? '' };
  const done = async (work: Promise<unknown>, said: string) => {
    await work;
    toast(said);
    await queries.invalidateQueries({ queryKey: queryKeys.tenants });
  };
  const nameField = (
    <TextField label={t('name')} required maxLength={120} autoComplete="off" value={name} onText={setName} />
  );
  const emailField = (
    <TextField
      label={t('administrator_email')}
      type="email"
      required
      autoComplete="off"
      value={email}
      onText={setEmail}
    />
  );
  const given = { name: name.trim(), email: email.trim() };
  switch (wish.what) {
    case 'make':
      return (
        <ConfirmDialog
          title={t('make')}
          text={t('make_text')}
          button={t('make')}
          ready={given.name !== '' && given.email !== ''}
          onClose={onClose}
          run={() =>
            done(
              client.tenants.create({ body: { name: given.name, administrator_email: given.email } }),
              t('made', given),
            )
          }
        >
          {nameField}
          {emailField}
        </ConfirmDialog>
      );
    case 'rename':
      return (
        <ConfirmDialog
          title={t('rename')}
          text={wish.tenant.name}
          button={t('rename')}
          ready={given.name !== '' && given.name !== wish.tenant.name}
          onClose={onClose}
          run={() => done(client.tenants.rename({ params, body: { name: given.name } }), t('renamed', given))}
        >
          {nameField}
        </ConfirmDialog>
      );
    case 'invite':
      return (
        <ConfirmDialog
          title={t('invite')}
          text={t('invite_text', { name: wish.tenant.name })}
          button={t('invite')}
          ready={given.email !== ''}
          onClose={onClose}
          run={() =>
            done(client.tenants.invite({ params, body: { email: given.email } }), t('invited', given))
          }
        >
          {emailField}
        </ConfirmDialog>
      );
    case 'close':
      return (
        <ConfirmDialog
          danger
          title={t('close_title', { name: wish.tenant.name })}
          text={t('close_text')}
          button={t('close_button')}
          reason={t('close_reason')}
          onClose={onClose}
          run={(reason) =>
            done(
              client.tenants.close({ params, body: { reason } }),
              t('was_closed', { name: wish.tenant.name }),
            )
          }
        />
      );
    case 'reopen':
      return (
        <ConfirmDialog
          title={t('reopen')}
          text={wish.tenant.name}
          button={t('reopen')}
          onClose={onClose}
          run={() => done(client.tenants.reopen({ params }), t('was_reopened', { name: wish.tenant.name }))}
        />
      );
  }
}
