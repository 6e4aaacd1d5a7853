import { and, asc, count, eq, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { users } from '../identity/identity.tables.ts';
import type { CustomRole } from './entitlements.store.ts';
import { customRoles } from './permissions.tables.ts';

export const maxCustomRoles = 200;

export async function listCustomRoles(db: Sql, tenantId: string): Promise<CustomRole[]> {
  return db
    .select()
    .from(customRoles)
    .where(eq(customRoles.tenantId, tenantId))
    .orderBy(asc(sql`lower(${customRoles.name})`), asc(customRoles.id))
    .limit(maxCustomRoles);
}

export async function findCustomRole(
  db: Sql,
  tenantId: string,
  id: string,
  lock = false,
): Promise<CustomRole | null> {
  const query = db
    .select()
    .from(customRoles)
    .where(and(eq(customRoles.tenantId, tenantId), eq(customRoles.id, id)))
    .limit(1);
  const [row] = await (lock ? query.for('update') : query);
  return row ?? null;
}

/** Whether another role of the tenant has this name. */
export async function isNameTaken(db: Sql, tenantId: string, name: string, but: string): Promise<boolean> {
  const [row] = await db
    .select({ id: customRoles.id })
    .from(customRoles)
    .where(
      and(
        eq(customRoles.tenantId, tenantId),
        sql`lower(${customRoles.name}) = lower(${name})`,
        sql`${customRoles.id} <> ${but}`,
      ),
    )
    .limit(1);
  return row !== undefined;
}

export async function insertCustomRole(
  tx: Sql,
  row: Omit<CustomRole, 'createdAt' | 'updatedAt'>,
): Promise<CustomRole> {
  const [made] = await tx.insert(customRoles).values(row).returning();
  return made as CustomRole;
}

export async function updateCustomRole(tx: Sql, role: CustomRole): Promise<CustomRole> {
  const { id, tenantId, createdAt, createdBy, ...change } = role;
  const [made] = await tx
    .update(customRoles)
    .set({ ...change, updatedAt: new Date() })
    .where(and(eq(customRoles.tenantId, tenantId), eq(customRoles.id, id)))
    .returning();
  return made as CustomRole;
}

export async function deleteCustomRole(tx: Sql, tenantId: string, id: string): Promise<void> {
  await tx.delete(customRoles).where(and(eq(customRoles.tenantId, tenantId), eq(customRoles.id, id)));
}

export async function countMembersByRole(db: Sql, tenantId: string): Promise<Map<string, number>> {
  const rows = await db
    .select({ role: users.role, members: count() })
    .from(users)
    .where(eq(users.tenantId, tenantId))
    .groupBy(users.role);
  return new Map(rows.map(({ role, members }) => [role, members]));
}

/** Held to the end of the transaction: giving a role and deleting it do not pass each other. */
export const lockRoles = (tx: Sql, tenantId: string): Promise<void> =>
  lockUntilCommit(tx, `roles:${tenantId}`);
