import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { BackToSignIn } from './back-to-sign-in.tsx';
import { takeLinkToken } from './entering.ts';
import { SignInLayout } from './sign-in-layout.tsx';

type Kind = 'verify' | 'confirm_email' | 'undo_email';

const deeds: Record<Kind, (token: string) => Promise<unknown>> = {
  verify: (token) => client.identity.verifyEmail({ body: { token } }),
  confirm_email: (token) => client.emailChange.confirm({ body: { token } }),
  undo_email: (token) => client.emailChange.undo({ body: { token } }),
};

/** Where a link of an e-mail leads that asks for one deed: done with a click, as mail scanners open links too. */
function MailLinkPage({ kind }: { kind: Kind }) {
  const { t } = useTranslation('account');
  const [token] = useState(takeLinkToken);
  const deed = useMutation({ mutationFn: () => deeds[kind](token) });
  return (
    <SignInLayout title={t(`${kind}_title`)} intro={t(`${kind}_intro`)}>
      {token === '' ? <Notice tone="critical">{t('link_incomplete')}</Notice> : null}
      {deed.isSuccess ? <Notice tone="info">{t(`${kind}_done`)}</Notice> : null}
      {deed.error ? <ErrorNotice error={deed.error} /> : null}
      {token !== '' && !deed.isSuccess ? (
        <Button look="primary" className="w-full" disabled={deed.isPending} onClick={() => deed.mutate()}>
          {t(`${kind}_submit`)}
        </Button>
      ) : null}
      <BackToSignIn />
    </SignInLayout>
  );
}

export const VerifyEmailPage = () => <MailLinkPage kind="verify" />;
export const ConfirmEmailPage = () => <MailLinkPage kind="confirm_email" />;
export const UndoEmailPage = () => <MailLinkPage kind="undo_email" />;
