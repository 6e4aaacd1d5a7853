import { ApiError } from '@stroma/sdk';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../lib/client.ts';
import { Button } from './button.tsx';
import { Field, Input } from './field.tsx';
import { NewPasswordFields, useNewPassword } from './new-password-fields.tsx';
import { ErrorNotice } from './notice.tsx';

/** Replaces the password; says what is wrong with a new one as it is typed. */
export function PasswordForm({ oneTime, onChanged }: { oneTime: boolean; onChanged: () => void }) {
  const { t } = useTranslation('signIn');
  const [current, setCurrent] = useState('');
  const fields = useNewPassword();
  const change = useMutation({
    mutationFn: () =>
      client.identity.changePassword({ body: { current_password: current, new_password: fields.password } }),
    onSuccess: () => {
      setCurrent('');
      fields.clear();
      onChanged();
    },
  });
  const wrong = change.error instanceof ApiError && change.error.code === 'WRONG_CREDENTIALS';
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (fields.ready) change.mutate();
      }}
    >
      <Field
        label={t(oneTime ? 'current' : 'current_normal')}
        error={wrong ? (change.error?.message ?? null) : null}
      >
        {(field) => (
          <Input
            {...field}
            type="password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        )}
      </Field>
      <NewPasswordFields state={fields} />
      {change.error && !wrong ? <ErrorNotice error={change.error} /> : null}
      <Button type="submit" look="primary" disabled={change.isPending} className="justify-self-start">
        {t('change_submit')}
      </Button>
    </form>
  );
}
