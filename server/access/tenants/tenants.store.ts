import { isAdministrator, roles } from '@stroma/contracts';
import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { sessions, tenants, users } from '../identity/identity.tables.ts';

export type TenantRow = typeof tenants.$inferSelect;

export interface CountedTenant extends TenantRow {
  members: number;
  administrators: number;
}

const counted = (db: Sql) => {
  const open = and(eq(users.tenantId, tenants.id), isNull(users.disabledAt));
  return db
    .select({
      tenant: tenants,
      members: db.$count(users, open),
      administrators: db.$count(users, and(open, inArray(users.role, roles.filter(isAdministrator)))),
    })
    .from(tenants)
    .$dynamic();
};

/** Of the whole installation, oldest first. */
export async function listTenants(
  db: Sql,
  limit: number,
  after: string | undefined,
): Promise<CountedTenant[]> {
  const rows = await counted(db)
    .where(after === undefined ? undefined : gt(tenants.id, after))
    .orderBy(asc(tenants.id))
    .limit(limit);
  return rows.map(({ tenant, ...counts }) => ({ ...tenant, ...counts }));
}

export async function findTenant(db: Sql, id: string): Promise<CountedTenant | null> {
  const [row] = await counted(db).where(eq(tenants.id, id)).limit(1);
  return row === undefined
    ? null
    : { ...row.tenant, members: row.members, administrators: row.administrators };
}

/** Held to the end of the transaction. */
export async function lockTenant(tx: Sql, id: string): Promise<TenantRow | null> {
  const [row] = await tx.select().from(tenants).where(eq(tenants.id, id)).for('update').limit(1);
  return row ?? null;
}

export async function changeTenant(
  tx: Sql,
  id: string,
  change: Partial<Pick<TenantRow, 'name' | 'closedAt' | 'closedReason'>>,
): Promise<void> {
  await tx.update(tenants).set(change).where(eq(tenants.id, id));
}

/** Ends every session of an organisation; answers whose they were. */
export async function endSessionsOfTenant(tx: Sql, tenantId: string, reason: string): Promise<string[]> {
  const ended = await tx
    .update(sessions)
    .set({ endedAt: sql`now()`, endReason: reason })
    .where(and(eq(sessions.tenantId, tenantId), isNull(sessions.endedAt)))
    .returning({ userId: sessions.userId });
  return [...new Set(ended.map(({ userId }) => userId))];
}
