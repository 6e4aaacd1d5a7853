import { and, eq, lt, ne, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { accounts, sessions, tenants, users } from './identity.tables.ts';

export type UserRow = typeof users.$inferSelect;

export interface SessionRow {
  sessionId: string;
  expiresAt: Date;
  user: UserRow;
}

export async function findSession(db: Sql, token: string): Promise<SessionRow | null> {
  const [row] = await db
    .select({ sessionId: sessions.id, expiresAt: sessions.expiresAt, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.token, token))
    .limit(1);
  return row ?? null;
}

export async function deleteSession(db: Sql, token: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.token, token));
}

export async function deleteExpiredSessions(db: Sql): Promise<void> {
  await db.delete(sessions).where(lt(sessions.expiresAt, new Date()));
}

export async function findPasswordHash(db: Sql, userId: string): Promise<string | null> {
  const [row] = await db
    .select({ password: accounts.password })
    .from(accounts)
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, 'credential')))
    .limit(1);
  return row?.password ?? null;
}

/** Sets the hash, lifts the duty to change it, and ends every other session of the person. */
export async function replacePassword(
  tx: Sql,
  userId: string,
  hash: string,
  keepToken: string,
): Promise<void> {
  const now = new Date();
  await tx
    .update(accounts)
    .set({ password: hash, updatedAt: now })
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, 'credential')));
  await tx.update(users).set({ mustChangePassword: false, updatedAt: now }).where(eq(users.id, userId));
  await tx.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.token, keepToken)));
}

export async function findFirstTenant(db: Sql): Promise<string | null> {
  const [row] = await db.select({ id: tenants.id }).from(tenants).orderBy(tenants.createdAt).limit(1);
  return row?.id ?? null;
}

/** Held to the end of the transaction: two processes that start together make one administrator. */
export async function lockFirstStart(tx: Sql): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('stroma:first-start', 0))`);
}

export async function insertTenant(tx: Sql, name: string): Promise<string> {
  const id = newId('tenant');
  await tx.insert(tenants).values({ id, name });
  return id;
}

export async function insertUser(
  tx: Sql,
  user: Pick<UserRow, 'tenantId' | 'email' | 'name' | 'role' | 'mustChangePassword'>,
  passwordHash: string,
): Promise<string> {
  const id = newId('user');
  await tx.insert(users).values({ ...user, id, emailVerified: true });
  await tx.insert(accounts).values({
    id: newId('user'),
    userId: id,
    accountId: id,
    providerId: 'credential',
    password: passwordHash,
  });
  return id;
}
