import { and, asc, count, eq, gt, inArray, isNotNull, isNull, or } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { dashboardComments as comments } from './dashboards.tables.ts';

export type StoredComment = typeof comments.$inferSelect;

const mine = (ctx: Context) => eq(comments.tenantId, ctx.actor.tenantId);

export async function insertComment(tx: Sql, row: StoredComment): Promise<void> {
  await tx.insert(comments).values(row);
}

export async function findComment(
  db: Sql,
  ctx: Context,
  dashboardId: string,
  id: string,
): Promise<StoredComment | null> {
  const [row] = await db
    .select()
    .from(comments)
    .where(and(mine(ctx), eq(comments.dashboardId, dashboardId), eq(comments.id, id)))
    .limit(1);
  return row ?? null;
}

/** Oldest first. The state of an answer is that of its thread. */
export async function listComments(
  db: Sql,
  ctx: Context,
  dashboardId: string,
  filter: {
    tileId?: string | undefined;
    state: 'open' | 'resolved' | 'all';
    after?: string | undefined;
    limit: number;
  },
): Promise<StoredComment[]> {
  const settled = db
    .select({ id: comments.id })
    .from(comments)
    .where(
      and(eq(comments.dashboardId, dashboardId), isNull(comments.threadId), isNotNull(comments.resolvedAt)),
    );
  const inState =
    filter.state === 'all'
      ? undefined
      : filter.state === 'resolved'
        ? or(inArray(comments.id, settled), inArray(comments.threadId, settled))
        : and(
            or(isNotNull(comments.threadId), isNull(comments.resolvedAt)),
            or(isNull(comments.threadId), inArray(comments.threadId, openThreads(db, dashboardId))),
          );
  return db
    .select()
    .from(comments)
    .where(
      and(
        mine(ctx),
        eq(comments.dashboardId, dashboardId),
        filter.tileId === undefined ? undefined : eq(comments.tileId, filter.tileId),
        filter.after === undefined ? undefined : gt(comments.id, filter.after),
        inState,
      ),
    )
    .orderBy(asc(comments.id))
    .limit(filter.limit);
}

const openThreads = (db: Sql, dashboardId: string) =>
  db
    .select({ id: comments.id })
    .from(comments)
    .where(
      and(eq(comments.dashboardId, dashboardId), isNull(comments.threadId), isNull(comments.resolvedAt)),
    );

export async function updateComment(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<StoredComment>,
): Promise<void> {
  await tx
    .update(comments)
    .set(change)
    .where(and(mine(ctx), eq(comments.id, id)));
}

/** With its answers. */
export async function deleteComment(tx: Sql, ctx: Context, id: string): Promise<void> {
  await tx.delete(comments).where(and(mine(ctx), or(eq(comments.id, id), eq(comments.threadId, id))));
}

/** Threads that are not settled, by board. */
export async function countOpenComments(
  db: Sql,
  ctx: Context,
  dashboardIds: readonly string[],
): Promise<Map<string, number>> {
  if (dashboardIds.length === 0) return new Map();
  const rows = await db
    .select({ id: comments.dashboardId, open: count() })
    .from(comments)
    .where(
      and(
        mine(ctx),
        inArray(comments.dashboardId, [...dashboardIds]),
        isNull(comments.threadId),
        isNull(comments.resolvedAt),
      ),
    )
    .groupBy(comments.dashboardId);
  return new Map(rows.map(({ id, open }) => [id, open]));
}
