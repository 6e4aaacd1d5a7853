import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { users } from '../identity/identity.tables.ts';
import { projectMembers, projects, resourceProjects } from './permissions.tables.ts';

export type ProjectRow = typeof projects.$inferSelect;

export async function findProjects(db: Sql, tenantId: string, ids: readonly string[]): Promise<ProjectRow[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(projects)
    .where(and(eq(projects.tenantId, tenantId), inArray(projects.id, [...ids])));
}

/** By name. `among` null: all of the tenant. */
export async function listProjects(
  db: Sql,
  tenantId: string,
  among: readonly string[] | null,
  after: { name: string; id: string } | null,
  limit: number,
): Promise<ProjectRow[]> {
  if (among?.length === 0) return [];
  return db
    .select()
    .from(projects)
    .where(
      and(
        eq(projects.tenantId, tenantId),
        among === null ? undefined : inArray(projects.id, [...among]),
        after === null
          ? undefined
          : sql`(lower(${projects.name}), ${projects.id}) > (${after.name}, ${after.id})`,
      ),
    )
    .orderBy(asc(sql`lower(${projects.name})`), asc(projects.id))
    .limit(limit);
}

export async function membersOfProjects(db: Sql, tenantId: string, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return db
    .select({ projectId: projectMembers.projectId, userId: users.id, name: users.name })
    .from(projectMembers)
    .innerJoin(users, eq(users.id, projectMembers.userId))
    .where(and(eq(projectMembers.tenantId, tenantId), inArray(projectMembers.projectId, [...ids])))
    .orderBy(asc(sql`lower(${users.name})`), asc(users.id));
}

export async function countResources(
  db: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ projectId: resourceProjects.projectId, n: sql<number>`count(*)::int` })
    .from(resourceProjects)
    .where(and(eq(resourceProjects.tenantId, tenantId), inArray(resourceProjects.projectId, [...ids])))
    .groupBy(resourceProjects.projectId);
  return new Map(rows.map(({ projectId, n }) => [projectId, n]));
}

export async function isProjectNameTaken(
  db: Sql,
  tenantId: string,
  name: string,
  but: string,
): Promise<boolean> {
  const [row] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(
      and(
        eq(projects.tenantId, tenantId),
        sql`lower(${projects.name}) = lower(${name})`,
        sql`${projects.id} <> ${but}`,
      ),
    )
    .limit(1);
  return row !== undefined;
}

export async function insertProject(
  tx: Sql,
  row: Omit<ProjectRow, 'createdAt' | 'updatedAt'>,
): Promise<ProjectRow> {
  const [made] = await tx.insert(projects).values(row).returning();
  return made as ProjectRow;
}

export async function updateProject(
  tx: Sql,
  tenantId: string,
  id: string,
  change: { name?: string | undefined; description?: string | undefined },
): Promise<ProjectRow> {
  const [made] = await tx
    .update(projects)
    .set({
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.description === undefined ? {} : { description: change.description }),
      updatedAt: new Date(),
    })
    .where(and(eq(projects.tenantId, tenantId), eq(projects.id, id)))
    .returning();
  return made as ProjectRow;
}

export async function replaceMembers(
  tx: Sql,
  tenantId: string,
  projectId: string,
  userIds: readonly string[],
): Promise<void> {
  await tx
    .delete(projectMembers)
    .where(and(eq(projectMembers.tenantId, tenantId), eq(projectMembers.projectId, projectId)));
  if (userIds.length > 0)
    await tx.insert(projectMembers).values(userIds.map((userId) => ({ tenantId, projectId, userId })));
}

export async function countUsers(db: Sql, tenantId: string, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const [row] = await db
    .select({ n: sql<number>`count(*)::int` })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), inArray(users.id, [...ids])));
  return row?.n ?? 0;
}

export async function deleteProject(tx: Sql, tenantId: string, id: string): Promise<void> {
  await tx.delete(projects).where(and(eq(projects.tenantId, tenantId), eq(projects.id, id)));
}
