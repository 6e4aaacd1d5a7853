import type { accountKeepers } from '@stroma/contracts';
import { and, eq, inArray } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { pushedUsers } from '../scim/scim.tables.ts';
import { connectionLinks } from '../single-sign-on/single-sign-on.tables.ts';
import type { UserRow } from './identity.store.ts';

export type AccountKeeper = (typeof accountKeepers)[number];

/**
 * Who says what the address of each account is, where it is not its person: a directory that pushed it, or a provider
 * of single sign-on it is linked to. Accounts that keep their own are absent.
 */
export async function keepersOf(
  db: Sql,
  tenantId: string,
  userIds: string[],
): Promise<Map<string, AccountKeeper>> {
  if (userIds.length === 0) return new Map();
  const linked = await db
    .select({ userId: connectionLinks.userId })
    .from(connectionLinks)
    .where(and(eq(connectionLinks.tenantId, tenantId), inArray(connectionLinks.userId, userIds)));
  const pushed = await db
    .select({ userId: pushedUsers.userId })
    .from(pushedUsers)
    .where(and(eq(pushedUsers.tenantId, tenantId), inArray(pushedUsers.userId, userIds)));
  return new Map([
    ...linked.map(({ userId }): [string, AccountKeeper] => [userId, 'single_sign_on']),
    ...pushed.map(({ userId }): [string, AccountKeeper] => [userId, 'directory']),
  ]);
}

const refusals: Record<AccountKeeper, string> = {
  directory: 'This account is kept by a directory (SCIM). Change the address there; it follows by itself.',
  single_sign_on: 'This account signs in by single sign-on. Change the address at its identity provider.',
};

/** Throws CONFLICT where the address of an account is not its person's to change. */
export async function requireOwnAddress(db: Sql, { tenantId, id }: UserRow): Promise<void> {
  const keeper = (await keepersOf(db, tenantId, [id])).get(id);
  if (keeper !== undefined) fail('CONFLICT', refusals[keeper], { managed_by: keeper });
}
