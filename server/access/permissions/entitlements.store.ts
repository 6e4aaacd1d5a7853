import { type BuiltInRole, builtInRole, definitionOfRole, type RoleDefinition } from '@stroma/contracts';
import { and, eq, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { tenants, users } from '../identity/identity.tables.ts';
import { customRoles, memberAttributes, projectMembers, projects } from './permissions.tables.ts';

export type MemberAttributes = typeof memberAttributes.$inferSelect;
export type CustomRole = typeof customRoles.$inferSelect;

/** A person, their role and what refines it, as they stand in the store now. */
export interface MemberEntitlement {
  user: typeof users.$inferSelect;
  /** When the organisation was closed. */
  closedAt: Date | null;
  attributes: MemberAttributes | null;
  custom: CustomRole | null;
  projects: string[];
  /** Those of them in which the person only reads, or that are archived. */
  readOnlyProjects: string[];
}

const projectsOf = sql<string[]>`coalesce((
  select json_agg(${projectMembers.projectId}) from ${projectMembers} where ${projectMembers.userId} = ${users.id}
), '[]'::json)`;

const readOnlyProjectsOf = sql<string[]>`coalesce((
  select json_agg(${projectMembers.projectId}) from ${projectMembers}
  join ${projects} on ${projects.id} = ${projectMembers.projectId}
  where ${projectMembers.userId} = ${users.id}
    and (${projectMembers.role} = 'reader' or ${projects.archivedAt} is not null)
), '[]'::json)`;

/** Null when the tenant has no such person. */
export async function findEntitlement(
  db: Sql,
  tenantId: string,
  userId: string,
): Promise<MemberEntitlement | null> {
  const [row] = await entitlements(db)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, userId)))
    .limit(1);
  return row ?? null;
}

export const entitlements = (db: Sql) =>
  db
    .select({
      user: users,
      closedAt: tenants.closedAt,
      attributes: memberAttributes,
      custom: customRoles,
      projects: projectsOf,
      readOnlyProjects: readOnlyProjectsOf,
    })
    .from(users)
    .innerJoin(tenants, eq(tenants.id, users.tenantId))
    .leftJoin(memberAttributes, eq(memberAttributes.userId, users.id))
    .leftJoin(customRoles, and(eq(customRoles.id, users.role), eq(customRoles.tenantId, users.tenantId)))
    .$dynamic();

/** What the person's role is worth; a custom role that is gone is worth nothing. */
export const definitionOf = ({ user, custom }: Pick<MemberEntitlement, 'user' | 'custom'>): RoleDefinition =>
  custom ?? definitionOfRole(user.role);

const names: Record<BuiltInRole, string> = {
  super_admin: 'Super administrator',
  admin: 'Administrator',
  lab_director: 'Lab director',
  lab_manager: 'Lab manager',
  senior_scientist: 'Senior scientist',
  scientist: 'Scientist',
  technician: 'Technician',
  quality_assurance: 'Quality assurance',
  compliance_officer: 'Compliance officer',
  collaborator: 'Collaborator',
  viewer: 'Viewer',
  guest: 'Guest',
};

/** The name a person reads: of an alias its own. */
export function nameOfRole(role: string, custom: Pick<CustomRole, 'name'> | null = null): string {
  if (custom !== null) return custom.name;
  const found = builtInRole(role);
  if (found === role) return names[found];
  return role === '' ? role : `${role[0]?.toUpperCase() ?? ''}${role.slice(1)}`;
}
