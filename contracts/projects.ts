import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { permissions, sensitivities } from './permissions.ts';

/** A lead changes the project and who belongs to it; a reader looks at what belongs to it and changes nothing. */
export const projectRoles = ['lead', 'member', 'reader'] as const;
export type ProjectRole = (typeof projectRoles)[number];

export const project = z.object({
  project_id: z.string(),
  name: z.string(),
  description: z.string(),
  members: z.array(z.object({ user_id: z.string(), name: z.string(), role: z.enum(projectRoles) })),
  resources: z.int(),
  created_at: timestamp,
  /** Archived: what belongs to it can be looked at by its members, and nothing is put into it. */
  archived_at: timestamp.nullable(),
  may_change: z.boolean(),
  why_not: z.string().nullable(),
});
export type Project = z.infer<typeof project>;

export const grant = z.object({
  grant_id: z.string(),
  user_id: z.string(),
  user_name: z.string(),
  permission: z.enum(permissions),
  expires_at: timestamp.nullable(),
  created_by: z.string(),
  created_at: timestamp,
});
export type Grant = z.infer<typeof grant>;

export const projectResource = z.object({
  resource_id: z.string(),
  kind: z.string(),
  name: z.string(),
  sensitivity: z.enum(sensitivities).nullable(),
});
export type ProjectResource = z.infer<typeof projectResource>;

export const share = grant.extend({
  resource_id: z.string(),
  kind: z.string(),
  resource_name: z.string(),
  created_by_name: z.string().nullable().describe('Null: whoever shared it is gone'),
  /** You may share the thing yourself, and so take this back. */
  may_end: z.boolean(),
});
export type Share = z.infer<typeof share>;

export const usePurpose = z.object({
  purpose: z.string(),
  description: z.string(),
  /** Things that are kept for it. */
  resources: z.int(),
  /** False: it stands on things, and nobody has listed it. */
  listed: z.boolean(),
  created_at: timestamp.nullable(),
  retired_at: timestamp.nullable(),
});
export type UsePurpose = z.infer<typeof usePurpose>;

/** What narrows access to one thing, beside the roles. */
export const resourceAccess = z.object({
  resource_id: z.string(),
  kind: z.string(),
  name: z.string(),
  projects: z.array(z.object({ project_id: z.string(), name: z.string() })),
  site: z.string().nullable(),
  purposes: z.array(z.string()),
  opens_at: timestamp.nullable(),
  closes_at: timestamp.nullable(),
  grants: z.array(grant),
});
export type ResourceAccess = z.infer<typeof resourceAccess>;

const params = z.object({ id: idOf('project') });
/** An id alone: as they belong to it already, or else as a member. */
const people = z
  .array(
    z.union([idOf('user'), z.strictObject({ user_id: idOf('user'), role: z.enum(projectRoles).optional() })]),
  )
  .max(1000);
const resourceParams = z.object({
  id: z.string().regex(/^[a-z]{2,4}_[0-9a-f-]{36}$/, 'expected an id like ds_...'),
});
const purpose = z
  .string()
  .trim()
  .regex(/^[a-z][a-z0-9-]{0,59}$/, 'expected small letters, digits and hyphens');

export const projectsApi = {
  list: endpoint({
    id: 'listProjects',
    method: 'GET',
    path: '/access/projects',
    tag: 'Access',
    summary: 'Projects and who belongs to them; who reaches only projects of their own sees these',
    permission: 'projects:read',
    query: listQuery.extend({
      state: z.enum(['open', 'archived', 'all']).default('all'),
      search: z.string().trim().max(200).optional().describe('Part of the name or description'),
    }),
    status: 200,
    response: listOf(project),
  }),
  get: endpoint({
    id: 'getProject',
    method: 'GET',
    path: '/access/projects/:id',
    tag: 'Access',
    summary: 'One project',
    permission: 'projects:read',
    params,
    status: 200,
    response: project,
    errors: ['NOT_FOUND'],
  }),
  resources: endpoint({
    id: 'listProjectResources',
    method: 'GET',
    path: '/access/projects/:id/resources',
    tag: 'Access',
    summary: 'What belongs to a project, as far as you may see it',
    permission: 'projects:read',
    params,
    query: listQuery,
    status: 200,
    response: listOf(projectResource),
    errors: ['NOT_FOUND'],
  }),
  create: endpoint({
    id: 'createProject',
    method: 'POST',
    path: '/access/projects',
    tag: 'Access',
    summary: 'Make a project; you lead it',
    permission: 'projects:write',
    body: z.strictObject({
      name: z.string().trim().min(1).max(120),
      description: z.string().max(2000).default(''),
      members: people.default([]),
    }),
    status: 201,
    response: project,
    errors: ['INVALID_INPUT', 'CONFLICT'],
  }),
  update: endpoint({
    id: 'updateProject',
    method: 'PATCH',
    path: '/access/projects/:id',
    tag: 'Access',
    summary: 'Rename, archive or reopen a project, or choose who belongs to it; for its leads',
    permission: 'projects:write',
    params,
    body: z.strictObject({
      name: z.string().trim().min(1).max(120).optional(),
      description: z.string().max(2000).optional(),
      members: people.optional(),
      archived: z.boolean().optional(),
    }),
    status: 200,
    response: project,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'CONFLICT', 'FORBIDDEN'],
  }),
  remove: endpoint({
    id: 'deleteProject',
    method: 'DELETE',
    path: '/access/projects/:id',
    tag: 'Access',
    summary: 'Delete a project that holds nothing',
    permission: 'projects:write',
    params,
    status: 204,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN'],
  }),
  resource: endpoint({
    id: 'getResourceAccess',
    method: 'GET',
    path: '/access/resources/:id',
    tag: 'Access',
    summary: 'Projects, site, purposes, time and shares of one thing',
    permission: 'datasets:share',
    params: resourceParams,
    status: 200,
    response: resourceAccess,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  setResource: endpoint({
    id: 'setResourceAccess',
    method: 'PUT',
    path: '/access/resources/:id',
    tag: 'Access',
    summary: 'Set projects, site, purposes and time of one thing',
    permission: 'datasets:share',
    params: resourceParams,
    body: z.strictObject({
      projects: z.array(idOf('project')).max(20).default([]),
      site: z.string().trim().min(1).max(80).nullable().default(null),
      purposes: z.array(purpose).max(20).default([]),
      opens_at: timestamp.nullable().default(null),
      closes_at: timestamp.nullable().default(null),
    }),
    status: 200,
    response: resourceAccess,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'FORBIDDEN'],
  }),
  share: endpoint({
    id: 'shareResource',
    method: 'POST',
    path: '/access/resources/:id/grants',
    tag: 'Access',
    summary: 'Share one thing with one member, for permissions you hold on it yourself',
    permission: 'datasets:share',
    params: resourceParams,
    body: z.strictObject({
      user_id: idOf('user'),
      permissions: z.array(z.enum(permissions)).min(1).max(20),
      expires_at: timestamp.nullable().default(null),
    }),
    status: 201,
    response: resourceAccess,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'FORBIDDEN'],
  }),
  shares: endpoint({
    id: 'listShares',
    method: 'GET',
    path: '/access/grants',
    tag: 'Access',
    summary:
      'What is shared with whom, newest first: of what you may share yourself, or with `access:review` may see',
    permission: 'datasets:share',
    query: listQuery.extend({
      cursor: idOf('grant').optional(),
      user_id: idOf('user').optional(),
    }),
    status: 200,
    response: listOf(share),
  }),
  unshare: endpoint({
    id: 'unshareResource',
    method: 'DELETE',
    path: '/access/resources/:id/grants/:grant_id',
    tag: 'Access',
    summary: 'Take a share back',
    permission: 'datasets:share',
    params: resourceParams.extend({ grant_id: idOf('grant') }),
    status: 204,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
};

export const purposesApi = {
  list: endpoint({
    id: 'listPurposes',
    method: 'GET',
    path: '/access/purposes',
    tag: 'Access',
    summary: 'What things may be kept for',
    permission: 'datasets:read',
    status: 200,
    response: listOf(usePurpose),
  }),
  add: endpoint({
    id: 'addPurpose',
    method: 'POST',
    path: '/access/purposes',
    tag: 'Access',
    summary: 'List a purpose; once there is one, things are kept for listed purposes alone',
    permission: 'policies:write',
    body: z.strictObject({ purpose, description: z.string().trim().max(1000).default('') }),
    status: 201,
    response: usePurpose,
    errors: ['INVALID_INPUT', 'CONFLICT'],
  }),
  update: endpoint({
    id: 'updatePurpose',
    method: 'PATCH',
    path: '/access/purposes/:purpose',
    tag: 'Access',
    summary: 'Describe a purpose, retire it or bring it back; what is kept for it stays so',
    permission: 'policies:write',
    params: z.object({ purpose }),
    body: z.strictObject({
      description: z.string().trim().max(1000).optional(),
      retired: z.boolean().optional(),
    }),
    status: 200,
    response: usePurpose,
    errors: ['NOT_FOUND', 'INVALID_INPUT'],
  }),
};
