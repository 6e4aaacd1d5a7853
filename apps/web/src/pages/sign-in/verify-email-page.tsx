import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { BackToSignIn } from './back-to-sign-in.tsx';
import { takeLinkToken } from './entering.ts';
import { SignInLayout } from './sign-in-layout.tsx';

/** Confirms with a click, not on sight: mail scanners open links too. */
export function VerifyEmailPage() {
  const { t } = useTranslation('account');
  const [token] = useState(takeLinkToken);
  const verify = useMutation({ mutationFn: () => client.identity.verifyEmail({ body: { token } }) });
  return (
    <SignInLayout title={t('verify_title')} intro={t('verify_intro')}>
      {token === '' ? <Notice tone="critical">{t('link_incomplete')}</Notice> : null}
      {verify.isSuccess ? <Notice tone="info">{t('verify_done')}</Notice> : null}
      {verify.error ? <ErrorNotice error={verify.error} /> : null}
      {token !== '' && !verify.isSuccess ? (
        <Button look="primary" className="w-full" disabled={verify.isPending} onClick={() => verify.mutate()}>
          {t('verify_submit')}
        </Button>
      ) : null}
      <BackToSignIn />
    </SignInLayout>
  );
}
