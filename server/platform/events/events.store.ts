import { and, asc, desc, eq, gt, inArray, isNotNull, lt, lte, sql } from 'drizzle-orm';
import type { Database, Sql } from '../db/database.ts';
import { rowsOf } from '../db/database.ts';
import { lockUntilCommit } from '../db/locks.ts';
import { events } from './events.tables.ts';

export type EventRow = typeof events.$inferSelect & { position: number };

export const outboxChannel = 'stroma_outbox';

/** Everyone who listens on the channel is woken when, and only if, `tx` commits. */
export async function insertEvent(tx: Sql, event: Omit<EventRow, 'inserted' | 'position'>): Promise<void> {
  await tx.insert(events).values(event);
  await tx.execute(sql`select pg_notify(${outboxChannel}, '')`);
}

export async function hasUnpublished(db: Sql): Promise<boolean> {
  const rows = await db.select({ id: events.id }).from(events).where(sql`position is null`).limit(1);
  return rows.length > 0;
}

/**
 * Gives every committed event without a position the next ones. The lock is held to the commit and the update's
 * snapshot is taken under it, so when a position can be seen, every lower one can.
 */
export async function assignPositions(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await lockUntilCommit(tx, 'outbox');
    await tx.execute(sql`
      update events set position = next.position
      from (
        select id, nextval('event_positions') as position
        from (select id from events where position is null order by inserted) waiting
      ) next
      where events.id = next.id`);
  });
}

export async function lastPublished(db: Sql): Promise<{ id: string; position: number } | null> {
  const [row] = await db
    .select({ id: events.id, position: events.position })
    .from(events)
    .where(isNotNull(events.position))
    .orderBy(desc(events.position))
    .limit(1);
  return row === undefined ? null : { id: row.id, position: row.position ?? 0 };
}

export async function publishedAfter(
  db: Sql,
  position: number,
  limit: number,
  only?: { tenantId: string; types: readonly string[] },
): Promise<EventRow[]> {
  const mine = only && and(eq(events.tenantId, only.tenantId), inArray(events.type, [...only.types]));
  const rows = await db
    .select()
    .from(events)
    .where(and(gt(events.position, position), mine))
    .orderBy(asc(events.position))
    .limit(limit);
  return rows as EventRow[];
}

export async function positionOf(db: Sql, id: string): Promise<number | null> {
  const [row] = await db.select({ position: events.position }).from(events).where(eq(events.id, id)).limit(1);
  return row?.position ?? null;
}

/** The last position whose event was written no later than `time`; 0 when all are later. */
export async function positionAt(db: Sql, time: Date): Promise<number> {
  const result = await db.execute(
    sql`select coalesce(max(${events.position}), 0)::float8 as position from ${events} where ${lte(events.time, time)}`,
  );
  return rowsOf<{ position: number }>(result)[0]?.position ?? 0;
}

export async function deleteEventsBefore(db: Sql, time: Date): Promise<void> {
  await db.delete(events).where(and(isNotNull(events.position), lt(events.time, time)));
}
