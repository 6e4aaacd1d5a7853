import { z } from 'zod';
import { decisionRules } from './decisions.ts';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { permissions, sensitivities } from './permissions.ts';
import { reaches } from './roles.ts';

const permission = z.enum(permissions);
const rule = z.enum(Object.keys(decisionRules) as (keyof typeof decisionRules)[]);

export const decisionDocument = z.object({
  permission,
  meaning: z.string(),
  allowed: z.boolean(),
  reason: z.string(),
  rule,
});
export type DecisionDocument = z.infer<typeof decisionDocument>;

/** Each rule that was looked at, in order; the last one decided. */
export const explanation = decisionDocument.extend({
  user_id: z.string(),
  user_name: z.string(),
  role: z.string(),
  role_name: z.string(),
  resource: z.object({ resource_id: z.string(), kind: z.string(), name: z.string() }).nullable(),
  attributes: z.object({
    clearance: z.enum(sensitivities),
    reach: z.enum(reaches),
    own_only: z.boolean().describe('The role holds this permission only for what is one’s own'),
    sites: z.array(z.string()).nullable(),
    projects: z.int(),
    access_from: timestamp.nullable(),
    access_until: timestamp.nullable(),
  }),
  /** Roles that hold the permission, for who has to ask for one. */
  roles_that_may: z.array(z.object({ role: z.string(), name: z.string() })),
});
export type Explanation = z.infer<typeof explanation>;

export const ownPermissions = z.object({
  user_id: z.string(),
  role: z.string(),
  role_name: z.string(),
  permissions: z.array(decisionDocument),
  explanation: explanation.nullable(),
});
export type OwnPermissions = z.infer<typeof ownPermissions>;

const roleName = z.string().trim().min(1).max(80);
const roleWorth = {
  permissions: z.array(permission).max(permissions.length),
  own_only: z.array(permission).max(permissions.length).default([]),
  clearance: z.enum(sensitivities).default('internal'),
  reach: z.enum(reaches).default('tenant'),
};

export const roleDocument = z.object({
  role: z.string().describe('The name of a built-in role, or the id of a custom one'),
  name: z.string(),
  description: z.string(),
  built_in: z.boolean(),
  aliases: z.array(z.string()),
  permissions: z.array(permission),
  own_only: z.array(permission),
  clearance: z.enum(sensitivities),
  reach: z.enum(reaches),
  members: z.int(),
  /** Whether you may give it to somebody, and if not why. */
  may_give: z.boolean(),
  why_not: z.string().nullable(),
  updated_at: timestamp.nullable(),
});
export type RoleDocument = z.infer<typeof roleDocument>;

export const reviewLine = z.object({
  user_id: z.string(),
  name: z.string(),
  email: z.string(),
  status: z.enum(['active', 'deactivated']),
  role: z.string(),
  role_name: z.string(),
  permissions: z.array(permission),
  own_only: z.array(permission),
  clearance: z.enum(sensitivities),
  reach: z.enum(reaches),
  sites: z.array(z.string()).nullable(),
  projects: z.array(z.string()),
  shared: z.int().describe('Grants on single resources'),
  access_from: timestamp.nullable(),
  access_until: timestamp.nullable(),
  last_seen_at: timestamp.nullable(),
});
export type ReviewLine = z.infer<typeof reviewLine>;

const roleParams = z.object({ role: idOf('role') });

export const accessApi = {
  permissions: endpoint({
    id: 'getPermissions',
    method: 'GET',
    path: '/auth/permissions',
    tag: 'Access',
    summary: 'What you may do, and why you can or cannot do one thing',
    description:
      '`explain` names a permission, `resource` the id of what it is about. `user_id` asks for somebody else, which needs `access:review`.',
    permission: 'signed-in',
    query: z.object({
      explain: permission.optional(),
      resource: z.string().max(100).optional(),
      purpose: z.string().max(100).optional(),
      user_id: idOf('user').optional(),
    }),
    status: 200,
    response: ownPermissions,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  listRoles: endpoint({
    id: 'listRoles',
    method: 'GET',
    path: '/access/roles',
    tag: 'Access',
    summary: 'Built-in and custom roles with what each may do',
    permission: 'roles:read',
    query: listQuery,
    status: 200,
    response: listOf(roleDocument),
  }),
  createRole: endpoint({
    id: 'createRole',
    method: 'POST',
    path: '/access/roles',
    tag: 'Access',
    summary: 'Make a custom role of permissions you hold yourself',
    permission: 'roles:write',
    body: z.strictObject({
      name: roleName,
      description: z.string().max(1000).default(''),
      ...roleWorth,
    }),
    status: 201,
    response: roleDocument,
    errors: ['INVALID_INPUT', 'CONFLICT', 'FORBIDDEN'],
  }),
  updateRole: endpoint({
    id: 'updateRole',
    method: 'PATCH',
    path: '/access/roles/:role',
    tag: 'Access',
    summary: 'Change a custom role; it holds for its members within a second',
    permission: 'roles:write',
    params: roleParams,
    body: z.strictObject({
      name: roleName.optional(),
      description: z.string().max(1000).optional(),
      permissions: roleWorth.permissions.optional(),
      own_only: z.array(permission).max(permissions.length).optional(),
      clearance: z.enum(sensitivities).optional(),
      reach: z.enum(reaches).optional(),
    }),
    status: 200,
    response: roleDocument,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'CONFLICT', 'FORBIDDEN'],
  }),
  deleteRole: endpoint({
    id: 'deleteRole',
    method: 'DELETE',
    path: '/access/roles/:role',
    tag: 'Access',
    summary: 'Delete a custom role that nobody has',
    permission: 'roles:write',
    params: roleParams,
    status: 204,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN'],
  }),
  review: endpoint({
    id: 'reviewAccess',
    method: 'GET',
    path: '/access/review',
    tag: 'Access',
    summary: 'Who may do what',
    permission: 'access:review',
    query: listQuery.extend({ permission: permission.optional().describe('Only who holds it') }),
    status: 200,
    response: listOf(reviewLine),
  }),
  exportReview: endpoint({
    id: 'exportAccessReview',
    method: 'GET',
    path: '/access/review/export',
    tag: 'Access',
    summary: 'Who may do what, as CSV: one line for each person and permission',
    permission: 'access:review',
    produces: 'text/csv',
    status: 200,
  }),
};
