import type { SecuritySetting } from '@stroma/contracts';
import { type Config, configSchema, secretKeys } from '../../platform/config/config.ts';

/** Settings of the installation that guard the way in, in the order they are shown. */
const shown: Readonly<Record<SecuritySetting['group'], readonly (keyof Config)[]>> = {
  sign_in: [
    'STROMA_SIGN_UP',
    'STROMA_SIGN_UP_ROLE',
    'STROMA_SIGN_UP_DOMAINS',
    'STROMA_TRUST_PROXY',
    'STROMA_GEO_FILE',
  ],
  password: ['STROMA_PASSWORD_MIN_LENGTH', 'STROMA_PASSWORD_MIN_STRENGTH', 'STROMA_PASSWORD_BREACH_FILE'],
  second_factor: ['STROMA_REQUIRE_MFA'],
  session: [
    'STROMA_SESSION_HOURS',
    'STROMA_SESSION_IDLE_MINUTES',
    'STROMA_ACCESS_TOKEN_HOURS',
    'STROMA_REFRESH_TOKEN_DAYS',
    'STROMA_SIGNING_KEY_DAYS',
  ],
  lockout: [
    'STROMA_LOCKOUT_FAILURES',
    'STROMA_LOCKOUT_MINUTES',
    'STROMA_LOGIN_LIMIT_PER_MINUTE',
    'STROMA_LOGIN_BLOCK_MINUTES',
  ],
  rate_limit: [
    'STROMA_RATE_PUBLIC_PER_MINUTE',
    'STROMA_RATE_SIGNED_IN_PER_MINUTE',
    'STROMA_RATE_ADMIN_PER_MINUTE',
    'STROMA_RATE_FREE_QUERIES_PER_HOUR',
    'STROMA_RATE_PREMIUM_QUERIES_PER_HOUR',
    'STROMA_RATE_LIMIT_PER_MINUTE',
  ],
};

/** What is in force; a path only says that it is set. */
export function securitySettings(config: Config): SecuritySetting[] {
  return Object.entries(shown).flatMap(([group, keys]) =>
    keys.map((key) => ({
      group: group as SecuritySetting['group'],
      key,
      value: shownValue(config, key),
      about: configSchema.shape[key].description ?? '',
    })),
  );
}

function shownValue(config: Config, key: keyof Config): SecuritySetting['value'] {
  const value = config[key];
  if (value === undefined) return null;
  if (secretKeys.has(key) || key.endsWith('_FILE')) return true;
  return value;
}
