import type { ProjectRole } from '@stroma/contracts';
import { and, asc, eq, gt, ilike, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm';
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
  {
    state,
    search,
    after,
  }: {
    state: 'open' | 'archived' | 'all';
    search: string | undefined;
    after: { name: string; id: string } | null;
  },
  limit: number,
): Promise<ProjectRow[]> {
  if (among?.length === 0) return [];
  const pattern = `%${(search ?? '').replace(/[\\%_]/g, '\\$&')}%`;
  return db
    .select()
    .from(projects)
    .where(
      and(
        eq(projects.tenantId, tenantId),
        among === null ? undefined : inArray(projects.id, [...among]),
        state === 'all'
          ? undefined
          : state === 'open'
            ? isNull(projects.archivedAt)
            : isNotNull(projects.archivedAt),
        search === undefined
          ? undefined
          : or(ilike(projects.name, pattern), ilike(projects.description, pattern)),
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
    .select({
      projectId: projectMembers.projectId,
      userId: users.id,
      name: users.name,
      role: projectMembers.role,
    })
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

/** Ids of what belongs to a project, in their own order. */
export async function listResourceIds(
  db: Sql,
  tenantId: string,
  projectId: string,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: resourceProjects.resourceId })
    .from(resourceProjects)
    .where(
      and(
        eq(resourceProjects.tenantId, tenantId),
        eq(resourceProjects.projectId, projectId),
        after === undefined ? undefined : gt(resourceProjects.resourceId, after),
      ),
    )
    .orderBy(asc(resourceProjects.resourceId))
    .limit(limit);
  return rows.map(({ id }) => id);
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
  row: Omit<ProjectRow, 'createdAt' | 'updatedAt' | 'archivedAt'>,
): Promise<ProjectRow> {
  const [made] = await tx.insert(projects).values(row).returning();
  return made as ProjectRow;
}

export async function updateProject(
  tx: Sql,
  tenantId: string,
  id: string,
  change: {
    name?: string | undefined;
    description?: string | undefined;
    archivedAt?: Date | null | undefined;
  },
): Promise<ProjectRow> {
  const [made] = await tx
    .update(projects)
    .set({
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.description === undefined ? {} : { description: change.description }),
      ...(change.archivedAt === undefined ? {} : { archivedAt: change.archivedAt }),
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
  people: readonly { userId: string; role: ProjectRole }[],
): Promise<void> {
  await tx
    .delete(projectMembers)
    .where(and(eq(projectMembers.tenantId, tenantId), eq(projectMembers.projectId, projectId)));
  if (people.length > 0)
    await tx.insert(projectMembers).values(people.map((each) => ({ tenantId, projectId, ...each })));
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
