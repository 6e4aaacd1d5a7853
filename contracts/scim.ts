import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf } from './fields.ts';

/** System for Cross-domain Identity Management 2.0: RFC 7643 (schemas), RFC 7644 (protocol). */
export const scimSchemas = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
  config: 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
  resourceType: 'urn:ietf:params:scim:schemas:core:2.0:ResourceType',
  schema: 'urn:ietf:params:scim:schemas:core:2.0:Schema',
} as const;

export const scimMedia = ['application/scim+json', 'application/json'];

const text = (most: number) => z.string().trim().max(most);
/** Some directories send booleans as words. */
const truth = z.union([
  z.boolean(),
  z
    .string()
    .regex(/^(true|false)$/i)
    .transform((word) => word.toLowerCase() === 'true'),
]);

const reference = z.object({ value: text(100), display: text(200).optional() });

export const scimUserInput = z.object({
  schemas: z.array(z.string()).max(20).optional(),
  externalId: text(300).nullish(),
  userName: text(320).min(1),
  displayName: text(200).nullish(),
  name: z
    .object({
      formatted: text(200).nullish(),
      givenName: text(100).nullish(),
      familyName: text(100).nullish(),
    })
    .nullish(),
  emails: z
    .array(z.object({ value: text(320), type: text(40).nullish(), primary: truth.nullish() }))
    .max(20)
    .nullish(),
  active: truth.nullish(),
});
export type ScimUserInput = z.output<typeof scimUserInput>;

export const scimGroupInput = z.object({
  schemas: z.array(z.string()).max(20).optional(),
  externalId: text(300).nullish(),
  displayName: text(200).min(1),
  members: z.array(reference).max(20_000).nullish(),
});
export type ScimGroupInput = z.output<typeof scimGroupInput>;

export const scimPatch = z.object({
  schemas: z.array(z.string()).max(20).optional(),
  Operations: z
    .array(
      z.object({
        op: z
          .string()
          .toLowerCase()
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: z.string().max(500).optional(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(1000),
});
export type ScimPatch = z.output<typeof scimPatch>;

export const scimQuery = z.object({
  filter: z.string().max(2000).optional(),
  startIndex: z.coerce.number().int().optional(),
  count: z.coerce.number().int().optional(),
  attributes: z.string().max(1000).optional(),
  excludedAttributes: z.string().max(1000).optional(),
});
export type ScimQuery = z.output<typeof scimQuery>;

const user = z.object({ id: idOf('user') });
const group = z.object({ id: idOf('group') });
const shape = z.object({
  attributes: z.string().max(1000).optional(),
  excludedAttributes: z.string().max(1000).optional(),
});

const shared = {
  tag: 'SCIM',
  permission: 'scim:provision',
  at: 'root',
  consumes: scimMedia,
  produces: 'application/scim+json',
} as const;

export const scimApi = {
  config: endpoint({
    ...shared,
    id: 'getScimConfig',
    method: 'GET',
    path: '/scim/v2/ServiceProviderConfig',
    summary: 'What of SCIM is supported',
    status: 200,
  }),
  schemas: endpoint({
    ...shared,
    id: 'listScimSchemas',
    method: 'GET',
    path: '/scim/v2/Schemas',
    summary: 'Schemas of users and groups',
    status: 200,
  }),
  schema: endpoint({
    ...shared,
    id: 'getScimSchema',
    method: 'GET',
    path: '/scim/v2/Schemas/:id',
    summary: 'One schema',
    params: z.object({ id: text(200) }),
    status: 200,
  }),
  resourceTypes: endpoint({
    ...shared,
    id: 'listScimResourceTypes',
    method: 'GET',
    path: '/scim/v2/ResourceTypes',
    summary: 'Kinds of resources',
    status: 200,
  }),
  resourceType: endpoint({
    ...shared,
    id: 'getScimResourceType',
    method: 'GET',
    path: '/scim/v2/ResourceTypes/:id',
    summary: 'One kind of resource',
    params: z.object({ id: text(100) }),
    status: 200,
  }),
  listUsers: endpoint({
    ...shared,
    id: 'listScimUsers',
    method: 'GET',
    path: '/scim/v2/Users',
    summary: 'Users this directory has pushed',
    query: scimQuery,
    status: 200,
  }),
  createUser: endpoint({
    ...shared,
    id: 'createScimUser',
    method: 'POST',
    path: '/scim/v2/Users',
    summary: 'Push a user',
    body: scimUserInput,
    status: 201,
  }),
  getUser: endpoint({
    ...shared,
    id: 'getScimUser',
    method: 'GET',
    path: '/scim/v2/Users/:id',
    summary: 'One user',
    params: user,
    query: shape,
    status: 200,
  }),
  replaceUser: endpoint({
    ...shared,
    id: 'replaceScimUser',
    method: 'PUT',
    path: '/scim/v2/Users/:id',
    summary: 'Replace a user',
    params: user,
    body: scimUserInput,
    status: 200,
  }),
  patchUser: endpoint({
    ...shared,
    id: 'patchScimUser',
    method: 'PATCH',
    path: '/scim/v2/Users/:id',
    summary: 'Change a user; active false ends their sessions',
    params: user,
    body: scimPatch,
    status: 200,
  }),
  removeUser: endpoint({
    ...shared,
    id: 'removeScimUser',
    method: 'DELETE',
    path: '/scim/v2/Users/:id',
    summary: 'Remove a user: the account is deactivated',
    params: user,
    status: 204,
  }),
  listGroups: endpoint({
    ...shared,
    id: 'listScimGroups',
    method: 'GET',
    path: '/scim/v2/Groups',
    summary: 'Groups this directory has pushed',
    query: scimQuery,
    status: 200,
  }),
  createGroup: endpoint({
    ...shared,
    id: 'createScimGroup',
    method: 'POST',
    path: '/scim/v2/Groups',
    summary: 'Push a group',
    body: scimGroupInput,
    status: 201,
  }),
  getGroup: endpoint({
    ...shared,
    id: 'getScimGroup',
    method: 'GET',
    path: '/scim/v2/Groups/:id',
    summary: 'One group',
    params: group,
    query: shape,
    status: 200,
  }),
  replaceGroup: endpoint({
    ...shared,
    id: 'replaceScimGroup',
    method: 'PUT',
    path: '/scim/v2/Groups/:id',
    summary: 'Replace a group',
    params: group,
    body: scimGroupInput,
    status: 200,
  }),
  patchGroup: endpoint({
    ...shared,
    id: 'patchScimGroup',
    method: 'PATCH',
    path: '/scim/v2/Groups/:id',
    summary: 'Change a group; roles follow',
    params: group,
    body: scimPatch,
    status: 200,
  }),
  removeGroup: endpoint({
    ...shared,
    id: 'removeScimGroup',
    method: 'DELETE',
    path: '/scim/v2/Groups/:id',
    summary: 'Remove a group; roles follow',
    params: group,
    status: 204,
  }),
};
