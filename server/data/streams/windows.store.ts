import { and, asc, desc, eq, lt, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { streamWindowResults, streamWindows } from './streams.tables.ts';

/** As it lies in the store: its statement is sealed, or in clear still. */
export type WindowRow = typeof streamWindows.$inferSelect;
export type ResultRow = typeof streamWindowResults.$inferSelect;

const mine = (ctx: Context) => eq(streamWindows.tenantId, ctx.actor.tenantId);
/** Of one window definition. */
const mostResults = 10_000;

export async function findWindow(db: Sql, ctx: Context, id: string): Promise<WindowRow | null> {
  const [row] = await db
    .select()
    .from(streamWindows)
    .where(and(mine(ctx), eq(streamWindows.id, id)))
    .limit(1);
  return row ?? null;
}

export async function windowsOfTopic(db: Sql, ctx: Context, topicId: string): Promise<WindowRow[]> {
  return db
    .select()
    .from(streamWindows)
    .where(and(mine(ctx), eq(streamWindows.topicId, topicId)))
    .orderBy(asc(streamWindows.name))
    .limit(100);
}

/** Of all tenants, for what goes on by itself. */
export async function everyWindow(db: Database): Promise<WindowRow[]> {
  return db.sql.select().from(streamWindows).orderBy(asc(streamWindows.id)).limit(1000);
}

export async function insertWindow(tx: Sql, row: WindowRow): Promise<void> {
  await tx.insert(streamWindows).values(row);
}

export async function deleteWindow(tx: Sql, ctx: Context, id: string): Promise<boolean> {
  const gone = await tx
    .delete(streamWindows)
    .where(and(mine(ctx), eq(streamWindows.id, id)))
    .returning({ id: streamWindows.id });
  return gone.length === 1;
}

export interface WindowProgress {
  seenOffset: number;
  readFrom: number;
  watermark: Date | null;
  lateEvents: number;
  error: string | null;
}

/** False when another process was further, or the window is gone. */
export async function saveProgress(tx: Sql, row: WindowRow, progress: WindowProgress): Promise<boolean> {
  const changed = await tx
    .update(streamWindows)
    .set(progress)
    .where(and(eq(streamWindows.id, row.id), eq(streamWindows.seenOffset, row.seenOffset)))
    .returning({ id: streamWindows.id });
  return changed.length === 1;
}

/** Replaces what was known of these windows; sessions that have grown leave no shorter one of themselves behind. */
export async function saveResults(
  tx: Sql,
  row: WindowRow,
  results: readonly Omit<ResultRow, 'tenantId' | 'windowId'>[],
): Promise<void> {
  await tx
    .delete(streamWindowResults)
    .where(and(eq(streamWindowResults.windowId, row.id), eq(streamWindowResults.final, false)));
  if (results.length === 0) return;
  await tx
    .insert(streamWindowResults)
    .values(results.map((each) => ({ ...each, tenantId: row.tenantId, windowId: row.id })))
    .onConflictDoUpdate({
      target: [streamWindowResults.windowId, streamWindowResults.windowStart, streamWindowResults.windowEnd],
      set: {
        rows: sql`excluded.rows`,
        final: sql`excluded.final`,
        truncated: sql`excluded.truncated`,
      },
    });
  const [oldest] = await tx
    .select({ end: streamWindowResults.windowEnd })
    .from(streamWindowResults)
    .where(eq(streamWindowResults.windowId, row.id))
    .orderBy(desc(streamWindowResults.windowEnd))
    .offset(mostResults)
    .limit(1);
  if (oldest !== undefined)
    await tx
      .delete(streamWindowResults)
      .where(and(eq(streamWindowResults.windowId, row.id), lt(streamWindowResults.windowEnd, oldest.end)));
}

export async function newestResults(db: Sql, ctx: Context, id: string, limit: number): Promise<ResultRow[]> {
  return db
    .select()
    .from(streamWindowResults)
    .where(and(eq(streamWindowResults.tenantId, ctx.actor.tenantId), eq(streamWindowResults.windowId, id)))
    .orderBy(desc(streamWindowResults.windowEnd), desc(streamWindowResults.windowStart))
    .limit(limit);
}
