import { isAdministrator, roles } from '@stroma/contracts';
import { and, asc, eq, gt, ilike, inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { challenges, sessions, users } from '../identity/identity.tables.ts';
import { entitlements, type MemberEntitlement } from '../permissions/entitlements.store.ts';
import { memberAttributes, projectMembers, projects } from '../permissions/permissions.tables.ts';

export interface MemberFilter {
  search?: string | undefined;
  role?: string | undefined;
  status?: 'active' | 'deactivated' | undefined;
  /** The id of the last one before. */
  after?: { name: string; id: string } | undefined;
}

/** Roles that invitations under way to this address will give. */
export async function invitedRoles(db: Sql, tenantId: string, email: string): Promise<string[]> {
  const rows = await db
    .select({ role: sql<string>`${challenges.data} ->> 'role'` })
    .from(challenges)
    .where(
      and(
        eq(challenges.purpose, 'invitation'),
        eq(challenges.tenantId, tenantId),
        gt(challenges.expiresAt, new Date()),
        sql`${challenges.data} ->> 'email' = ${email}`,
      ),
    );
  return rows.map(({ role }) => role);
}

export async function listMembers(
  db: Sql,
  tenantId: string,
  filter: MemberFilter,
  limit: number,
): Promise<MemberEntitlement[]> {
  const { search, role, status, after } = filter;
  const pattern = `%${(search ?? '').replace(/[\\%_]/g, '\\$&')}%`;
  const conditions: (SQL | undefined)[] = [
    eq(users.tenantId, tenantId),
    search === undefined ? undefined : or(ilike(users.name, pattern), ilike(users.email, pattern)),
    role === undefined ? undefined : eq(users.role, role),
    status === undefined
      ? undefined
      : status === 'active'
        ? isNull(users.disabledAt)
        : isNotNull(users.disabledAt),
    after === undefined ? undefined : sql`(lower(${users.name}), ${users.id}) > (${after.name}, ${after.id})`,
  ];
  return entitlements(db)
    .where(and(...conditions))
    .orderBy(asc(sql`lower(${users.name})`), asc(users.id))
    .limit(limit);
}

export async function lastSeen(db: Sql, userIds: string[]): Promise<Map<string, Date>> {
  if (userIds.length === 0) return new Map();
  const rows = await db
    .select({ userId: sessions.userId, at: sql<string>`max(${sessions.lastSeenAt})` })
    .from(sessions)
    .where(inArray(sessions.userId, userIds))
    .groupBy(sessions.userId);
  return new Map(rows.map(({ userId, at }) => [userId, new Date(at)]));
}

export async function projectNames(db: Sql, tenantId: string, userIds: string[]) {
  if (userIds.length === 0) return [];
  return db
    .select({ userId: projectMembers.userId, projectId: projects.id, name: projects.name })
    .from(projectMembers)
    .innerJoin(projects, eq(projects.id, projectMembers.projectId))
    .where(and(eq(projects.tenantId, tenantId), inArray(projectMembers.userId, userIds)))
    .orderBy(asc(sql`lower(${projects.name})`));
}

/** Held to the end of the transaction: two administrators cannot remove each other at once. */
export const lockMembers = (tx: Sql, tenantId: string): Promise<void> =>
  lockUntilCommit(tx, `members:${tenantId}`);

const administratorRoles = roles.filter(isAdministrator);

/** Active people with a role of the given ones whose access has no end, without one of them. */
export async function countAdministrators(
  tx: Sql,
  tenantId: string,
  but: string,
  among: readonly string[] = administratorRoles,
): Promise<number> {
  const [row] = await tx
    .select({ n: sql<number>`count(*)::int` })
    .from(users)
    .leftJoin(memberAttributes, eq(memberAttributes.userId, users.id))
    .where(
      and(
        eq(users.tenantId, tenantId),
        inArray(users.role, [...among]),
        isNull(users.disabledAt),
        isNull(memberAttributes.accessUntil),
        or(isNull(memberAttributes.accessFrom), sql`${memberAttributes.accessFrom} <= now()`),
        sql`${users.id} <> ${but}`,
      ),
    );
  return row?.n ?? 0;
}

export async function changeUser(
  tx: Sql,
  tenantId: string,
  id: string,
  change: { role?: string; disabledAt?: Date | null },
): Promise<void> {
  await tx
    .update(users)
    .set({ ...change, updatedAt: new Date() })
    .where(and(eq(users.tenantId, tenantId), eq(users.id, id)));
}

export type AttributeChange = Partial<
  Pick<typeof memberAttributes.$inferSelect, 'clearance' | 'sites' | 'accessFrom' | 'accessUntil'>
>;

export async function changeAttributes(
  tx: Sql,
  tenantId: string,
  userId: string,
  change: AttributeChange,
): Promise<void> {
  const set = { ...change, updatedAt: new Date() };
  await tx
    .insert(memberAttributes)
    .values({ tenantId, userId, ...set })
    .onConflictDoUpdate({ target: memberAttributes.userId, set });
}

export async function deleteUser(tx: Sql, tenantId: string, id: string): Promise<void> {
  await tx.delete(users).where(and(eq(users.tenantId, tenantId), eq(users.id, id)));
}
