import { type ActorScope, onlyLooks, type Permission, scopeOfRole } from '@stroma/contracts';
import { and, asc, desc, eq, gt, inArray, isNull, lt, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Actor } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { users } from '../identity/identity.tables.ts';
import {
  projectMembers,
  projects,
  resourceAttributes,
  resourceGrants,
  resourceProjects,
} from './permissions.tables.ts';

export type GrantRow = typeof resourceGrants.$inferSelect;

/** What narrows one thing beside its owner and sensitivity. */
export interface StoredAttributes {
  site: string | null;
  purposes: string[];
  opensAt: Date | null;
  closesAt: Date | null;
  projects: { id: string; name: string }[];
}

export async function findAttributes(
  db: Sql,
  tenantId: string,
  resourceId: string,
): Promise<StoredAttributes> {
  const [row] = await db
    .select()
    .from(resourceAttributes)
    .where(and(eq(resourceAttributes.tenantId, tenantId), eq(resourceAttributes.resourceId, resourceId)))
    .limit(1);
  const within = await db
    .select({ id: projects.id, name: projects.name })
    .from(resourceProjects)
    .innerJoin(projects, eq(projects.id, resourceProjects.projectId))
    .where(and(eq(resourceProjects.tenantId, tenantId), eq(resourceProjects.resourceId, resourceId)))
    .orderBy(asc(sql`lower(${projects.name})`));
  return {
    site: row?.site ?? null,
    purposes: row?.purposes ?? [],
    opensAt: row?.opensAt ?? null,
    closesAt: row?.closesAt ?? null,
    projects: within,
  };
}

const lives = () => or(isNull(resourceGrants.expiresAt), gt(resourceGrants.expiresAt, new Date()));

export async function findGranted(
  db: Sql,
  tenantId: string,
  resourceId: string,
  userId: string,
): Promise<Permission[]> {
  const rows = await db
    .select({ permission: resourceGrants.permission })
    .from(resourceGrants)
    .where(
      and(
        eq(resourceGrants.tenantId, tenantId),
        eq(resourceGrants.resourceId, resourceId),
        eq(resourceGrants.userId, userId),
        lives(),
      ),
    );
  return rows.map(({ permission }) => permission);
}

export async function listGrants(db: Sql, tenantId: string, resourceId: string) {
  return db
    .select({ grant: resourceGrants, userName: users.name })
    .from(resourceGrants)
    .innerJoin(users, eq(users.id, resourceGrants.userId))
    .where(and(eq(resourceGrants.tenantId, tenantId), eq(resourceGrants.resourceId, resourceId), lives()))
    .orderBy(asc(sql`lower(${users.name})`), asc(resourceGrants.permission))
    .limit(1000);
}

/** Of every thing of the tenant, newest first; the name of who gave it is null when they are gone. */
export async function listShares(
  db: Sql,
  tenantId: string,
  { userId, before }: { userId: string | undefined; before: string | undefined },
  limit: number,
) {
  const givers = alias(users, 'givers');
  return db
    .select({ grant: resourceGrants, userName: users.name, giverName: givers.name })
    .from(resourceGrants)
    .innerJoin(users, eq(users.id, resourceGrants.userId))
    .leftJoin(givers, eq(givers.id, resourceGrants.createdBy))
    .where(
      and(
        eq(resourceGrants.tenantId, tenantId),
        userId === undefined ? undefined : eq(resourceGrants.userId, userId),
        before === undefined ? undefined : lt(resourceGrants.id, before),
        lives(),
      ),
    )
    .orderBy(desc(resourceGrants.id))
    .limit(limit);
}

export async function countGrants(
  db: Sql,
  tenantId: string,
  userIds: string[],
): Promise<Map<string, number>> {
  if (userIds.length === 0) return new Map();
  const rows = await db
    .select({
      userId: resourceGrants.userId,
      n: sql<number>`count(distinct ${resourceGrants.resourceId})::int`,
    })
    .from(resourceGrants)
    .where(and(eq(resourceGrants.tenantId, tenantId), inArray(resourceGrants.userId, userIds), lives()))
    .groupBy(resourceGrants.userId);
  return new Map(rows.map(({ userId, n }) => [userId, n]));
}

export async function replaceAttributes(
  tx: Sql,
  tenantId: string,
  resourceId: string,
  { projects: within, ...attributes }: Omit<StoredAttributes, 'projects'> & { projects: string[] },
): Promise<void> {
  const set = { ...attributes, updatedAt: new Date() };
  await tx
    .insert(resourceAttributes)
    .values({ tenantId, resourceId, ...set })
    .onConflictDoUpdate({ target: resourceAttributes.resourceId, set });
  await tx
    .delete(resourceProjects)
    .where(and(eq(resourceProjects.tenantId, tenantId), eq(resourceProjects.resourceId, resourceId)));
  if (within.length > 0)
    await tx
      .insert(resourceProjects)
      .values(within.map((projectId) => ({ tenantId, resourceId, projectId })));
}

/** A grant that is there already gets the new end. */
export async function insertGrants(
  tx: Sql,
  given: Omit<GrantRow, 'id' | 'createdAt' | 'permission'> & { permissions: readonly Permission[] },
): Promise<void> {
  const { permissions, ...rest } = given;
  for (const permission of permissions)
    await tx
      .insert(resourceGrants)
      .values({ ...rest, permission, id: newId('grant') })
      .onConflictDoUpdate({
        target: [resourceGrants.resourceId, resourceGrants.userId, resourceGrants.permission],
        set: { expiresAt: given.expiresAt, createdBy: given.createdBy },
      });
}

export async function deleteGrant(
  tx: Sql,
  tenantId: string,
  resourceId: string,
  id: string,
): Promise<GrantRow | null> {
  const [row] = await tx
    .delete(resourceGrants)
    .where(
      and(
        eq(resourceGrants.tenantId, tenantId),
        eq(resourceGrants.resourceId, resourceId),
        eq(resourceGrants.id, id),
      ),
    )
    .returning();
  return row ?? null;
}

/** Whether anything of the tenant has attributes or belongs to a project at all. */
export async function isAnythingNarrowed(db: Sql, tenantId: string): Promise<boolean> {
  const [[attributes], [within]] = await Promise.all([
    db
      .select({ id: resourceAttributes.resourceId })
      .from(resourceAttributes)
      .where(eq(resourceAttributes.tenantId, tenantId))
      .limit(1),
    db
      .select({ id: resourceProjects.resourceId })
      .from(resourceProjects)
      .where(eq(resourceProjects.tenantId, tenantId))
      .limit(1),
  ]);
  return attributes !== undefined || within !== undefined;
}

/**
 * The rules `site`, `resource_time`, `owner`, `grant`, `project` and `reach` of `decide` as a condition on rows, so
 * that a list holds what may be opened. Sensitivity is the table's own; the purpose is asked for when one is opened.
 */
export function withinReach(
  actor: Pick<Actor, 'id' | 'role' | 'tenantId'> & { scope?: ActorScope },
  permission: Permission,
  row: { id: SQLWrapper; ownerId: SQLWrapper },
): SQL {
  const { reach, sites } = actor.scope ?? scopeOfRole(actor.role);
  const now = sql`${new Date().toISOString()}::timestamptz`;
  const otherSite =
    sites === null
      ? sql`false`
      : sql`(a.site is not null and not (${JSON.stringify([...sites])}::jsonb ? a.site))`;
  const closed = sql`exists (
    select from ${resourceAttributes} a
    where a.resource_id = ${row.id} and a.tenant_id = ${actor.tenantId}
      and (a.opens_at > ${now} or a.closes_at <= ${now} or ${otherSite}))`;
  if (reach === 'everything') return sql`not ${closed}`;
  const granted = sql`exists (
    select from ${resourceGrants} g
    where g.resource_id = ${row.id} and g.tenant_id = ${actor.tenantId} and g.user_id = ${actor.id}
      and g.permission = ${permission} and (g.expires_at is null or g.expires_at > ${now}))`;
  const notLookingOn = onlyLooks(permission)
    ? sql`true`
    : sql`m.role <> 'reader' and not exists (select from ${projects} j where j.id = m.project_id and j.archived_at is not null)`;
  const inProject = sql`exists (
    select from ${resourceProjects} p join ${projectMembers} m on m.project_id = p.project_id
    where p.resource_id = ${row.id} and p.tenant_id = ${actor.tenantId} and m.user_id = ${actor.id} and ${notLookingOn})`;
  const inNone = sql`not exists (
    select from ${resourceProjects} n where n.resource_id = ${row.id} and n.tenant_id = ${actor.tenantId})`;
  const reached = reach === 'tenant' ? sql`(${inProject} or ${inNone})` : inProject;
  return sql`(not ${closed} and (${row.ownerId} = ${actor.id} or ${granted} or ${reached}))`;
}
