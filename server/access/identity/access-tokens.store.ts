import { desc, gt, lt, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { signingKeys } from './identity.tables.ts';

export type SigningKeyRow = typeof signingKeys.$inferSelect;

/** The newest first. */
export async function findSigningKeys(db: Sql): Promise<SigningKeyRow[]> {
  return db
    .select()
    .from(signingKeys)
    .where(gt(signingKeys.expiresAt, new Date()))
    .orderBy(desc(signingKeys.createdAt));
}

export async function insertSigningKey(tx: Sql, row: SigningKeyRow): Promise<void> {
  await tx.insert(signingKeys).values(row);
}

export async function deleteExpiredSigningKeys(db: Sql): Promise<void> {
  await db.delete(signingKeys).where(lt(signingKeys.expiresAt, new Date()));
}

/** Held to the end of the transaction: processes that need a key at once make one. */
export async function lockSigningKeys(tx: Sql): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('stroma:signing-keys', 0))`);
}
