import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EntryForm } from '../../components/entry-form.tsx';
import { NewPasswordFields, useNewPassword } from '../../components/new-password-fields.tsx';
import { Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { BackToSignIn } from './back-to-sign-in.tsx';
import { takeLinkToken } from './entering.ts';
import { SignInLayout } from './sign-in-layout.tsx';

/** Where the link of the e-mail leads. */
export function ResetPasswordPage() {
  const { t } = useTranslation('account');
  const [token] = useState(takeLinkToken);
  const fields = useNewPassword();
  const reset = useMutation({
    mutationFn: () => client.identity.resetPassword({ body: { token, new_password: fields.password } }),
  });
  return (
    <SignInLayout title={t('reset_title')} intro={t('reset_intro')}>
      {token === '' ? <Notice tone="critical">{t('link_incomplete')}</Notice> : null}
      {reset.isSuccess ? (
        <Notice tone="info">{t('reset_done')}</Notice>
      ) : token === '' ? null : (
        <EntryForm sending={reset} ready={fields.ready} button={t('reset_submit')}>
          <NewPasswordFields state={fields} />
        </EntryForm>
      )}
      <BackToSignIn />
    </SignInLayout>
  );
}
