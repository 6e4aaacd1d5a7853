import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { users } from '../identity/identity.tables.ts';
import { pushedGroups, pushedMembers, pushedUsers } from './scim.tables.ts';

export interface PushedUser {
  pushed: typeof pushedUsers.$inferSelect;
  user: typeof users.$inferSelect;
  groups: { id: string; displayName: string }[];
}

export interface PushedGroup {
  group: typeof pushedGroups.$inferSelect;
  members: { id: string; name: string }[];
}

/** Narrows a listing before the filter is held against each. */
export interface UserHint {
  id?: string;
  userNameKey?: string;
  externalId?: string;
}

export async function findPushedUsers(
  db: Sql,
  directoryId: string,
  hint: UserHint = {},
): Promise<PushedUser[]> {
  const rows = await db
    .select({ pushed: pushedUsers, user: users })
    .from(pushedUsers)
    .innerJoin(users, eq(users.id, pushedUsers.userId))
    .where(
      and(
        eq(pushedUsers.directoryId, directoryId),
        hint.id === undefined ? undefined : eq(pushedUsers.userId, hint.id),
        hint.userNameKey === undefined ? undefined : eq(pushedUsers.userNameKey, hint.userNameKey),
        hint.externalId === undefined ? undefined : eq(pushedUsers.externalId, hint.externalId),
      ),
    )
    .orderBy(asc(pushedUsers.userId));
  const ids = rows.map(({ user }) => user.id);
  const groups = ids.length === 0 ? [] : await groupsOf(db, directoryId, ids.length > 500 ? null : ids);
  const byUser = Map.groupBy(groups, ({ userId }) => userId);
  return rows.map((row) => ({ ...row, groups: byUser.get(row.user.id) ?? [] }));
}

async function groupsOf(db: Sql, directoryId: string, userIds: string[] | null) {
  return db
    .select({ userId: pushedMembers.userId, id: pushedGroups.id, displayName: pushedGroups.displayName })
    .from(pushedMembers)
    .innerJoin(pushedGroups, eq(pushedGroups.id, pushedMembers.groupId))
    .where(
      and(
        eq(pushedGroups.directoryId, directoryId),
        userIds === null ? undefined : inArray(pushedMembers.userId, userIds),
      ),
    )
    .orderBy(asc(pushedGroups.id));
}

export async function isPushed(db: Sql, tenantId: string, userId: string): Promise<boolean> {
  const rows = await db
    .select({ id: pushedUsers.userId })
    .from(pushedUsers)
    .where(and(eq(pushedUsers.tenantId, tenantId), eq(pushedUsers.userId, userId)))
    .limit(1);
  return rows.length > 0;
}

export async function insertPushedUser(tx: Sql, row: typeof pushedUsers.$inferInsert): Promise<void> {
  await tx.insert(pushedUsers).values(row);
}

export async function updatePushedUser(
  tx: Sql,
  userId: string,
  changes: Partial<typeof pushedUsers.$inferInsert>,
): Promise<void> {
  await tx
    .update(pushedUsers)
    .set({ ...changes, updatedAt: new Date() })
    .where(eq(pushedUsers.userId, userId));
}

export async function deletePushedUser(tx: Sql, directoryId: string, userId: string): Promise<void> {
  const own = tx
    .select({ id: pushedGroups.id })
    .from(pushedGroups)
    .where(eq(pushedGroups.directoryId, directoryId));
  await tx
    .delete(pushedMembers)
    .where(and(eq(pushedMembers.userId, userId), inArray(pushedMembers.groupId, own)));
  await tx
    .delete(pushedUsers)
    .where(and(eq(pushedUsers.directoryId, directoryId), eq(pushedUsers.userId, userId)));
}

export async function findPushedGroups(
  db: Sql,
  directoryId: string,
  hint: { id?: string; displayName?: string } = {},
  withMembers = true,
): Promise<PushedGroup[]> {
  const rows = await db
    .select()
    .from(pushedGroups)
    .where(
      and(
        eq(pushedGroups.directoryId, directoryId),
        hint.id === undefined ? undefined : eq(pushedGroups.id, hint.id),
        hint.displayName === undefined ? undefined : eq(pushedGroups.displayName, hint.displayName),
      ),
    )
    .orderBy(asc(pushedGroups.id));
  if (!withMembers || rows.length === 0) return rows.map((group) => ({ group, members: [] }));
  const members = await db
    .select({ groupId: pushedMembers.groupId, id: users.id, name: users.name })
    .from(pushedMembers)
    .innerJoin(users, eq(users.id, pushedMembers.userId))
    .where(
      inArray(
        pushedMembers.groupId,
        rows.map(({ id }) => id),
      ),
    )
    .orderBy(asc(users.id));
  const byGroup = Map.groupBy(members, ({ groupId }) => groupId);
  return rows.map((group) => ({ group, members: byGroup.get(group.id) ?? [] }));
}

export async function insertGroup(tx: Sql, row: typeof pushedGroups.$inferInsert): Promise<void> {
  await tx.insert(pushedGroups).values(row);
}

export async function updateGroup(
  tx: Sql,
  id: string,
  changes: Partial<typeof pushedGroups.$inferInsert>,
): Promise<void> {
  await tx
    .update(pushedGroups)
    .set({ ...changes, updatedAt: new Date() })
    .where(eq(pushedGroups.id, id));
}

export async function deleteGroup(tx: Sql, id: string): Promise<void> {
  await tx.delete(pushedGroups).where(eq(pushedGroups.id, id));
}

export async function addMembers(
  tx: Sql,
  tenantId: string,
  groupId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .insert(pushedMembers)
    .values(ids.map((userId) => ({ tenantId, groupId, userId })))
    .onConflictDoNothing();
}

export async function removeMembers(tx: Sql, groupId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .delete(pushedMembers)
    .where(and(eq(pushedMembers.groupId, groupId), inArray(pushedMembers.userId, [...ids])));
}
