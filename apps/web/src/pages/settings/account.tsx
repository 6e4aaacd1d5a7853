import { useTranslation } from 'react-i18next';
import { Facts } from '../../components/facts.tsx';
import { formatTime } from '../../lib/format.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { useSession } from '../../lib/session.ts';

export function Account() {
  const { t } = useTranslation('settings');
  const roleName = useRoleName();
  const session = useSession();
  if (session === null) return null;
  const { user, expires_at } = session;
  return (
    <Facts
      facts={[
        [t('name'), user.name],
        [t('email'), user.email],
        [t('role'), roleName(user.role)],
        [t('session_until'), formatTime(expires_at)],
      ]}
    />
  );
}
