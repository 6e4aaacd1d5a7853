import type { SecondFactorNeeded } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { SignInButtons, SingleSignOnFailure } from '../admin/single-sign-on/sign-in-buttons.tsx';
import { pendingSecondFactor, useEntering } from './entering.ts';
import { PasskeyButton } from './passkey-button.tsx';
import { PasswordStep } from './password-step.tsx';
import { SecondFactorStep } from './second-factor-step.tsx';
import { SignInLayout } from './sign-in-layout.tsx';

const route = getRouteApi('/sign-in');

/** Every way in: password and second factor, passkey, single sign-on. */
export function SignInPage() {
  const { t } = useTranslation('signIn');
  const { to, sso } = route.useSearch();
  const enter = useEntering(to);
  const [pending, setPending] = useState<SecondFactorNeeded | null>(() =>
    pendingSecondFactor(window.location.hash),
  );
  const { data: options } = useQuery({
    queryKey: queryKeys.signInOptions,
    queryFn: ({ signal }) => client.identity.signInOptions({ signal }),
    staleTime: 300_000,
  });
  if (pending !== null)
    return (
      <SignInLayout title={t('second_title')} intro={t('second_intro')}>
        <SecondFactorStep needed={pending} onEntered={enter} onBack={() => setPending(null)} />
      </SignInLayout>
    );
  return (
    <SignInLayout title={t('title')} intro={t('tagline')}>
      <SingleSignOnFailure failure={sso} />
      <PasswordStep onEntered={enter} onSecondFactor={setPending} />
      <p className="mt-3 flex flex-wrap justify-between gap-x-4">
        <Link to="/forgot-password" className="text-accent hover:underline">
          {t('forgotten')}
        </Link>
        {options?.sign_up === 'open' ? (
          <Link to="/sign-up" className="text-accent hover:underline">
            {t('sign_up')}
          </Link>
        ) : null}
      </p>
      <PasskeyButton onEntered={enter} />
      <SignInButtons to={to} />
      <p className="mt-6 text-small text-ink-faint">{t('first_time')}</p>
    </SignInLayout>
  );
}
