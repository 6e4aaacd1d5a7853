import { and, desc, eq, inArray, lt, lte, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { dashboardScheduleRuns, dashboardSchedules } from './schedules.tables.ts';

export type ScheduleRow = typeof dashboardSchedules.$inferSelect;
export type RunRow = typeof dashboardScheduleRuns.$inferSelect;

export async function insertSchedule(
  tx: Sql,
  row: typeof dashboardSchedules.$inferInsert,
): Promise<ScheduleRow> {
  const [made] = await tx.insert(dashboardSchedules).values(row).returning();
  return made as ScheduleRow;
}

const one = (tenantId: string, id: string) =>
  and(eq(dashboardSchedules.tenantId, tenantId), eq(dashboardSchedules.id, id));

export async function findSchedule(db: Sql, tenantId: string, id: string): Promise<ScheduleRow | null> {
  const [row] = await db.select().from(dashboardSchedules).where(one(tenantId, id)).limit(1);
  return row ?? null;
}

export async function listSchedules(
  db: Sql,
  where: { tenantId: string; dashboardId: string; before?: string | undefined; limit: number },
): Promise<ScheduleRow[]> {
  return db
    .select()
    .from(dashboardSchedules)
    .where(
      and(
        eq(dashboardSchedules.tenantId, where.tenantId),
        eq(dashboardSchedules.dashboardId, where.dashboardId),
        where.before === undefined ? undefined : lt(dashboardSchedules.id, where.before),
      ),
    )
    .orderBy(desc(dashboardSchedules.id))
    .limit(where.limit);
}

export async function changeSchedule(
  tx: Sql,
  tenantId: string,
  id: string,
  change: Partial<ScheduleRow>,
): Promise<ScheduleRow> {
  const [row] = await tx
    .update(dashboardSchedules)
    .set({ ...change, updatedAt: new Date() })
    .where(one(tenantId, id))
    .returning();
  return row as ScheduleRow;
}

export async function deleteSchedule(tx: Sql, tenantId: string, id: string): Promise<void> {
  await tx.delete(dashboardSchedules).where(one(tenantId, id));
}

const isDue = (now: Date) => and(eq(dashboardSchedules.paused, false), lte(dashboardSchedules.nextAt, now));

/** Those whose time has come, of every tenant. */
export async function dueSchedules(db: Sql, now: Date, limit: number): Promise<ScheduleRow[]> {
  return db
    .select()
    .from(dashboardSchedules)
    .where(isDue(now))
    .orderBy(dashboardSchedules.nextAt)
    .limit(limit);
}

/** Held until the commit: another process leaves it alone. False when it is due no more. */
export async function lockDueSchedule(tx: Sql, id: string, now: Date): Promise<boolean> {
  const held = await tx
    .select({ id: dashboardSchedules.id })
    .from(dashboardSchedules)
    .where(and(eq(dashboardSchedules.id, id), isDue(now)))
    .for('update', { skipLocked: true });
  return held.length > 0;
}

export async function insertRun(tx: Sql, row: typeof dashboardScheduleRuns.$inferInsert): Promise<void> {
  await tx.insert(dashboardScheduleRuns).values(row);
}

export async function findRun(db: Sql, tenantId: string, id: string): Promise<RunRow | null> {
  const [row] = await db
    .select()
    .from(dashboardScheduleRuns)
    .where(and(eq(dashboardScheduleRuns.tenantId, tenantId), eq(dashboardScheduleRuns.id, id)))
    .limit(1);
  return row ?? null;
}

export async function changeRun(
  tx: Sql,
  tenantId: string,
  id: string,
  change: Partial<RunRow>,
): Promise<void> {
  await tx
    .update(dashboardScheduleRuns)
    .set(change)
    .where(and(eq(dashboardScheduleRuns.tenantId, tenantId), eq(dashboardScheduleRuns.id, id)));
}

export async function addSentTo(db: Sql, tenantId: string, id: string, address: string): Promise<void> {
  await db
    .update(dashboardScheduleRuns)
    .set({ sentTo: sql`array_append(${dashboardScheduleRuns.sentTo}, ${address})` })
    .where(and(eq(dashboardScheduleRuns.tenantId, tenantId), eq(dashboardScheduleRuns.id, id)));
}

export async function listRuns(
  db: Sql,
  where: { tenantId: string; scheduleId: string; before?: string | undefined; limit: number },
): Promise<RunRow[]> {
  return db
    .select()
    .from(dashboardScheduleRuns)
    .where(
      and(
        eq(dashboardScheduleRuns.tenantId, where.tenantId),
        eq(dashboardScheduleRuns.scheduleId, where.scheduleId),
        where.before === undefined ? undefined : lt(dashboardScheduleRuns.id, where.before),
      ),
    )
    .orderBy(desc(dashboardScheduleRuns.id))
    .limit(where.limit);
}

export async function lastRuns(
  db: Sql,
  tenantId: string,
  scheduleIds: readonly string[],
): Promise<Map<string, RunRow>> {
  if (scheduleIds.length === 0) return new Map();
  const rows = await db
    .selectDistinctOn([dashboardScheduleRuns.scheduleId])
    .from(dashboardScheduleRuns)
    .where(
      and(
        eq(dashboardScheduleRuns.tenantId, tenantId),
        inArray(dashboardScheduleRuns.scheduleId, [...scheduleIds]),
      ),
    )
    .orderBy(dashboardScheduleRuns.scheduleId, desc(dashboardScheduleRuns.id));
  return new Map(rows.map((row) => [row.scheduleId, row]));
}
