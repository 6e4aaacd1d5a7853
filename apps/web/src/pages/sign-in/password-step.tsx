import type { SecondFactorNeeded, SignedIn } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
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
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate();
      }}
    >
      <Field label={t('email')}>
        {(field) => (
          <Input
            {...field}
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
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
      {signIn.error && !wrong ? <ErrorNotice error={signIn.error} /> : null}
      <Button type="submit" look="primary" disabled={signIn.isPending} className="w-full">
        {t(signIn.isPending ? 'submitting' : 'submit')}
      </Button>
    </form>
  );
}
