import { and, count, eq, inArray, isNotNull, isNull, lt, or } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { passkeys, recoveryCodes, secondFactors } from './identity.tables.ts';
import { hashToken, makeRecoveryCode, readRecoveryCode } from './secrets.ts';

export type SecondFactorRow = typeof secondFactors.$inferSelect;
export type PasskeyRow = typeof passkeys.$inferSelect;

const codesMade = 10;

export async function findSecondFactors(db: Sql, userId: string): Promise<SecondFactorRow[]> {
  return db
    .select()
    .from(secondFactors)
    .where(and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt)))
    .orderBy(secondFactors.createdAt);
}

export async function findSecondFactor(db: Sql, userId: string, id: string): Promise<SecondFactorRow | null> {
  const [row] = await db
    .select()
    .from(secondFactors)
    .where(and(eq(secondFactors.userId, userId), eq(secondFactors.id, id)))
    .limit(1);
  return row ?? null;
}

/** Takes the place of others that were begun and never confirmed. */
export async function insertSecondFactor(
  tx: Sql,
  row: Pick<SecondFactorRow, 'id' | 'tenantId' | 'userId' | 'kind' | 'name' | 'secret'>,
): Promise<void> {
  await tx
    .delete(secondFactors)
    .where(
      and(
        eq(secondFactors.userId, row.userId),
        eq(secondFactors.kind, row.kind),
        isNull(secondFactors.confirmedAt),
      ),
    );
  await tx.insert(secondFactors).values(row);
}

export async function confirmSecondFactor(tx: Sql, id: string, step: number | null): Promise<void> {
  const now = new Date();
  await tx
    .update(secondFactors)
    .set({ confirmedAt: now, lastUsedAt: now, lastStep: step })
    .where(eq(secondFactors.id, id));
}

/** False when this step, or a later one, was taken already: of two uses at once one wins. */
export async function takeStep(db: Sql, id: string, step: number): Promise<boolean> {
  const rows = await db
    .update(secondFactors)
    .set({ lastStep: step, lastUsedAt: new Date() })
    .where(
      and(eq(secondFactors.id, id), or(isNull(secondFactors.lastStep), lt(secondFactors.lastStep, step))),
    )
    .returning({ id: secondFactors.id });
  return rows.length > 0;
}

export async function markSecondFactorUsed(db: Sql, id: string): Promise<void> {
  await db.update(secondFactors).set({ lastUsedAt: new Date() }).where(eq(secondFactors.id, id));
}

export async function deleteSecondFactor(tx: Sql, userId: string, id: string): Promise<boolean> {
  const rows = await tx
    .delete(secondFactors)
    .where(and(eq(secondFactors.userId, userId), eq(secondFactors.id, id)))
    .returning({ id: secondFactors.id });
  return rows.length > 0;
}

/** Replaces all; answers them as they are shown once. */
export async function replaceRecoveryCodes(
  tx: Sql,
  { tenantId, userId }: { tenantId: string; userId: string },
): Promise<string[]> {
  const codes = Array.from({ length: codesMade }, makeRecoveryCode);
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  await tx.insert(recoveryCodes).values(
    codes.map((code) => ({
      id: newId('recoveryCode'),
      tenantId,
      userId,
      codeHash: hashToken(readRecoveryCode(code)),
    })),
  );
  return codes;
}

/** Authenticator apps, phones, passkeys and recovery codes, also those begun and never confirmed. */
export async function deleteEveryFactor(
  tx: Sql,
  userId: string,
): Promise<{ factors: number; passkeys: number }> {
  const factors = await tx
    .delete(secondFactors)
    .where(eq(secondFactors.userId, userId))
    .returning({ confirmedAt: secondFactors.confirmedAt });
  const keys = await tx.delete(passkeys).where(eq(passkeys.userId, userId)).returning({ id: passkeys.id });
  await deleteRecoveryCodes(tx, userId);
  return {
    factors: factors.filter(({ confirmedAt }) => confirmedAt !== null).length,
    passkeys: keys.length,
  };
}

/** Factors in force of each person; absent who has none. */
export async function countFactors(db: Sql, userIds: string[]): Promise<Map<string, number>> {
  if (userIds.length === 0) return new Map();
  const rows = [
    ...(await db
      .select({ userId: secondFactors.userId, n: count() })
      .from(secondFactors)
      .where(and(inArray(secondFactors.userId, userIds), isNotNull(secondFactors.confirmedAt)))
      .groupBy(secondFactors.userId)),
    ...(await db
      .select({ userId: passkeys.userId, n: count() })
      .from(passkeys)
      .where(inArray(passkeys.userId, userIds))
      .groupBy(passkeys.userId)),
  ];
  const counts = new Map<string, number>();
  for (const { userId, n } of rows) counts.set(userId, (counts.get(userId) ?? 0) + n);
  return counts;
}

export async function deleteRecoveryCodes(tx: Sql, userId: string): Promise<void> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
}

/** True once for each code. */
export async function takeRecoveryCode(db: Sql, userId: string, typed: string): Promise<boolean> {
  const rows = await db
    .update(recoveryCodes)
    .set({ usedAt: new Date() })
    .where(
      and(
        eq(recoveryCodes.userId, userId),
        eq(recoveryCodes.codeHash, hashToken(readRecoveryCode(typed))),
        isNull(recoveryCodes.usedAt),
      ),
    )
    .returning({ id: recoveryCodes.id });
  return rows.length > 0;
}

export async function countRecoveryCodes(db: Sql, userId: string): Promise<number> {
  const [row] = await db
    .select({ left: count() })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt)));
  return row?.left ?? 0;
}

export async function findPasskeys(db: Sql, userId: string): Promise<PasskeyRow[]> {
  return db.select().from(passkeys).where(eq(passkeys.userId, userId)).orderBy(passkeys.createdAt);
}

export async function findPasskeyByCredential(db: Sql, credentialId: string): Promise<PasskeyRow | null> {
  const [row] = await db.select().from(passkeys).where(eq(passkeys.credentialId, credentialId)).limit(1);
  return row ?? null;
}

/** Null when the credential is registered already. */
export async function insertPasskey(
  tx: Sql,
  row: Omit<PasskeyRow, 'id' | 'createdAt' | 'lastUsedAt'>,
): Promise<PasskeyRow | null> {
  const [made] = await tx
    .insert(passkeys)
    .values({ ...row, id: newId('passkey') })
    .onConflictDoNothing({ target: passkeys.credentialId })
    .returning();
  return made ?? null;
}

export async function markPasskeyUsed(
  db: Sql,
  id: string,
  counter: number,
  backedUp: boolean,
): Promise<void> {
  await db.update(passkeys).set({ counter, backedUp, lastUsedAt: new Date() }).where(eq(passkeys.id, id));
}

export async function renamePasskey(
  tx: Sql,
  userId: string,
  id: string,
  name: string,
): Promise<PasskeyRow | null> {
  const [row] = await tx
    .update(passkeys)
    .set({ name })
    .where(and(eq(passkeys.userId, userId), eq(passkeys.id, id)))
    .returning();
  return row ?? null;
}

export async function deletePasskey(tx: Sql, userId: string, id: string): Promise<boolean> {
  const rows = await tx
    .delete(passkeys)
    .where(and(eq(passkeys.userId, userId), eq(passkeys.id, id)))
    .returning({ id: passkeys.id });
  return rows.length > 0;
}
