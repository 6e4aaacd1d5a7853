import { isAdministrator, roles } from '@stroma/contracts';
import { and, count, eq, inArray, isNull, ne } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { UserRow } from '../identity/identity.store.ts';
import { users } from '../identity/identity.tables.ts';

const administrators = roles.filter(isAdministrator);

export async function findPerson(db: Sql, tenantId: string, id: string): Promise<UserRow | null> {
  const [row] = await db
    .select()
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, id)))
    .limit(1);
  return row ?? null;
}

export async function findPersonByEmail(db: Sql, tenantId: string, email: string): Promise<UserRow | null> {
  const [row] = await db
    .select()
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.email, email)))
    .limit(1);
  return row ?? null;
}

/**
 * A person who has no password here. Null where the address belongs to an account already, also of another tenant.
 */
export async function insertPerson(
  tx: Sql,
  person: Pick<UserRow, 'tenantId' | 'email' | 'name' | 'role'> & { disabledAt?: Date | null },
): Promise<UserRow | null> {
  const [row] = await tx
    .insert(users)
    .values({ ...person, id: newId('user'), emailVerified: true, mustChangePassword: false })
    .onConflictDoNothing({ target: users.email })
    .returning();
  return row ?? null;
}

export async function updatePerson(
  tx: Sql,
  tenantId: string,
  id: string,
  changes: Partial<Pick<UserRow, 'email' | 'name' | 'role' | 'disabledAt'>>,
): Promise<UserRow> {
  const [row] = await tx
    .update(users)
    .set({ ...changes, updatedAt: new Date() })
    .where(and(eq(users.tenantId, tenantId), eq(users.id, id)))
    .returning();
  if (row === undefined) throw new Error(`the person ${id} is gone`);
  return row;
}

/** Whether somebody else governs the organisation too: one always must. */
export async function isLastAdministrator(tx: Sql, person: UserRow): Promise<boolean> {
  if (!isAdministrator(person.role) || person.disabledAt !== null) return false;
  const [row] = await tx
    .select({ others: count() })
    .from(users)
    .where(
      and(
        eq(users.tenantId, person.tenantId),
        ne(users.id, person.id),
        isNull(users.disabledAt),
        inArray(users.role, [...administrators]),
      ),
    );
  return (row?.others ?? 0) === 0;
}
