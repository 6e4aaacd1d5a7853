import type { Language } from '@stroma/contracts';
import { and, eq } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { newId } from '../../platform/ids.ts';
import { accounts, tenants, users } from './identity.tables.ts';

export type UserRow = typeof users.$inferSelect;

/** By address, whatever the tenant: an address belongs to one account of the installation. */
export async function findUserByEmail(db: Sql, email: string): Promise<UserRow | null> {
  const [row] = await db.select().from(users).where(eq(users.email, email.toLowerCase())).limit(1);
  return row ?? null;
}

export async function findUser(db: Sql, id: string): Promise<UserRow | null> {
  const [row] = await db.select().from(users).where(eq(users.id, id)).limit(1);
  return row ?? null;
}

export async function changeProfile(
  tx: Sql,
  id: string,
  change: { name?: string; language?: Language },
): Promise<void> {
  await tx
    .update(users)
    .set({ ...change, updatedAt: new Date() })
    .where(eq(users.id, id));
}

/** Held to the end of the transaction: of two accounts that take an address at once, one gets it. */
export const lockAddress = (tx: Sql, email: string): Promise<void> => lockUntilCommit(tx, `address:${email}`);

/** The address is proven to be the person's, or an administrator vouches for it. */
export async function changeEmail(tx: Sql, id: string, email: string): Promise<void> {
  await tx.update(users).set({ email, emailVerified: true, updatedAt: new Date() }).where(eq(users.id, id));
}

/** Until a new second factor is set up, nothing else is open. */
export async function askForSecondFactor(tx: Sql, id: string, asked: boolean): Promise<void> {
  await tx.update(users).set({ mustSetUpSecondFactor: asked }).where(eq(users.id, id));
}

export async function findPasswordHash(db: Sql, userId: string): Promise<string | null> {
  const [row] = await db
    .select({ password: accounts.password })
    .from(accounts)
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, 'credential')))
    .limit(1);
  return row?.password ?? null;
}

/** Sets the hash, also for a person who had no password before, and lifts the duty to change it. */
export async function replacePassword(tx: Sql, user: UserRow, hash: string): Promise<void> {
  const now = new Date();
  await tx
    .insert(accounts)
    .values({
      id: newId('account'),
      tenantId: user.tenantId,
      userId: user.id,
      accountId: user.id,
      providerId: 'credential',
      password: hash,
    })
    .onConflictDoUpdate({
      target: [accounts.providerId, accounts.accountId],
      set: { password: hash, updatedAt: now },
    });
  await tx
    .update(users)
    .set({ mustChangePassword: false, emailVerified: true, updatedAt: now })
    .where(eq(users.id, user.id));
}

export async function findFirstTenant(db: Sql): Promise<string | null> {
  const [row] = await db.select({ id: tenants.id }).from(tenants).orderBy(tenants.createdAt).limit(1);
  return row?.id ?? null;
}

export async function findTenantName(db: Sql, id: string): Promise<string> {
  const [row] = await db.select({ name: tenants.name }).from(tenants).where(eq(tenants.id, id)).limit(1);
  return row?.name ?? '';
}

export async function isTenantClosed(db: Sql, id: string): Promise<boolean> {
  const [row] = await db.select({ at: tenants.closedAt }).from(tenants).where(eq(tenants.id, id)).limit(1);
  return row === undefined || row.at !== null;
}

/** Held to the end of the transaction: two processes that start together make one administrator. */
export const lockFirstStart = (tx: Sql): Promise<void> => lockUntilCommit(tx, 'first-start');

export async function insertTenant(tx: Sql, name: string): Promise<string> {
  const id = newId('tenant');
  await tx.insert(tenants).values({ id, name });
  return id;
}

/** Without a hash the person can come in by single sign-on or a link in an e-mail alone. */
export async function insertUser(
  tx: Sql,
  user: Pick<UserRow, 'tenantId' | 'email' | 'name' | 'role' | 'mustChangePassword'> & {
    language?: Language | null;
  },
  passwordHash: string | null,
): Promise<string> {
  const id = newId('user');
  await tx.insert(users).values({ ...user, email: user.email.toLowerCase(), id, emailVerified: true });
  if (passwordHash !== null)
    await tx.insert(accounts).values({
      id: newId('account'),
      tenantId: user.tenantId,
      userId: id,
      accountId: id,
      providerId: 'credential',
      password: passwordHash,
    });
  return id;
}
