import type { Member } from '@stroma/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { TextField } from '../../../components/field.tsx';
import { useProof } from '../../../components/proof.tsx';
import { client } from '../../../lib/client.ts';
import { toast } from '../../../lib/toasts.ts';
import { useMemberChanges } from './member-changes.ts';

interface Asked {
  member: Member;
  onClose: () => void;
}

/** For a lost phone or key. */
export function ResetSecondFactorDialog({ member, onClose }: Asked) {
  const { t } = useTranslation('admin');
  const withProof = useProof();
  const { refresh } = useMemberChanges();
  return (
    <ConfirmDialog
      title={t('reset_factor_title', { name: member.name })}
      text={t('reset_factor_text')}
      button={t('reset_factor')}
      danger
      reason={t('reason')}
      onClose={onClose}
      run={async (reason) => {
        const params = { id: member.user_id };
        await withProof(() => client.members.resetSecondFactor({ params, body: { reason } }));
        toast(t('reset_factor_done', { name: member.name }));
        await refresh();
      }}
    />
  );
}

export function ChangeEmailDialog({ member, onClose }: Asked) {
  const { t } = useTranslation('admin');
  const withProof = useProof();
  const { refresh } = useMemberChanges();
  const [email, setEmail] = useState('');
  return (
    <ConfirmDialog
      title={t('change_email_title', { name: member.name })}
      text={t('change_email_text', { email: member.email })}
      button={t('change_email')}
      reason={t('reason')}
      ready={email.trim() !== ''}
      onClose={onClose}
      run={async (reason) => {
        const params = { id: member.user_id };
        await withProof(() => client.members.changeEmail({ params, body: { email, reason } }));
        toast(t('change_email_done', { name: member.name }));
        await refresh();
      }}
    >
      <TextField
        label={t('new_email')}
        type="email"
        required
        autoComplete="off"
        value={email}
        onText={setEmail}
      />
    </ConfirmDialog>
  );
}

export function RemoveDialog({ member, onClose }: Asked) {
  const { t } = useTranslation('admin');
  const { refresh } = useMemberChanges();
  return (
    <ConfirmDialog
      title={t('remove_title', { name: member.name })}
      text={t('remove_text')}
      button={t('remove')}
      danger
      onClose={onClose}
      run={async () => {
        await client.members.remove({ params: { id: member.user_id } });
        toast(t('removed', { name: member.name }));
        await refresh();
      }}
    />
  );
}
