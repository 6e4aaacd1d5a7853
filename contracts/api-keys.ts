import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { type Permission, permissions } from './permissions.ts';

/** One address or a block of them: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. */
export const addressBlock = z.union(
  [z.ipv4(), z.cidrv4(), z.ipv6(), z.cidrv6()],
  'expected an address or a block such as 192.0.2.0/24 or 2001:db8::/32',
);

export const apiKeyStatuses = ['active', 'rotating', 'expired', 'revoked'] as const;

export const apiKey = z.object({
  key_id: z.string(),
  name: z.string(),
  prefix: z.string().describe('The readable beginning of the key, such as sk_k7f3m2qa'),
  status: z.enum(apiKeyStatuses).describe('rotating: replaced, and still valid until retires_at'),
  scopes: z
    .array(z.string())
    .describe('What the key was given; it may never do more than its maker may at that moment'),
  allowed_addresses: z.array(z.string()).describe('Addresses and CIDR blocks it may come from; empty: any'),
  requests_per_minute: z.int().nullable().describe('Its own limit; null: the limit of its maker'),
  owner: z.object({ user_id: z.string(), name: z.string(), email: z.string() }),
  created_at: timestamp,
  expires_at: timestamp.nullable(),
  retires_at: timestamp.nullable(),
  revoked_at: timestamp.nullable(),
  replaced_by: z.string().nullable(),
  last_used_at: timestamp.nullable(),
  last_used_address: z.string().nullable(),
});
export type ApiKey = z.infer<typeof apiKey>;

/** The key in clear, this once: only its hash is kept. */
export const newApiKey = z.object({ key: apiKey, secret: z.string() });
export type NewApiKey = z.infer<typeof newApiKey>;

const params = z.object({ id: idOf('key') });
const name = z.string().trim().min(1).max(80);
const allowedAddresses = z.array(addressBlock).max(50);
const requestsPerMinute = z.int().min(1).max(1_000_000).nullable();

export const createApiKey = z.strictObject({
  name,
  scopes: z
    .array(z.enum(permissions as readonly [Permission, ...Permission[]]))
    .min(1, 'expected at least one scope')
    .max(200),
  allowed_addresses: allowedAddresses.default([]),
  requests_per_minute: requestsPerMinute.default(null),
  expires_at: timestamp.nullable().default(null),
});

export const apiKeysApi = {
  list: endpoint({
    id: 'listApiKeys',
    method: 'GET',
    path: '/auth/api-keys',
    tag: 'API keys',
    summary: 'Your API keys, newest first',
    permission: 'api-keys:own',
    query: listQuery.extend({ status: z.enum(apiKeyStatuses).optional() }),
    status: 200,
    response: listOf(apiKey),
  }),
  create: endpoint({
    id: 'createApiKey',
    method: 'POST',
    path: '/auth/api-keys',
    tag: 'API keys',
    summary: 'Make an API key; its secret is shown this once',
    description:
      'Used as `Authorization: Bearer sk_...`. Scopes are a part of your own permissions, and are held against them again at every use.',
    permission: 'api-keys:own',
    body: createApiKey,
    status: 201,
    response: newApiKey,
    errors: ['INVALID_INPUT', 'FORBIDDEN', 'CONFLICT'],
  }),
  get: endpoint({
    id: 'getApiKey',
    method: 'GET',
    path: '/auth/api-keys/:id',
    tag: 'API keys',
    summary: 'One of your API keys',
    permission: 'api-keys:own',
    params,
    status: 200,
    response: apiKey,
    errors: ['NOT_FOUND'],
  }),
  update: endpoint({
    id: 'updateApiKey',
    method: 'PATCH',
    path: '/auth/api-keys/:id',
    tag: 'API keys',
    summary: 'Change the name, scopes, addresses, limit or expiry of your key',
    permission: 'api-keys:own',
    params,
    body: z.strictObject({
      name: name.optional(),
      scopes: createApiKey.shape.scopes.optional(),
      allowed_addresses: allowedAddresses.optional(),
      requests_per_minute: requestsPerMinute.optional(),
      expires_at: timestamp.nullable().optional(),
    }),
    status: 200,
    response: apiKey,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'FORBIDDEN', 'CONFLICT'],
  }),
  rotate: endpoint({
    id: 'rotateApiKey',
    method: 'POST',
    path: '/auth/api-keys/:id/rotate',
    tag: 'API keys',
    summary: 'Replace your key by a new one; the old one goes on for the overlap',
    permission: 'api-keys:own',
    params,
    body: z.strictObject({
      overlap_hours: z
        .number()
        .min(0)
        .max(24 * 30)
        .default(24)
        .describe('Hours during which both keys are valid'),
    }),
    status: 201,
    response: newApiKey,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  revoke: endpoint({
    id: 'revokeApiKey',
    method: 'DELETE',
    path: '/auth/api-keys/:id',
    tag: 'API keys',
    summary: 'Revoke your key; it is refused everywhere within a second',
    permission: 'api-keys:own',
    params,
    status: 204,
    errors: ['NOT_FOUND'],
  }),
  listAll: endpoint({
    id: 'listAllApiKeys',
    method: 'GET',
    path: '/admin/api-keys',
    tag: 'API keys',
    summary: 'The API keys of everybody, newest first',
    permission: 'api-keys:read',
    query: listQuery.extend({
      status: z.enum(apiKeyStatuses).optional(),
      owner: idOf('user').optional(),
      search: z.string().trim().max(80).optional().describe('Part of a name, of a prefix, or of an owner'),
    }),
    status: 200,
    response: listOf(apiKey),
  }),
  revokeAny: endpoint({
    id: 'revokeAnyApiKey',
    method: 'DELETE',
    path: '/admin/api-keys/:id',
    tag: 'API keys',
    summary: 'Revoke anybody’s key',
    permission: 'api-keys:write',
    params,
    status: 204,
    errors: ['NOT_FOUND'],
  }),
};
