import type { RetentionKind } from '@stroma/contracts';
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../../platform/db/database.ts';
import { legalHolds, retentionPolicies, retentionRuns } from './retention.tables.ts';

export type PolicyRow = typeof retentionPolicies.$inferSelect;
export type HoldRow = typeof legalHolds.$inferSelect;
export type RunRow = typeof retentionRuns.$inferSelect;

export async function changedPolicies(db: Sql, tenantId: string): Promise<PolicyRow[]> {
  return db.select().from(retentionPolicies).where(eq(retentionPolicies.tenantId, tenantId));
}

export async function savePolicy(tx: Sql, row: PolicyRow): Promise<void> {
  await tx
    .insert(retentionPolicies)
    .values(row)
    .onConflictDoUpdate({ target: [retentionPolicies.tenantId, retentionPolicies.kind], set: row });
}

export async function holdsInForce(db: Sql, tenantId: string): Promise<HoldRow[]> {
  return db
    .select()
    .from(legalHolds)
    .where(and(eq(legalHolds.tenantId, tenantId), isNull(legalHolds.liftedAt)));
}

export async function listHolds(
  db: Sql,
  tenantId: string,
  page: { limit: number; before: string | undefined },
): Promise<HoldRow[]> {
  return db
    .select()
    .from(legalHolds)
    .where(
      and(
        eq(legalHolds.tenantId, tenantId),
        page.before === undefined ? undefined : lt(legalHolds.id, page.before),
      ),
    )
    .orderBy(desc(legalHolds.id))
    .limit(page.limit);
}

export async function findHold(db: Sql, tenantId: string, id: string): Promise<HoldRow | null> {
  const [row] = await db
    .select()
    .from(legalHolds)
    .where(and(eq(legalHolds.tenantId, tenantId), eq(legalHolds.id, id)))
    .limit(1);
  return row ?? null;
}

export async function insertHold(tx: Sql, row: HoldRow): Promise<void> {
  await tx.insert(legalHolds).values(row);
}

/** False when it was lifted already. */
export async function liftHold(
  tx: Sql,
  tenantId: string,
  id: string,
  lifted: { by: string; byName: string; at: Date; reason: string },
): Promise<boolean> {
  const { by, byName, at, reason } = lifted;
  const rows = await tx
    .update(legalHolds)
    .set({ liftedBy: by, liftedByName: byName, liftedAt: at, liftReason: reason })
    .where(and(eq(legalHolds.tenantId, tenantId), eq(legalHolds.id, id), isNull(legalHolds.liftedAt)))
    .returning({ id: legalHolds.id });
  return rows.length === 1;
}

export async function insertRun(tx: Sql, row: RunRow): Promise<void> {
  await tx.insert(retentionRuns).values(row);
}

export async function listRuns(
  db: Sql,
  tenantId: string,
  page: { limit: number; before: string | undefined },
): Promise<RunRow[]> {
  return db
    .select()
    .from(retentionRuns)
    .where(
      and(
        eq(retentionRuns.tenantId, tenantId),
        page.before === undefined ? undefined : lt(retentionRuns.id, page.before),
      ),
    )
    .orderBy(desc(retentionRuns.id))
    .limit(page.limit);
}

/** The end of the last archive of a kind; null when nothing of it was archived. */
export async function archivedUntil(db: Sql, tenantId: string, kind: RetentionKind): Promise<Date | null> {
  const [row] = rowsOf<{ until: string | null }>(
    await db.execute(sql`
      select max(item->>'before') as until from retention_runs, jsonb_array_elements(items) item
      where tenant_id = ${tenantId} and item->>'kind' = ${kind} and item->'archive' <> 'null'::jsonb`),
  );
  return row?.until == null ? null : new Date(row.until);
}

/** Whether the tenant has that dataset or person. */
export async function subjectExists(
  db: Sql,
  tenantId: string,
  scope: 'dataset' | 'person',
  id: string,
): Promise<boolean> {
  const table = scope === 'dataset' ? sql`datasets` : sql`users`;
  const rows = rowsOf(
    await db.execute(sql`select 1 from ${table} where tenant_id = ${tenantId} and id = ${id}`),
  );
  return rows.length > 0;
}

export async function allTenants(db: Sql): Promise<string[]> {
  const rows = rowsOf<{ id: string }>(await db.execute(sql`select id from tenants order by id`));
  return rows.map(({ id }) => id);
}
