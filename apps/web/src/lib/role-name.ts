import { type Role, roles } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';

/** What a role is called; one of the organisation's own is a custom role. */
export function useRoleName(): (role: string) => string {
  const { t } = useTranslation('settings');
  return (role) => t(`role_${roles.find((each): each is Role => each === role) ?? 'custom'}`);
}
