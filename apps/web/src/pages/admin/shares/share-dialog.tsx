import { meaningOf, type Permission } from '@stroma/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';
import { useSession } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { MemberPicker } from '../members/member-picker.tsx';
import { DatasetPicker } from '../projects/dataset-picker.tsx';

/** What can be shared of one dataset. */
const shareable = ['datasets:read', 'queries:run', 'datasets:write'] as const satisfies readonly Permission[];

export function ShareDialog({ onClose, onShared }: { onClose: () => void; onShared: () => Promise<void> }) {
  const { t } = useTranslation('projects');
  const self = useSession()?.user.user_id ?? '';
  const [dataset, setDataset] = useState('');
  const [person, setPerson] = useState('');
  const [permissions, setPermissions] = useState<readonly Permission[]>(['datasets:read']);
  const [until, setUntil] = useState('');
  const toggle = (permission: Permission, held: boolean) =>
    setPermissions((before) =>
      held ? [...before, permission] : before.filter((each) => each !== permission),
    );
  return (
    <ConfirmDialog
      title={t('share')}
      text={t('share_text')}
      button={t('share')}
      ready={dataset !== '' && person !== '' && permissions.length > 0}
      onClose={onClose}
      run={async () => {
        const expires_at = until === '' ? null : new Date(until).toISOString();
        const body = { user_id: person, permissions: [...permissions], expires_at };
        await client.projects.share({ params: { id: dataset }, body });
        toast(t('shared'));
        await onShared();
      }}
    >
      <DatasetPicker label={t('dataset')} value={dataset} onChange={setDataset} />
      <MemberPicker label={t('shared_with')} value={person} without={[self]} onChange={setPerson} />
      <fieldset className="grid gap-2">
        <legend className="font-medium">{t('permission')}</legend>
        {shareable.map((permission) => (
          <label key={permission} className="flex items-start gap-2">
            <input
              type="checkbox"
              className="mt-1"
              checked={permissions.includes(permission)}
              onChange={({ target }) => toggle(permission, target.checked)}
            />
            <span className="min-w-0">
              <code className="font-mono text-small">{permission}</code>
              <span className="block text-small text-ink-faint">{meaningOf(permission)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Field label={t('until')} hint={t('until_hint')}>
        {(props) => (
          <Input
            {...props}
            type="datetime-local"
            value={until}
            onChange={({ target }) => setUntil(target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
