import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { sessionQuery, useSignOut } from '../../lib/session.ts';
import { AddPasskeyForm } from '../account/add-passkey-form.tsx';
import { RecoveryCodes } from '../account/recovery-codes.tsx';
import { TotpSetUp } from '../account/totp-set-up.tsx';
import { ownAddress } from './entering.ts';
import { SignInLayout } from './sign-in-layout.tsx';

const route = getRouteApi('/set-up-second-factor');

/** Stands between a role that needs a second factor and everything else. */
export function SetUpSecondFactorPage() {
  const { t } = useTranslation('account');
  const { to } = route.useSearch();
  const router = useRouter();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const signOut = useSignOut();
  const [codes, setCodes] = useState<string[] | null>(null);
  const [way, setWay] = useState<'totp' | 'passkey'>('totp');
  const goOn = async () => {
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    router.history.replace(ownAddress(to));
  };
  const added = (made: string[] | null) => (made === null ? void goOn() : setCodes(made));
  return (
    <SignInLayout title={t('required_title')} intro={t('required_intro')}>
      {codes !== null ? (
        <RecoveryCodes codes={codes} onDone={() => void goOn()} />
      ) : way === 'totp' ? (
        <TotpSetUp onAdded={added} />
      ) : (
        <AddPasskeyForm onAdded={added} />
      )}
      {codes === null ? (
        <div className="mt-4 -ms-2 flex flex-wrap justify-between gap-2">
          <Button look="quiet" size="small" onClick={() => setWay(way === 'totp' ? 'passkey' : 'totp')}>
            {t(way === 'totp' ? 'required_use_passkey' : 'required_use_totp')}
          </Button>
          <Button
            look="quiet"
            size="small"
            onClick={() => void signOut().then(() => navigate({ to: '/sign-in' }))}
          >
            {t('sign_out')}
          </Button>
        </div>
      ) : null}
    </SignInLayout>
  );
}
