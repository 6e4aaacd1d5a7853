import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { BackToSignIn } from './back-to-sign-in.tsx';
import { SignInLayout } from './sign-in-layout.tsx';

export function ForgotPasswordPage() {
  const { t } = useTranslation('account');
  const [email, setEmail] = useState('');
  const ask = useMutation({ mutationFn: () => client.identity.forgotPassword({ body: { email } }) });
  return (
    <SignInLayout title={t('forgot_title')} intro={t('forgot_intro')}>
      {ask.isSuccess ? (
        <Notice tone="info" title={t('forgot_sent')}>
          {t('forgot_sent_text')}
        </Notice>
      ) : (
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate();
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
          {ask.error ? <ErrorNotice error={ask.error} /> : null}
          <Button type="submit" look="primary" disabled={ask.isPending} className="w-full">
            {t('forgot_submit')}
          </Button>
        </form>
      )}
      <BackToSignIn />
    </SignInLayout>
  );
}
