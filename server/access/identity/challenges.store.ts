import { and, desc, eq, gt, lt, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { challenges } from './identity.tables.ts';
import { hashToken, makeToken } from './secrets.ts';

export type ChallengePurpose =
  | 'second-factor'
  | 'passkey-registration'
  | 'passkey-sign-in'
  | 'password-reset'
  | 'email-verification'
  | 'email-change'
  | 'email-undo'
  | 'invitation';

export type ChallengeRow = typeof challenges.$inferSelect;

/** Answers the token, which is kept nowhere but in the hands it is given to. */
export async function insertChallenge(
  db: Sql,
  given: {
    purpose: ChallengePurpose;
    tenantId: string | null;
    userId: string | null;
    data: Record<string, unknown>;
    lifeMs: number;
  },
): Promise<{ token: string; row: ChallengeRow }> {
  const { lifeMs, ...rest } = given;
  const token = makeToken();
  const [row] = await db
    .insert(challenges)
    .values({
      ...rest,
      id: newId('challenge'),
      tokenHash: hashToken(token),
      expiresAt: new Date(Date.now() + lifeMs),
    })
    .returning();
  return { token, row: row as ChallengeRow };
}

const living = (purpose: ChallengePurpose, token: string) =>
  and(
    eq(challenges.tokenHash, hashToken(token)),
    eq(challenges.purpose, purpose),
    gt(challenges.expiresAt, new Date()),
  );

export async function findChallenge(
  db: Sql,
  purpose: ChallengePurpose,
  token: string,
): Promise<ChallengeRow | null> {
  const [row] = await db.select().from(challenges).where(living(purpose, token)).limit(1);
  return row ?? null;
}

/** The latest of a person. */
export async function findChallengeOf(
  db: Sql,
  userId: string,
  purpose: ChallengePurpose,
): Promise<ChallengeRow | null> {
  const [row] = await db
    .select()
    .from(challenges)
    .where(
      and(
        eq(challenges.userId, userId),
        eq(challenges.purpose, purpose),
        gt(challenges.expiresAt, new Date()),
      ),
    )
    .orderBy(desc(challenges.id))
    .limit(1);
  return row ?? null;
}

/** Takes it away; of two that come at once, one gets it. */
export async function takeChallenge(
  db: Sql,
  purpose: ChallengePurpose,
  token: string,
): Promise<ChallengeRow | null> {
  const [row] = await db.delete(challenges).where(living(purpose, token)).returning();
  return row ?? null;
}

/** Counts before the guess is looked at, so that guesses made at once count as well. */
export async function countAttempt(db: Sql, id: string): Promise<number> {
  const [row] = await db
    .update(challenges)
    .set({ attempts: sql`${challenges.attempts} + 1` })
    .where(eq(challenges.id, id))
    .returning({ attempts: challenges.attempts });
  return row?.attempts ?? Number.POSITIVE_INFINITY;
}

export async function updateChallengeData(db: Sql, id: string, data: Record<string, unknown>): Promise<void> {
  await db.update(challenges).set({ data }).where(eq(challenges.id, id));
}

export async function deleteChallengesOf(db: Sql, userId: string, purpose: ChallengePurpose): Promise<void> {
  await db.delete(challenges).where(and(eq(challenges.userId, userId), eq(challenges.purpose, purpose)));
}

export async function deleteExpiredChallenges(db: Sql): Promise<void> {
  await db.delete(challenges).where(lt(challenges.expiresAt, new Date()));
}

const invitations = (tenantId: string) =>
  and(
    eq(challenges.purpose, 'invitation'),
    eq(challenges.tenantId, tenantId),
    gt(challenges.expiresAt, new Date()),
  );

/** The newest first; ids sort by time. */
export async function listInvitations(
  db: Sql,
  tenantId: string,
  limit: number,
  before: string | null,
): Promise<ChallengeRow[]> {
  return db
    .select()
    .from(challenges)
    .where(and(invitations(tenantId), before === null ? undefined : lt(challenges.id, before)))
    .orderBy(desc(challenges.id))
    .limit(limit);
}

export async function deleteInvitation(tx: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await tx
    .delete(challenges)
    .where(and(invitations(tenantId), eq(challenges.id, id)))
    .returning({ id: challenges.id });
  return rows.length > 0;
}

export async function deleteInvitationsOf(tx: Sql, tenantId: string, email: string): Promise<void> {
  await tx
    .delete(challenges)
    .where(and(invitations(tenantId), sql`${challenges.data} ->> 'email' = ${email}`));
}
