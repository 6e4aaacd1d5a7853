import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmailField, EntryForm, NameField } from '../../components/entry-form.tsx';
import { NewPasswordFields, useNewPassword } from '../../components/new-password-fields.tsx';
import { Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { preferredLanguage } from '../../lib/i18n.ts';
import { BackToSignIn } from './back-to-sign-in.tsx';
import { SignInLayout } from './sign-in-layout.tsx';

export function SignUpPage() {
  const { t } = useTranslation('account');
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const fields = useNewPassword();
  const signUp = useMutation({
    mutationFn: () => {
      const { password } = fields;
      return client.identity.signUp({ body: { email, name, password, language: preferredLanguage() } });
    },
  });
  return (
    <SignInLayout title={t('sign_up_title')} intro={t('sign_up_intro')}>
      {signUp.isSuccess ? (
        <Notice tone="info" title={t('forgot_sent')}>
          {t('sign_up_sent')}
        </Notice>
      ) : (
        <EntryForm sending={signUp} ready={fields.ready} button={t('sign_up_submit')}>
          <NameField autoFocus value={name} onChange={setName} />
          <EmailField value={email} onChange={setEmail} />
          <NewPasswordFields state={fields} />
        </EntryForm>
      )}
      <BackToSignIn />
    </SignInLayout>
  );
}
