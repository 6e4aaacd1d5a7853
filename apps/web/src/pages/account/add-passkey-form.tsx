import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { addPasskey, passkeysWork, wasCancelled } from '../../lib/passkeys.ts';

/** A name for the passkey, then the browser asks for it. */
export function AddPasskeyForm({ onAdded }: { onAdded: (recoveryCodes: string[] | null) => void }) {
  const { t } = useTranslation('account');
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () => addPasskey(name),
    onSuccess: ({ recovery_codes }) => onAdded(recovery_codes),
  });
  if (!passkeysWork()) return <Notice tone="warning">{t('passkey_impossible')}</Notice>;
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Field label={t('passkey_name')} hint={t('passkey_name_hint')}>
        {(field) => (
          <Input
            {...field}
            required
            autoFocus
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      {add.error === null ? null : wasCancelled(add.error) ? (
        <Notice tone="info">{t('passkey_cancelled')}</Notice>
      ) : (
        <ErrorNotice error={add.error} />
      )}
      <Button type="submit" look="primary" disabled={add.isPending}>
        {t('passkey_add')}
      </Button>
    </form>
  );
}
