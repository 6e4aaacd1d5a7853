import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { emailDomain, roleMapping } from './single-sign-on.ts';

/** A source of users and groups that pushes them by SCIM with a token of its own. */
export const directory = z.object({
  directory_id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  token_prefix: z.string(),
  base_url: z.string().describe('What the identity provider is given'),
  domains: z.array(z.string()),
  role_mapping: roleMapping,
  default_role: z.string(),
  users: z.int(),
  groups: z.int(),
  created_at: timestamp,
  expires_at: timestamp.nullable(),
  last_used_at: timestamp.nullable(),
});
export type Directory = z.infer<typeof directory>;

const directoryFields = {
  name: z.string().trim().min(1).max(80),
  domains: z.array(emailDomain).min(1, 'expected at least one e-mail domain').max(50),
  role_mapping: roleMapping.default([]),
  default_role: z.string().min(1).max(80).default('viewer'),
  expires_at: timestamp.nullable().default(null),
};

export const newDirectoryToken = z.object({ directory, token: z.string() });
const directoryParams = z.object({ id: idOf('directory') });
const tag = 'Single sign-on';

export const directoriesApi = {
  listDirectories: endpoint({
    id: 'listDirectories',
    method: 'GET',
    path: '/admin/single-sign-on/directories',
    tag,
    summary: 'Directories that push users and groups by SCIM',
    permission: 'single-sign-on:read',
    query: listQuery,
    status: 200,
    response: listOf(directory),
  }),
  createDirectory: endpoint({
    id: 'createDirectory',
    method: 'POST',
    path: '/admin/single-sign-on/directories',
    tag,
    summary: 'Let a directory in; its token is shown this once',
    permission: 'single-sign-on:write',
    body: z.strictObject(directoryFields),
    status: 201,
    response: newDirectoryToken,
    errors: ['INVALID_INPUT', 'FORBIDDEN'],
  }),
  updateDirectory: endpoint({
    id: 'updateDirectory',
    method: 'PATCH',
    path: '/admin/single-sign-on/directories/:id',
    tag,
    summary: 'Change a directory; roles follow the new mapping at once',
    permission: 'single-sign-on:write',
    params: directoryParams,
    body: z.strictObject({
      name: directoryFields.name.optional(),
      enabled: z.boolean().optional(),
      domains: directoryFields.domains.optional(),
      role_mapping: roleMapping.optional(),
      default_role: z.string().min(1).max(80).optional(),
      expires_at: timestamp.nullable().optional(),
    }),
    status: 200,
    response: directory,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'FORBIDDEN'],
  }),
  renewDirectoryToken: endpoint({
    id: 'renewDirectoryToken',
    method: 'POST',
    path: '/admin/single-sign-on/directories/:id/token',
    tag,
    summary: 'A new token for a directory; the old one ends at once',
    permission: 'single-sign-on:write',
    params: directoryParams,
    status: 200,
    response: newDirectoryToken,
    errors: ['NOT_FOUND'],
  }),
  removeDirectory: endpoint({
    id: 'removeDirectory',
    method: 'DELETE',
    path: '/admin/single-sign-on/directories/:id',
    tag,
    summary: 'Shut a directory out; its accounts stay as they are',
    permission: 'single-sign-on:write',
    params: directoryParams,
    status: 204,
    errors: ['NOT_FOUND'],
  }),
};
