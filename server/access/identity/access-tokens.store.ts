import { desc, gt, lt } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
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
export const lockSigningKeys = (tx: Sql): Promise<void> => lockUntilCommit(tx, 'signing-keys');
