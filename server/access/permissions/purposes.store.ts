import { and, asc, eq, sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../../platform/db/database.ts';
import { purposes } from './permissions.tables.ts';

export type PurposeRow = typeof purposes.$inferSelect;

export async function listPurposes(db: Sql, tenantId: string): Promise<PurposeRow[]> {
  return db
    .select()
    .from(purposes)
    .where(eq(purposes.tenantId, tenantId))
    .orderBy(asc(purposes.purpose))
    .limit(1000);
}

/** How many things are kept for each purpose, listed or not. */
export async function countByPurpose(db: Sql, tenantId: string): Promise<Map<string, number>> {
  const rows = rowsOf<{ purpose: string; n: number }>(
    await db.execute(sql`
      select purpose, count(*)::int as n
      from resource_attributes, jsonb_array_elements_text(purposes) as purpose
      where tenant_id = ${tenantId} group by purpose`),
  );
  return new Map(rows.map(({ purpose, n }) => [purpose, n]));
}

/** False where it is listed already. */
export async function insertPurpose(
  tx: Sql,
  row: Pick<PurposeRow, 'tenantId' | 'purpose' | 'description' | 'createdBy'>,
): Promise<boolean> {
  const rows = await tx
    .insert(purposes)
    .values(row)
    .onConflictDoNothing()
    .returning({ purpose: purposes.purpose });
  return rows.length > 0;
}

export async function findPurpose(db: Sql, tenantId: string, purpose: string): Promise<PurposeRow | null> {
  const [row] = await db
    .select()
    .from(purposes)
    .where(and(eq(purposes.tenantId, tenantId), eq(purposes.purpose, purpose)))
    .limit(1);
  return row ?? null;
}

export async function updatePurpose(
  tx: Sql,
  tenantId: string,
  purpose: string,
  change: Partial<Pick<PurposeRow, 'description' | 'retiredAt'>>,
): Promise<void> {
  if (Object.keys(change).length === 0) return;
  await tx
    .update(purposes)
    .set(change)
    .where(and(eq(purposes.tenantId, tenantId), eq(purposes.purpose, purpose)));
}
