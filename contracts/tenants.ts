import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

const tag = 'Organisations';

export const tenant = z.object({
  tenant_id: idOf('tenant'),
  name: z.string(),
  members: z.int().describe('Accounts that are open'),
  administrators: z.int().describe('Open accounts that govern it'),
  /** The organisation of who asks. */
  own: z.boolean(),
  created_at: timestamp,
  /** Null: open. */
  closed_at: timestamp.nullable(),
  closed_reason: z.string().nullable(),
});
export type Tenant = z.infer<typeof tenant>;

const name = z.string().trim().min(1).max(120);
const email = z.email().trim().toLowerCase().max(320);
const params = z.object({ id: idOf('tenant') });

export const tenantsApi = {
  list: endpoint({
    id: 'listTenants',
    method: 'GET',
    path: '/tenants',
    tag,
    summary: 'Organisations of this installation, oldest first',
    permission: 'tenants:read',
    query: listQuery,
    status: 200,
    response: listOf(tenant),
  }),
  create: endpoint({
    id: 'createTenant',
    method: 'POST',
    path: '/tenants',
    tag,
    summary: 'Make an organisation and invite its first administrator',
    description: 'Nothing of it is seen from any other organisation, this one included.',
    permission: 'tenants:write',
    body: z.strictObject({ name, administrator_email: email }),
    status: 201,
    response: tenant,
    errors: ['INVALID_INPUT', 'FORBIDDEN', 'CONFLICT'],
  }),
  rename: endpoint({
    id: 'renameTenant',
    method: 'PATCH',
    path: '/tenants/:id',
    tag,
    summary: 'Rename an organisation',
    permission: 'tenants:write',
    params,
    body: z.strictObject({ name }),
    status: 200,
    response: tenant,
    errors: ['NOT_FOUND'],
  }),
  invite: endpoint({
    id: 'inviteTenantAdministrator',
    method: 'POST',
    path: '/tenants/:id/administrators',
    tag,
    summary: 'Invite an administrator into an organisation',
    permission: 'tenants:write',
    params,
    body: z.strictObject({ email }),
    status: 204,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT'],
  }),
  close: endpoint({
    id: 'closeTenant',
    method: 'POST',
    path: '/tenants/:id/close',
    tag,
    summary: 'Close an organisation: nobody of it comes in, and its data stays',
    description: 'Sessions end and API keys stop working within a second. It can be opened again.',
    permission: 'tenants:write',
    params,
    body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
    status: 200,
    response: tenant,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  reopen: endpoint({
    id: 'reopenTenant',
    method: 'POST',
    path: '/tenants/:id/reopen',
    tag,
    summary: 'Open a closed organisation again',
    permission: 'tenants:write',
    params,
    status: 200,
    response: tenant,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
};
