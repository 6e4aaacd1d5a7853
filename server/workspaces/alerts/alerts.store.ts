import { and, arrayOverlaps, desc, eq, lt, lte } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { dashboardAlertEntries, dashboardAlerts } from './alerts.tables.ts';

export type AlertRow = typeof dashboardAlerts.$inferSelect;
export type AlertEntryRow = typeof dashboardAlertEntries.$inferSelect;

const one = (tenantId: string, id: string) =>
  and(eq(dashboardAlerts.tenantId, tenantId), eq(dashboardAlerts.id, id));

export async function insertAlert(tx: Sql, row: typeof dashboardAlerts.$inferInsert): Promise<AlertRow> {
  const [made] = await tx.insert(dashboardAlerts).values(row).returning();
  return made as AlertRow;
}

export async function findAlert(db: Sql, tenantId: string, id: string): Promise<AlertRow | null> {
  const [row] = await db.select().from(dashboardAlerts).where(one(tenantId, id)).limit(1);
  return row ?? null;
}

export async function listAlerts(
  db: Sql,
  where: { tenantId: string; dashboardId: string; before?: string | undefined; limit: number },
): Promise<AlertRow[]> {
  return db
    .select()
    .from(dashboardAlerts)
    .where(
      and(
        eq(dashboardAlerts.tenantId, where.tenantId),
        eq(dashboardAlerts.dashboardId, where.dashboardId),
        where.before === undefined ? undefined : lt(dashboardAlerts.id, where.before),
      ),
    )
    .orderBy(desc(dashboardAlerts.id))
    .limit(where.limit);
}

export async function changeAlert(
  tx: Sql,
  tenantId: string,
  id: string,
  change: Partial<AlertRow>,
): Promise<AlertRow> {
  const [row] = await tx.update(dashboardAlerts).set(change).where(one(tenantId, id)).returning();
  return row as AlertRow;
}

export async function deleteAlert(tx: Sql, tenantId: string, id: string): Promise<void> {
  await tx.delete(dashboardAlerts).where(one(tenantId, id));
}

/** Those whose time has come, of every tenant, held until the commit: another process leaves them alone. */
export async function lockDueAlerts(tx: Sql, now: Date, limit: number): Promise<AlertRow[]> {
  return tx
    .select()
    .from(dashboardAlerts)
    .where(and(eq(dashboardAlerts.paused, false), lte(dashboardAlerts.nextAt, now)))
    .orderBy(dashboardAlerts.nextAt)
    .limit(limit)
    .for('update', { skipLocked: true });
}

/** Alerts on tiles of this dataset are due now. Answers how many. */
export async function makeDue(db: Sql, tenantId: string, datasetId: string, now: Date): Promise<number> {
  const rows = await db
    .update(dashboardAlerts)
    .set({ nextAt: now })
    .where(
      and(
        eq(dashboardAlerts.tenantId, tenantId),
        eq(dashboardAlerts.paused, false),
        arrayOverlaps(dashboardAlerts.datasetIds, [datasetId]),
      ),
    )
    .returning({ id: dashboardAlerts.id });
  return rows.length;
}

/** Tenants that have an alert which is not paused. */
export async function watchingTenants(db: Sql): Promise<string[]> {
  const rows = await db
    .selectDistinct({ tenantId: dashboardAlerts.tenantId })
    .from(dashboardAlerts)
    .where(eq(dashboardAlerts.paused, false));
  return rows.map(({ tenantId }) => tenantId);
}

export async function insertEntry(tx: Sql, row: typeof dashboardAlertEntries.$inferInsert): Promise<void> {
  await tx.insert(dashboardAlertEntries).values(row);
}

export async function listEntries(
  db: Sql,
  where: { tenantId: string; alertId: string; before?: string | undefined; limit: number },
): Promise<AlertEntryRow[]> {
  return db
    .select()
    .from(dashboardAlertEntries)
    .where(
      and(
        eq(dashboardAlertEntries.tenantId, where.tenantId),
        eq(dashboardAlertEntries.alertId, where.alertId),
        where.before === undefined ? undefined : lt(dashboardAlertEntries.id, where.before),
      ),
    )
    .orderBy(desc(dashboardAlertEntries.id))
    .limit(where.limit);
}
