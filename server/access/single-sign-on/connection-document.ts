import { apiPrefix, type Connection } from '@stroma/contracts';
import type { ConnectionWithDomains } from './connections.store.ts';
import type { SamlPlace } from './saml-peer.ts';

const base = (origin: string, id: string): string => `${origin}${apiPrefix}/auth/single-sign-on/${id}`;

export const redirectUriOf = (origin: string, id: string): string => `${base(origin, id)}/callback`;

export const samlPlaceOf = (origin: string, id: string): SamlPlace => ({
  entityId: `${base(origin, id)}/metadata`,
  assertionUrl: `${base(origin, id)}/assertion`,
});

export const startPathOf = (id: string): string => `${base('', id)}/start`;

export function connectionDocument({ row, domains }: ConnectionWithDomains, origin: string): Connection {
  const place = samlPlaceOf(origin, row.id);
  return {
    connection_id: row.id,
    kind: row.kind,
    name: row.name,
    enabled: row.enabled,
    domains,
    shown_to_all: row.shownToAll,
    creates_users: row.createsUsers,
    trusts_second_factor: row.trustsSecondFactor,
    role_mapping: row.roleMapping,
    default_role: row.defaultRole,
    oidc: row.oidc,
    saml: row.saml,
    client_secret_set: row.clientSecret !== null,
    redirect_uri: row.kind === 'oidc' ? redirectUriOf(origin, row.id) : place.assertionUrl,
    sp_entity_id: row.kind === 'saml' ? place.entityId : null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  };
}
