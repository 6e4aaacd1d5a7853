import { and, asc, desc, eq, inArray, isNull, lt, lte, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Sql } from '../../platform/db/database.ts';
import { models } from '../registry/registry.tables.ts';
import { monitorChecks, monitorFirings, monitors, retrainings } from './monitoring.tables.ts';

export type MonitorRow = typeof monitors.$inferSelect;
export type CheckRow = typeof monitorChecks.$inferSelect;
export type FiringRow = typeof monitorFirings.$inferSelect;
export type RetrainingRow = typeof retrainings.$inferSelect;

interface Page {
  before?: string | undefined;
  limit: number;
}

const one = (tenantId: string, id: string) => and(eq(monitors.tenantId, tenantId), eq(monitors.id, id));

export async function insertMonitor(tx: Sql, row: MonitorRow): Promise<void> {
  await tx.insert(monitors).values(row);
}

export async function findMonitor(db: Sql, tenantId: string, id: string): Promise<MonitorRow | null> {
  const [row] = await db.select().from(monitors).where(one(tenantId, id)).limit(1);
  return row ?? null;
}

/** Held to the end of the transaction: who looks at the same monitor waits. */
export async function lockMonitor(tx: Sql, tenantId: string, id: string): Promise<MonitorRow | null> {
  const [row] = await tx.select().from(monitors).where(one(tenantId, id)).for('update');
  return row ?? null;
}

export async function updateMonitor(
  tx: Sql,
  tenantId: string,
  id: string,
  change: Partial<MonitorRow>,
): Promise<void> {
  await tx.update(monitors).set(change).where(one(tenantId, id));
}

export async function deleteMonitor(tx: Sql, tenantId: string, id: string): Promise<void> {
  await tx.delete(monitors).where(one(tenantId, id));
}

/** Of models that are not deleted and within reach, newest first. */
export async function listMonitors(
  db: Sql,
  tenantId: string,
  { modelId, reached, before, limit }: Page & { modelId: string | undefined; reached: SQL | null },
): Promise<MonitorRow[]> {
  const rows = await db
    .select({ monitor: monitors })
    .from(monitors)
    .innerJoin(models, eq(models.id, monitors.modelId))
    .where(
      and(
        eq(monitors.tenantId, tenantId),
        isNull(models.deletedAt),
        modelId === undefined ? undefined : eq(monitors.modelId, modelId),
        reached ?? undefined,
        before === undefined ? undefined : lt(monitors.id, before),
      ),
    )
    .orderBy(desc(monitors.id))
    .limit(limit);
  return rows.map(({ monitor }) => monitor);
}

/** Of any organisation. */
export async function dueMonitors(db: Sql, now: Date, limit: number): Promise<MonitorRow[]> {
  return db
    .select()
    .from(monitors)
    .where(lte(monitors.nextAt, now))
    .orderBy(asc(monitors.nextAt))
    .limit(limit);
}

/** Of any organisation. */
export async function dueRetrainings(db: Sql, now: Date, limit: number): Promise<MonitorRow[]> {
  return db
    .select()
    .from(monitors)
    .where(lte(monitors.nextRetrainingAt, now))
    .orderBy(asc(monitors.nextRetrainingAt))
    .limit(limit);
}

type OfMonitor = Record<'id' | 'tenantId' | 'monitorId', PgColumn>;

/** Of one monitor, those behind `before`. */
const behind = (
  table: OfMonitor,
  tenantId: string,
  monitorId: string,
  before: string | undefined,
): SQL | undefined =>
  and(
    eq(table.tenantId, tenantId),
    eq(table.monitorId, monitorId),
    before === undefined ? undefined : lt(table.id, before),
  );

/** Newest first, as the two below. */
export const listChecks = (
  db: Sql,
  tenantId: string,
  monitorId: string,
  { before, limit }: Page,
): Promise<CheckRow[]> =>
  db
    .select()
    .from(monitorChecks)
    .where(behind(monitorChecks, tenantId, monitorId, before))
    .orderBy(desc(monitorChecks.id))
    .limit(limit);

export const listFirings = (
  db: Sql,
  tenantId: string,
  monitorId: string,
  { before, limit }: Page,
): Promise<FiringRow[]> =>
  db
    .select()
    .from(monitorFirings)
    .where(behind(monitorFirings, tenantId, monitorId, before))
    .orderBy(desc(monitorFirings.id))
    .limit(limit);

export const listRetrainings = (
  db: Sql,
  tenantId: string,
  monitorId: string,
  { before, limit }: Page,
): Promise<RetrainingRow[]> =>
  db
    .select()
    .from(retrainings)
    .where(behind(retrainings, tenantId, monitorId, before))
    .orderBy(desc(retrainings.id))
    .limit(limit);

export async function insertCheck(tx: Sql, row: CheckRow): Promise<void> {
  await tx.insert(monitorChecks).values(row);
}

/** Of one monitor all but the newest so many go. */
export async function pruneChecks(tx: Sql, tenantId: string, monitorId: string, most: number): Promise<void> {
  const own = and(eq(monitorChecks.tenantId, tenantId), eq(monitorChecks.monitorId, monitorId));
  const [oldest] = await tx
    .select({ id: monitorChecks.id })
    .from(monitorChecks)
    .where(own)
    .orderBy(desc(monitorChecks.id))
    .offset(most - 1)
    .limit(1);
  if (oldest !== undefined) await tx.delete(monitorChecks).where(and(own, lt(monitorChecks.id, oldest.id)));
}

export async function findCheck(
  db: Sql,
  tenantId: string,
  monitorId: string,
  id: string,
): Promise<CheckRow | null> {
  const [row] = await db
    .select()
    .from(monitorChecks)
    .where(
      and(
        eq(monitorChecks.tenantId, tenantId),
        eq(monitorChecks.monitorId, monitorId),
        eq(monitorChecks.id, id),
      ),
    )
    .limit(1);
  return row ?? null;
}

/** Of each monitor. */
export async function newestChecks(
  db: Sql,
  tenantId: string,
  monitorIds: readonly string[],
): Promise<Map<string, CheckRow>> {
  if (monitorIds.length === 0) return new Map();
  const rows = await db
    .selectDistinctOn([monitorChecks.monitorId])
    .from(monitorChecks)
    .where(and(eq(monitorChecks.tenantId, tenantId), inArray(monitorChecks.monitorId, [...monitorIds])))
    .orderBy(monitorChecks.monitorId, desc(monitorChecks.id));
  return new Map(rows.map((row) => [row.monitorId, row]));
}

export async function insertFiring(tx: Sql, row: FiringRow): Promise<void> {
  await tx.insert(monitorFirings).values(row);
}

export async function insertRetraining(tx: Sql, row: RetrainingRow): Promise<void> {
  await tx.insert(retrainings).values(row);
}

export async function lockRetraining(tx: Sql, tenantId: string, id: string): Promise<RetrainingRow | null> {
  const [row] = await tx
    .select()
    .from(retrainings)
    .where(and(eq(retrainings.tenantId, tenantId), eq(retrainings.id, id)))
    .for('update');
  return row ?? null;
}

export async function updateRetraining(
  tx: Sql,
  tenantId: string,
  id: string,
  change: Partial<RetrainingRow>,
): Promise<void> {
  await tx
    .update(retrainings)
    .set(change)
    .where(and(eq(retrainings.tenantId, tenantId), eq(retrainings.id, id)));
}

/** Whose training may have ended, of any organisation. */
export async function openRetrainings(db: Sql, limit: number): Promise<RetrainingRow[]> {
  return db
    .select()
    .from(retrainings)
    .where(and(isNull(retrainings.endedAt), eq(retrainings.state, 'training')))
    .orderBy(asc(retrainings.id))
    .limit(limit);
}

/** The one of a monitor that goes on. */
export async function runningRetrainings(
  db: Sql,
  tenantId: string,
  monitorIds: readonly string[],
): Promise<Map<string, string>> {
  if (monitorIds.length === 0) return new Map();
  const rows = await db
    .select({ id: retrainings.id, monitorId: retrainings.monitorId })
    .from(retrainings)
    .where(
      and(
        eq(retrainings.tenantId, tenantId),
        inArray(retrainings.monitorId, [...monitorIds]),
        isNull(retrainings.endedAt),
      ),
    );
  return new Map(rows.map(({ id, monitorId }) => [monitorId, id]));
}
