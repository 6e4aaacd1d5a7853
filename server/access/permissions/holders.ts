import type { Language, Permission } from '@stroma/contracts';
import { and, eq, isNull } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { users } from '../identity/identity.tables.ts';
import { definitionOf, entitlements } from './entitlements.store.ts';

/** Somebody who is told by mail; null language: none was chosen. */
export interface Addressee {
  email: string;
  language: Language | null;
}

/** People of an organisation whose account is open and whose role, built-in or custom, holds a permission. */
export async function holdersOf(db: Sql, tenantId: string, permission: Permission): Promise<Addressee[]> {
  const people = await entitlements(db).where(and(eq(users.tenantId, tenantId), isNull(users.disabledAt)));
  return people
    .filter((person) => definitionOf(person).permissions.includes(permission))
    .map(({ user: { email, language } }) => ({ email, language }));
}
