import type { SecondFactorNeeded, SignedIn } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmailField, EntryForm } from '../../components/entry-form.tsx';
import { Field, Input } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';

export function PasswordStep({
  onEntered,
  onSecondFactor,
}: {
  onEntered: (answer: SignedIn) => void;
  onSecondFactor: (needed: SecondFactorNeeded) => void;
}) {
  const { t } = useTranslation('signIn');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => client.identity.login({ body: { email, password, client: 'browser' } }),
    onSuccess: (answer) => (answer.status === 'signed_in' ? onEntered(answer) : onSecondFactor(answer)),
  });
  const wrong = signIn.error instanceof ApiError && signIn.error.code === 'WRONG_CREDENTIALS';
  return (
    <EntryForm
      sending={signIn}
      button={t(signIn.isPending ? 'submitting' : 'submit')}
      ownErrors={['WRONG_CREDENTIALS']}
    >
      <EmailField autoFocus value={email} onChange={setEmail} />
      <Field label={t('password')}>
        {(field) => (
          <Input
            {...field}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      {wrong ? <Notice tone="critical">{t('wrong')}</Notice> : null}
    </EntryForm>
  );
}
