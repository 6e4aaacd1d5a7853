import { and, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { consents } from './consents.tables.ts';

export type ConsentRow = typeof consents.$inferSelect;

export async function insertConsents(tx: Sql, rows: ConsentRow[]): Promise<void> {
  await tx.insert(consents).values(rows);
}

export async function findConsent(db: Sql, tenantId: string, id: string): Promise<ConsentRow | null> {
  const [row] = await db
    .select()
    .from(consents)
    .where(and(eq(consents.tenantId, tenantId), eq(consents.id, id)))
    .limit(1);
  return row ?? null;
}

/** Newest first. */
export async function listConsents(
  db: Sql,
  tenantId: string,
  filter: {
    subjectMacs?: string[];
    purpose?: string | undefined;
    before?: string | undefined;
    limit: number;
  },
): Promise<ConsentRow[]> {
  const { subjectMacs, purpose, before, limit } = filter;
  return db
    .select()
    .from(consents)
    .where(
      and(
        eq(consents.tenantId, tenantId),
        subjectMacs === undefined ? undefined : inArray(consents.subjectMac, subjectMacs),
        purpose === undefined ? undefined : sql`lower(${consents.purpose}) = ${purpose.toLowerCase()}`,
        before === undefined ? undefined : lt(consents.id, before),
      ),
    )
    .orderBy(desc(consents.id))
    .limit(limit);
}

/** Two recordings about one person wait for each other. */
export const lockSubject = (tx: Sql, subjectMac: string): Promise<void> =>
  lockUntilCommit(tx, `consent:${subjectMac}`);

/** False when it was withdrawn already. */
export async function withdrawConsent(
  tx: Sql,
  tenantId: string,
  id: string,
  withdrawn: { at: Date; by: string; byName: string; note: string },
): Promise<boolean> {
  const { at, by, byName, note } = withdrawn;
  const rows = await tx
    .update(consents)
    .set({ withdrawnAt: at, withdrawnBy: by, withdrawnByName: byName, withdrawalNote: note })
    .where(and(eq(consents.tenantId, tenantId), eq(consents.id, id), isNull(consents.withdrawnAt)))
    .returning({ id: consents.id });
  return rows.length === 1;
}

/** What is left of who gave consents says nothing: the key of the name is destroyed beside it. */
export async function forgetSubjects(tx: Sql, tenantId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(consents)
    .set({ subjectMac: sql`'erased ' || ${consents.id}` })
    .where(and(eq(consents.tenantId, tenantId), inArray(consents.id, ids)));
}
