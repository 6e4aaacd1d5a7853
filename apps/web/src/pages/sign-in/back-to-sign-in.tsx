import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

export function BackToSignIn() {
  const { t } = useTranslation('account');
  return (
    <p className="mt-4">
      <Link to="/sign-in" className="text-accent hover:underline">
        {t('back_to_sign_in')}
      </Link>
    </p>
  );
}
