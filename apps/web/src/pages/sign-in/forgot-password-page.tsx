import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmailField, EntryForm } from '../../components/entry-form.tsx';
import { Notice } from '../../components/notice.tsx';
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
        <EntryForm sending={ask} button={t('forgot_submit')}>
          <EmailField autoFocus value={email} onChange={setEmail} />
        </EntryForm>
      )}
      <BackToSignIn />
    </SignInLayout>
  );
}
