import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, or, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { users } from '../identity/identity.tables.ts';
import { emergencies, emergencyUses } from './break-glass.tables.ts';

export type EmergencyRow = typeof emergencies.$inferSelect;
export interface NamedEmergency {
  emergency: EmergencyRow;
  userName: string;
  reviewerName: string | null;
}

const reviewers = alias(users, 'reviewers');

const named = (db: Sql) =>
  db
    .select({ emergency: emergencies, userName: users.name, reviewerName: reviewers.name })
    .from(emergencies)
    .innerJoin(users, eq(users.id, emergencies.userId))
    .leftJoin(reviewers, eq(reviewers.id, emergencies.reviewedBy));

const isOver = (now: Date): SQL | undefined =>
  or(isNotNull(emergencies.endedAt), lte(emergencies.expiresAt, now));
const isOpen = (now: Date): SQL | undefined =>
  and(isNull(emergencies.endedAt), gt(emergencies.expiresAt, now));

export async function findOpen(
  db: Sql,
  tenantId: string,
  userId: string,
  now: Date,
): Promise<EmergencyRow | null> {
  const [row] = await db
    .select()
    .from(emergencies)
    .where(and(eq(emergencies.tenantId, tenantId), eq(emergencies.userId, userId), isOpen(now)))
    .orderBy(desc(emergencies.expiresAt))
    .limit(1);
  return row ?? null;
}

export async function findEmergency(db: Sql, tenantId: string, id: string): Promise<NamedEmergency | null> {
  const [row] = await named(db)
    .where(and(eq(emergencies.tenantId, tenantId), eq(emergencies.id, id)))
    .limit(1);
  return row ?? null;
}

export interface EmergencyFilter {
  userId: string | null;
  status: 'open' | 'to_review' | 'reviewed' | undefined;
  before: string | null;
  limit: number;
  now: Date;
}

/** Newest first. */
export async function listEmergencies(
  db: Sql,
  tenantId: string,
  { userId, status, before, limit, now }: EmergencyFilter,
): Promise<NamedEmergency[]> {
  const byStatus = {
    open: and(isNull(emergencies.reviewedAt), isOpen(now)),
    to_review: and(isNull(emergencies.reviewedAt), isOver(now)),
    reviewed: isNotNull(emergencies.reviewedAt),
  };
  return named(db)
    .where(
      and(
        eq(emergencies.tenantId, tenantId),
        userId === null ? undefined : eq(emergencies.userId, userId),
        status === undefined ? undefined : byStatus[status],
        before === null ? undefined : lt(emergencies.id, before),
      ),
    )
    .orderBy(desc(emergencies.id))
    .limit(limit);
}

export async function insertEmergency(tx: Sql, row: typeof emergencies.$inferInsert): Promise<void> {
  await tx.insert(emergencies).values(row);
}

/** Two openings by one person wait for each other. */
export const lockOpening = (tx: Sql, userId: string): Promise<void> =>
  lockUntilCommit(tx, `emergency:${userId}`);

/** False when it is over already. */
export async function endEmergency(tx: Sql, tenantId: string, id: string, now: Date): Promise<boolean> {
  const changed = await tx
    .update(emergencies)
    .set({ endedAt: now })
    .where(and(eq(emergencies.tenantId, tenantId), eq(emergencies.id, id), isOpen(now)))
    .returning({ id: emergencies.id });
  return changed.length === 1;
}

/** False when it is open still or reviewed already. */
export async function saveReview(
  tx: Sql,
  tenantId: string,
  id: string,
  review: { by: string; at: Date; justified: boolean },
  texts: Pick<EmergencyRow, 'reason' | 'note' | 'sealed'>,
): Promise<boolean> {
  const changed = await tx
    .update(emergencies)
    .set({ ...texts, reviewedBy: review.by, reviewedAt: review.at, justified: review.justified })
    .where(
      and(
        eq(emergencies.tenantId, tenantId),
        eq(emergencies.id, id),
        isNull(emergencies.reviewedAt),
        isOver(review.at),
      ),
    )
    .returning({ id: emergencies.id });
  return changed.length === 1;
}

/** True when it is the first time. */
export async function insertUse(tx: Sql, use: typeof emergencyUses.$inferInsert): Promise<boolean> {
  const made = await tx
    .insert(emergencyUses)
    .values(use)
    .onConflictDoNothing()
    .returning({ id: emergencyUses.resourceId });
  return made.length === 1;
}

export async function usesOf(
  db: Sql,
  emergencyIds: string[],
): Promise<(typeof emergencyUses.$inferSelect)[]> {
  if (emergencyIds.length === 0) return [];
  return db
    .select()
    .from(emergencyUses)
    .where(inArray(emergencyUses.emergencyId, emergencyIds))
    .orderBy(emergencyUses.at);
}
