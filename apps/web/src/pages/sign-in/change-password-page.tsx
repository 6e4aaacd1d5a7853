import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { PasswordForm } from '../../components/password-form.tsx';
import { sessionQuery, useSignOut } from '../../lib/session.ts';
import { SignInLayout } from './sign-in-layout.tsx';

const route = getRouteApi('/change-password');

/** Stands between a one-time password and everything else. */
export function ChangePasswordPage() {
  const { t } = useTranslation('signIn');
  const { to } = route.useSearch();
  const router = useRouter();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const signOut = useSignOut();
  const goOn = async () => {
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    router.history.replace(to?.startsWith('/') && !to.startsWith('//') ? to : '/');
  };
  return (
    <SignInLayout title={t('change_title')} intro={t('change_intro')}>
      <PasswordForm oneTime onChanged={() => void goOn()} />
      <Button
        look="quiet"
        size="small"
        className="mt-4 -ms-2"
        onClick={() => void signOut().then(() => navigate({ to: '/sign-in' }))}
      >
        {t('sign_out')}
      </Button>
    </SignInLayout>
  );
}
