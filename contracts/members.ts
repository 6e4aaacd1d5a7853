import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { sensitivities } from './permissions.ts';

export const member = z.object({
  user_id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  role_name: z.string(),
  status: z.enum(['active', 'deactivated']),
  clearance: z.enum(sensitivities).nullable().describe('null: what the role is cleared for'),
  sites: z.array(z.string()).nullable().describe('null: not bound to a site'),
  projects: z.array(z.object({ project_id: z.string(), name: z.string() })),
  access_from: timestamp.nullable(),
  access_until: timestamp.nullable(),
  last_seen_at: timestamp.nullable(),
  created_at: timestamp,
  /** What you may do with this member, and if not why. */
  may_change: z.boolean(),
  why_not: z.string().nullable(),
});
export type Member = z.infer<typeof member>;

const params = z.object({ id: idOf('user') });
const sites = z.array(z.string().trim().min(1).max(80)).min(1).max(50);

export const membersApi = {
  list: endpoint({
    id: 'listMembers',
    method: 'GET',
    path: '/access/members',
    tag: 'Access',
    summary: 'Who belongs to the organisation',
    permission: 'members:read',
    query: listQuery.extend({
      search: z.string().trim().max(200).optional().describe('Part of a name or an e-mail address'),
      role: z.string().max(100).optional(),
      status: z.enum(['active', 'deactivated']).optional(),
    }),
    status: 200,
    response: listOf(member),
  }),
  get: endpoint({
    id: 'getMember',
    method: 'GET',
    path: '/access/members/:id',
    tag: 'Access',
    summary: 'One member',
    permission: 'members:read',
    params,
    status: 200,
    response: member,
    errors: ['NOT_FOUND'],
  }),
  update: endpoint({
    id: 'updateMember',
    method: 'PATCH',
    path: '/access/members/:id',
    tag: 'Access',
    summary: 'Change a member’s role and what refines it; it holds within a second',
    permission: 'members:write',
    params,
    body: z.strictObject({
      role: z.string().min(1).max(100).optional(),
      clearance: z.enum(sensitivities).nullable().optional(),
      sites: sites.nullable().optional(),
      access_from: timestamp.nullable().optional(),
      access_until: timestamp.nullable().optional(),
    }),
    status: 200,
    response: member,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'CONFLICT', 'FORBIDDEN'],
  }),
  deactivate: endpoint({
    id: 'deactivateMember',
    method: 'POST',
    path: '/access/members/:id/deactivate',
    tag: 'Access',
    summary: 'Close a member’s account; their sessions end at once',
    permission: 'members:write',
    params,
    status: 200,
    response: member,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN'],
  }),
  reactivate: endpoint({
    id: 'reactivateMember',
    method: 'POST',
    path: '/access/members/:id/reactivate',
    tag: 'Access',
    summary: 'Open a closed account again',
    permission: 'members:write',
    params,
    status: 200,
    response: member,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  remove: endpoint({
    id: 'removeMember',
    method: 'DELETE',
    path: '/access/members/:id',
    tag: 'Access',
    summary: 'Remove a member; what they made stays',
    permission: 'members:write',
    params,
    status: 204,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN'],
  }),
};
