import type { ApiKey } from '@stroma/contracts';
import type { ApiKeyRow, ApiKeyStatus, OwnedKeyRow } from './api-keys.store.ts';

export function statusOf(key: ApiKeyRow, now = Date.now()): ApiKeyStatus {
  if (key.revokedAt !== null) return 'revoked';
  const ends = [key.expiresAt, key.retiresAt].flatMap((end) => (end === null ? [] : [end.getTime()]));
  if (ends.some((end) => end <= now)) return 'expired';
  return key.retiresAt === null ? 'active' : 'rotating';
}

const iso = (moment: Date | null): string | null => moment?.toISOString() ?? null;

export const documentOf = ({ key, owner }: OwnedKeyRow): ApiKey => ({
  key_id: key.id,
  name: key.name,
  prefix: key.prefix,
  status: statusOf(key),
  scopes: [...key.scopes].sort(),
  allowed_addresses: key.allowedAddresses,
  requests_per_minute: key.requestsPerMinute,
  owner: { user_id: key.ownerId, ...owner },
  created_at: key.createdAt.toISOString(),
  expires_at: iso(key.expiresAt),
  retires_at: iso(key.retiresAt),
  revoked_at: iso(key.revokedAt),
  replaced_by: key.replacedBy,
  last_used_at: iso(key.lastUsedAt),
  last_used_address: key.lastUsedAddress,
});
