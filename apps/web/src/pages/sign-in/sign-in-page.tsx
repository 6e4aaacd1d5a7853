import { ApiError } from '@stroma/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { SignInLayout } from './sign-in-layout.tsx';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { t } = useTranslation('signIn');
  const { to } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => client.identity.login({ body: { email, password } }),
    onSuccess: ({ user, permissions, expires_at }) => {
      queryClient.setQueryData(queryKeys.session, { user, permissions, expires_at });
      router.history.replace(ownAddress(to));
    },
  });
  const wrong = signIn.error instanceof ApiError && signIn.error.code === 'WRONG_CREDENTIALS';
  return (
    <SignInLayout title={t('title')} intro={t('tagline')}>
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
      <p className="mt-6 text-small text-ink-faint">{t('first_time')}</p>
    </SignInLayout>
  );
}

/** Only addresses of this app are followed after signing in. */
function ownAddress(to: string | undefined): string {
  return to?.startsWith('/') && !to.startsWith('//') && !to.startsWith('/sign-in') ? to : '/';
}
