import type { MachineMeasure, SystemAlert } from '@stroma/contracts';
import { and, desc, eq, gte, isNull, lt, notInArray, or, sql } from 'drizzle-orm';
import type { Sql } from '../db/database.ts';
import { systemAlerts, systemSamples } from './monitoring.tables.ts';

export type AlertRow = typeof systemAlerts.$inferSelect;

/** Null where it is open already: of the processes on one machine, one raises it. */
export async function raiseAlert(tx: Sql, alert: typeof systemAlerts.$inferInsert): Promise<AlertRow | null> {
  const [row] = await tx.insert(systemAlerts).values(alert).onConflictDoNothing().returning();
  return row ?? null;
}

export async function raiseHighest(
  db: Sql,
  host: string,
  measure: MachineMeasure,
  percent: number,
): Promise<void> {
  await db
    .update(systemAlerts)
    .set({ highestPercent: sql`greatest(${systemAlerts.highestPercent}, ${percent}::float8)` })
    .where(isOpen(host, measure));
}

/** Null where another process of the machine has done it. */
export async function resolveAlert(
  tx: Sql,
  host: string,
  measure: MachineMeasure,
  at: Date,
): Promise<AlertRow | null> {
  const [row] = await tx
    .update(systemAlerts)
    .set({ resolvedAt: at })
    .where(isOpen(host, measure))
    .returning();
  return row ?? null;
}

const isOpen = (host: string, measure: MachineMeasure) =>
  and(eq(systemAlerts.host, host), eq(systemAlerts.measure, measure), isNull(systemAlerts.resolvedAt));

export async function openAlertsOf(db: Sql, host: string): Promise<AlertRow[]> {
  return await db
    .select()
    .from(systemAlerts)
    .where(and(eq(systemAlerts.host, host), isNull(systemAlerts.resolvedAt)));
}

/** Of a machine from which nothing was heard since, nobody knows any more how it stands. */
export async function resolveSilent(db: Sql, heardSince: Date, at: Date): Promise<void> {
  const heard = db
    .selectDistinct({ host: systemSamples.host })
    .from(systemSamples)
    .where(gte(systemSamples.at, heardSince));
  await db
    .update(systemAlerts)
    .set({ resolvedAt: at })
    .where(
      and(
        isNull(systemAlerts.resolvedAt),
        lt(systemAlerts.raisedAt, heardSince),
        notInArray(systemAlerts.host, heard),
      ),
    );
}

/** Open ones first, then those that ended since; fifty at most. */
export async function alertsSince(db: Sql, since: Date): Promise<SystemAlert[]> {
  const rows = await db
    .select()
    .from(systemAlerts)
    .where(or(isNull(systemAlerts.resolvedAt), gte(systemAlerts.resolvedAt, since)))
    .orderBy(sql`${systemAlerts.resolvedAt} is not null`, desc(systemAlerts.raisedAt))
    .limit(50);
  return rows.map(alertDocument);
}

export async function deleteAlertsBefore(db: Sql, time: Date): Promise<void> {
  await db.delete(systemAlerts).where(lt(systemAlerts.resolvedAt, time));
}

function alertDocument(row: AlertRow): SystemAlert {
  return {
    alert_id: row.id,
    measure: row.measure,
    host: row.host,
    status: row.resolvedAt === null ? 'active' : 'resolved',
    percent: row.percent,
    highest_percent: row.highestPercent,
    threshold_percent: row.thresholdPercent,
    raised_at: row.raisedAt.toISOString(),
    resolved_at: row.resolvedAt?.toISOString() ?? null,
  };
}
