import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { NewPasswordFields, useNewPassword } from '../../components/new-password-fields.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { BackToSignIn } from './back-to-sign-in.tsx';
import { SignInLayout } from './sign-in-layout.tsx';

export function SignUpPage() {
  const { t } = useTranslation('account');
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const fields = useNewPassword();
  const signUp = useMutation({
    mutationFn: () => client.identity.signUp({ body: { email, name, password: fields.password } }),
  });
  return (
    <SignInLayout title={t('sign_up_title')} intro={t('sign_up_intro')}>
      {signUp.isSuccess ? (
        <Notice tone="info" title={t('forgot_sent')}>
          {t('sign_up_sent')}
        </Notice>
      ) : (
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (fields.ready) signUp.mutate();
          }}
        >
          <Field label={t('name')}>
            {(field) => (
              <Input
                {...field}
                autoComplete="name"
                required
                autoFocus
                maxLength={200}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label={t('email')}>
            {(field) => (
              <Input
                {...field}
                type="email"
                autoComplete="username"
                required
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            )}
          </Field>
          <NewPasswordFields state={fields} />
          {signUp.error ? <ErrorNotice error={signUp.error} /> : null}
          <Button type="submit" look="primary" disabled={signUp.isPending} className="w-full">
            {t('sign_up_submit')}
          </Button>
        </form>
      )}
      <BackToSignIn />
    </SignInLayout>
  );
}
