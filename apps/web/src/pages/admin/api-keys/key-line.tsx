import type { ApiKey } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { formatTime } from '../../../lib/format.ts';

const tones = { active: 'good', rotating: 'warning', expired: 'plain', revoked: 'plain' } as const;

export function KeyStatus({ status }: { status: ApiKey['status'] }) {
  const { t } = useTranslation('apiKeys');
  return <Badge tone={tones[status]}>{t(`status_${status}`)}</Badge>;
}

/** When and from where it was last used, in words. */
export function useKeyUse(): (key: ApiKey) => string {
  const { t } = useTranslation('apiKeys');
  return ({ last_used_at, last_used_address }) =>
    last_used_at === null
      ? t('never_used')
      : t('used_from', { time: formatTime(last_used_at), address: last_used_address ?? '?' });
}

/** Until when it works, in words. */
export function useKeyEnd(): (key: ApiKey) => string {
  const { t } = useTranslation('apiKeys');
  return ({ expires_at, retires_at }) => {
    if (retires_at !== null) return t('replaced_until', { time: formatTime(retires_at) });
    return expires_at === null ? t('no_end') : t('ends', { time: formatTime(expires_at) });
  };
}
