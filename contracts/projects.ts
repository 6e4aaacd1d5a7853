import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { permissions } from './permissions.ts';

export const project = z.object({
  project_id: z.string(),
  name: z.string(),
  description: z.string(),
  members: z.array(z.object({ user_id: z.string(), name: z.string() })),
  resources: z.int(),
  created_at: timestamp,
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
const people = z.array(idOf('user')).max(1000);
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
    query: listQuery,
    status: 200,
    response: listOf(project),
  }),
  create: endpoint({
    id: 'createProject',
    method: 'POST',
    path: '/access/projects',
    tag: 'Access',
    summary: 'Make a project; you belong to it',
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
    summary: 'Rename a project or choose who belongs to it',
    permission: 'projects:write',
    params,
    body: z.strictObject({
      name: z.string().trim().min(1).max(120).optional(),
      description: z.string().max(2000).optional(),
      members: people.optional(),
    }),
    status: 200,
    response: project,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'CONFLICT'],
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
    errors: ['NOT_FOUND', 'CONFLICT'],
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
