import type { PersonFindings } from '@stroma/contracts';
import { and, eq } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { personSearches } from '../subject-requests/subject-requests.tables.ts';

export type PersonSearchRow = typeof personSearches.$inferSelect;

export async function insertSearch(tx: Sql, row: PersonSearchRow): Promise<void> {
  await tx.insert(personSearches).values(row);
}

export async function findSearch(db: Sql, tenantId: string, id: string): Promise<PersonSearchRow | null> {
  const [row] = await db
    .select()
    .from(personSearches)
    .where(and(eq(personSearches.tenantId, tenantId), eq(personSearches.id, id)))
    .limit(1);
  return row ?? null;
}

/** Ends a search: what was looked for goes, what was found stays. */
export async function endSearch(
  tx: Sql,
  tenantId: string,
  id: string,
  findings: PersonFindings | null,
): Promise<void> {
  await tx
    .update(personSearches)
    .set({ findings, sealed: null, finishedAt: new Date() })
    .where(and(eq(personSearches.tenantId, tenantId), eq(personSearches.id, id)));
}
