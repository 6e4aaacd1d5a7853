import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { streamTopics } from './streams.tables.ts';

export type TopicRow = typeof streamTopics.$inferSelect;

const mine = (ctx: Context) => eq(streamTopics.tenantId, ctx.actor.tenantId);

export async function findTopic(db: Sql, ctx: Context, id: string): Promise<TopicRow | null> {
  const [row] = await db
    .select()
    .from(streamTopics)
    .where(and(mine(ctx), eq(streamTopics.id, id)))
    .limit(1);
  return row ?? null;
}

export async function findTopicByName(db: Sql, ctx: Context, name: string): Promise<TopicRow | null> {
  const [row] = await db
    .select()
    .from(streamTopics)
    .where(and(mine(ctx), eq(streamTopics.name, name)))
    .limit(1);
  return row ?? null;
}

export async function listTopics(
  db: Sql,
  ctx: Context,
  limit: number,
  after: string | null,
): Promise<TopicRow[]> {
  return db
    .select()
    .from(streamTopics)
    .where(and(mine(ctx), after === null ? undefined : gt(streamTopics.name, after)))
    .orderBy(asc(streamTopics.name))
    .limit(limit);
}

export async function insertTopic(tx: Sql, row: TopicRow): Promise<void> {
  await tx.insert(streamTopics).values(row);
}

export async function updateTopic(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<
    Pick<TopicRow, 'description' | 'columns' | 'retentionHours' | 'retentionMegabytes' | 'onInvalid'>
  >,
): Promise<TopicRow | null> {
  const [row] = await tx
    .update(streamTopics)
    .set({ ...change, updatedAt: new Date() })
    .where(and(mine(ctx), eq(streamTopics.id, id)))
    .returning();
  return row ?? null;
}

export async function deleteTopic(tx: Sql, ctx: Context, id: string): Promise<boolean> {
  const gone = await tx
    .delete(streamTopics)
    .where(and(mine(ctx), eq(streamTopics.id, id)))
    .returning({ id: streamTopics.id });
  return gone.length === 1;
}

/** False when another landed them first. */
export async function setLanded(
  tx: Sql,
  ctx: Context,
  id: string,
  { from, to, at }: { from: number; to: number; at: Date },
): Promise<boolean> {
  const changed = await tx
    .update(streamTopics)
    .set({ landedOffset: to, landedAt: at })
    .where(and(mine(ctx), eq(streamTopics.id, id), eq(streamTopics.landedOffset, from)))
    .returning({ id: streamTopics.id });
  return changed.length === 1;
}

/** Of all tenants, for what goes on by itself. */
export async function everyTopic(db: Database): Promise<TopicRow[]> {
  return db.sql.select().from(streamTopics).orderBy(asc(streamTopics.id)).limit(10_000);
}

export async function countTopics(db: Sql, ctx: Context): Promise<number> {
  const [row] = await db.select({ count: sql<number>`count(*)::int` }).from(streamTopics).where(mine(ctx));
  return row?.count ?? 0;
}
