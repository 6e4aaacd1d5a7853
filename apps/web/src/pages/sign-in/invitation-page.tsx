import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EntryForm, NameField } from '../../components/entry-form.tsx';
import { NewPasswordFields, useNewPassword } from '../../components/new-password-fields.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { preferredLanguage } from '../../lib/i18n.ts';
import { BackToSignIn } from './back-to-sign-in.tsx';
import { takeLinkToken, useEntering } from './entering.ts';
import { SignInLayout } from './sign-in-layout.tsx';

/** Accepts an invitation: a name, a password, and one is in. */
export function InvitationPage() {
  const { t } = useTranslation('account');
  const [token] = useState(takeLinkToken);
  const [name, setName] = useState('');
  const fields = useNewPassword();
  const enter = useEntering('/');
  const read = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => client.identity.readInvitation({ body: { token }, signal }),
    enabled: token !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const email = read.data?.email ?? '';
  const accept = useMutation({
    mutationFn: async () => {
      const { password } = fields;
      const language = preferredLanguage();
      await client.identity.acceptInvitation({ body: { token, name, password, language } });
      return client.identity.login({ body: { email, password, client: 'browser' } });
    },
    onSuccess: (answer) => {
      if (answer.status === 'signed_in') enter(answer);
    },
  });
  const organisation = read.data?.organisation ?? '';
  return (
    <SignInLayout
      title={t('invitation_title')}
      intro={read.data ? t('invitation_intro', { organisation, email }) : t('invitation_reading')}
    >
      {token === '' ? <Notice tone="critical">{t('link_incomplete')}</Notice> : null}
      {read.error ? <ErrorNotice error={read.error} /> : null}
      {read.isLoading ? <SkeletonRows rows={3} /> : null}
      {read.data ? (
        <EntryForm sending={accept} ready={fields.ready} button={t('invitation_submit')}>
          <NameField autoFocus value={name} onChange={setName} />
          <NewPasswordFields state={fields} />
        </EntryForm>
      ) : null}
      <BackToSignIn />
    </SignInLayout>
  );
}
