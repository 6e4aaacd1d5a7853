import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { tenants, users } from '../identity/identity.tables.ts';

/** Who runs the installation: the super administrators that can sign in, of every organisation. */
export async function installationKeepers(db: Sql): Promise<{ tenantId: string; email: string }[]> {
  return await db
    .select({ tenantId: users.tenantId, email: users.email })
    .from(users)
    .innerJoin(tenants, eq(tenants.id, users.tenantId))
    .where(and(eq(users.role, 'super_admin'), isNull(users.disabledAt), isNull(tenants.closedAt)));
}

/** Names of accounts of every organisation; only for who stands above them all. */
export async function namesOfUsers(db: Sql, ids: string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db.select({ id: users.id, name: users.name }).from(users).where(inArray(users.id, ids));
  return new Map(rows.map(({ id, name }) => [id, name]));
}
