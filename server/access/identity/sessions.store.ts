import { and, desc, eq, gt, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { passkeys, refreshTokens, secondFactors, sessions, users } from './identity.tables.ts';
import { hashToken, makeToken } from './secrets.ts';

type UserRow = typeof users.$inferSelect;
export type SessionRow = typeof sessions.$inferSelect;

export interface FoundSession {
  session: SessionRow;
  user: UserRow;
  /** The person has a second factor, proven in this session or not. */
  enrolled: boolean;
}

export const enrolled = sql<boolean>`(
  exists (select 1 from ${secondFactors} where ${secondFactors.userId} = ${users.id} and ${secondFactors.confirmedAt} is not null)
  or exists (select 1 from ${passkeys} where ${passkeys.userId} = ${users.id})
)`;

const lives = () =>
  and(isNull(sessions.endedAt), gt(sessions.expiresAt, new Date()), isNull(users.disabledAt));

async function find(db: Sql, where: SQL): Promise<FoundSession | null> {
  const [row] = await db
    .select({ session: sessions, user: users, enrolled })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(where, lives()))
    .limit(1);
  return row ?? null;
}

export const findSessionByToken = (db: Sql, token: string): Promise<FoundSession | null> =>
  find(db, eq(sessions.tokenHash, hashToken(token)));

export const findSessionById = (db: Sql, id: string): Promise<FoundSession | null> =>
  find(db, eq(sessions.id, id));

/** Answers the token for the cookie; only its hash is kept. */
export async function insertSession(
  tx: Sql,
  given: Omit<SessionRow, 'id' | 'tokenHash' | 'provenAt' | 'lastSeenAt' | 'endedAt' | 'endReason'>,
): Promise<{ token: string; id: string }> {
  const token = makeToken('st_');
  const id = newId('session');
  await tx.insert(sessions).values({
    ...given,
    id,
    tokenHash: hashToken(token),
    provenAt: given.createdAt,
    lastSeenAt: given.createdAt,
  });
  return { token, id };
}

export async function touchSession(db: Sql, id: string, at: Date): Promise<void> {
  await db.update(sessions).set({ lastSeenAt: at }).where(eq(sessions.id, id));
}

export async function markProven(db: Sql, id: string, secondFactor: boolean): Promise<void> {
  await db
    .update(sessions)
    .set({ provenAt: new Date(), ...(secondFactor ? { secondFactor: true } : {}) })
    .where(eq(sessions.id, id));
}

/** Those that were living, ended now. */
async function end(tx: Sql, where: SQL | undefined, reason: string): Promise<string[]> {
  const rows = await tx
    .update(sessions)
    .set({ endedAt: new Date(), endReason: reason })
    .where(and(where, isNull(sessions.endedAt)))
    .returning({ id: sessions.id });
  return rows.map(({ id }) => id);
}

export const endSession = (tx: Sql, userId: string, id: string, reason: string): Promise<string[]> =>
  end(tx, and(eq(sessions.id, id), eq(sessions.userId, userId)), reason);

/** `keep` null ends all of them. */
export const endSessionsOf = (
  tx: Sql,
  userId: string,
  keep: string | null,
  reason: string,
): Promise<string[]> =>
  end(tx, and(eq(sessions.userId, userId), keep === null ? undefined : ne(sessions.id, keep)), reason);

/** The latest seen first. `after` is the last of the page before. */
export async function listSessions(
  db: Sql,
  userId: string,
  limit: number,
  after: { at: Date; id: string } | null,
): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, userId),
        isNull(sessions.endedAt),
        gt(sessions.expiresAt, new Date()),
        after === null
          ? undefined
          : or(
              lt(sessions.createdAt, after.at),
              and(eq(sessions.createdAt, after.at), lt(sessions.id, after.id)),
            ),
      ),
    )
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(limit);
}

export async function insertRefreshToken(
  tx: Sql,
  given: { tenantId: string; sessionId: string; expiresAt: Date },
): Promise<string> {
  const token = makeToken('rt_');
  await tx
    .insert(refreshTokens)
    .values({ ...given, id: newId('refreshToken'), tokenHash: hashToken(token), createdAt: new Date() });
  return token;
}

export type RefreshTokenRow = typeof refreshTokens.$inferSelect;

/** Locked to the end of the transaction: of two uses at once the second sees the first. */
export async function lockRefreshToken(tx: Sql, token: string): Promise<RefreshTokenRow | null> {
  const [row] = await tx
    .select()
    .from(refreshTokens)
    .where(eq(refreshTokens.tokenHash, hashToken(token)))
    .for('update')
    .limit(1);
  return row ?? null;
}

export async function markRefreshTokenUsed(tx: Sql, id: string): Promise<void> {
  await tx.update(refreshTokens).set({ usedAt: new Date() }).where(eq(refreshTokens.id, id));
}
