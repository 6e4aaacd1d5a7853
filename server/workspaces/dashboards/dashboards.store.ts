import type { BoardDocument } from '@stroma/contracts';
import { and, asc, desc, eq, gt, ilike, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { literally } from '../../platform/db/patterns.ts';
import type { Cursor } from '../../platform/paging.ts';
import { dashboards, dashboardVersions } from './dashboards.tables.ts';

/** As they lie in the store: the document is sealed, or in clear still. */
export type StoredDashboard = typeof dashboards.$inferSelect;
export type StoredVersion = typeof dashboardVersions.$inferSelect;
export type DashboardRow = Omit<StoredDashboard, 'document' | 'sealed' | 'datasetIds' | 'metricIds'> & {
  document: BoardDocument;
};
export type DashboardVersionRow = Omit<StoredVersion, 'document' | 'sealed'> & { document: BoardDocument };

const mine = (ctx: Context) => eq(dashboards.tenantId, ctx.actor.tenantId);

export async function insertDashboard(tx: Sql, row: StoredDashboard): Promise<void> {
  await tx.insert(dashboards).values(row);
}

/** Of the tenant, deleted or not; whoever asks decides what may be told. */
export async function findDashboard(db: Sql, tenantId: string, id: string): Promise<StoredDashboard | null> {
  const [row] = await db
    .select()
    .from(dashboards)
    .where(and(eq(dashboards.tenantId, tenantId), eq(dashboards.id, id)))
    .limit(1);
  return row ?? null;
}

const sortColumns = { name: dashboards.name, updated_at: dashboards.updatedAt } as const;
export type DashboardSort = keyof typeof sortColumns | `-${keyof typeof sortColumns}`;

export async function listDashboards(
  db: Sql,
  ctx: Context,
  query: {
    search?: string | undefined;
    deleted: boolean;
    reached: SQL | null;
    sort: DashboardSort;
    limit: number;
    cursor: Cursor | null;
  },
): Promise<StoredDashboard[]> {
  const column = sortColumns[query.sort.replace('-', '') as keyof typeof sortColumns];
  const isDescending = query.sort.startsWith('-');
  const conditions: (SQL | undefined)[] = [
    mine(ctx),
    query.deleted ? isNotNull(dashboards.deletedAt) : isNull(dashboards.deletedAt),
    query.reached ?? undefined,
  ];
  if (query.search !== undefined && query.search !== '') {
    const pattern = `%${literally(query.search)}%`;
    conditions.push(or(ilike(dashboards.name, pattern), ilike(dashboards.description, pattern)));
  }
  if (query.cursor) {
    const [value, id] = query.cursor;
    const bound = column === dashboards.updatedAt ? sql`${String(value)}::timestamptz` : sql`${value}`;
    const beyond = isDescending ? lt : gt;
    conditions.push(or(beyond(column, bound), and(eq(column, bound), beyond(dashboards.id, id))));
  }
  const order = isDescending ? desc : asc;
  return db
    .select()
    .from(dashboards)
    .where(and(...conditions))
    .orderBy(order(column), order(dashboards.id))
    .limit(query.limit);
}

export const sortValue = (row: StoredDashboard, sort: DashboardSort): Cursor => [
  sort.endsWith('name') ? row.name : row.updatedAt.toISOString(),
  row.id,
];

/** False when it is no longer at this revision. */
export async function updateDashboard(
  tx: Sql,
  ctx: Context,
  id: string,
  revision: number,
  change: Partial<StoredDashboard>,
): Promise<boolean> {
  const rows = await tx
    .update(dashboards)
    .set(change)
    .where(and(mine(ctx), eq(dashboards.id, id), eq(dashboards.revision, revision)))
    .returning({ id: dashboards.id });
  return rows.length === 1;
}

export async function insertVersion(tx: Sql, row: StoredVersion): Promise<void> {
  await tx.insert(dashboardVersions).values(row);
}

export async function findVersion(
  db: Sql,
  ctx: Context,
  dashboardId: string,
  revision: number,
): Promise<StoredVersion | null> {
  const [row] = await db
    .select()
    .from(dashboardVersions)
    .where(
      and(
        eq(dashboardVersions.tenantId, ctx.actor.tenantId),
        eq(dashboardVersions.dashboardId, dashboardId),
        eq(dashboardVersions.revision, revision),
      ),
    )
    .limit(1);
  return row ?? null;
}

/** Newest first. */
export async function listVersions(
  db: Sql,
  ctx: Context,
  dashboardId: string,
  before: number | null,
  limit: number,
): Promise<StoredVersion[]> {
  return db
    .select()
    .from(dashboardVersions)
    .where(
      and(
        eq(dashboardVersions.tenantId, ctx.actor.tenantId),
        eq(dashboardVersions.dashboardId, dashboardId),
        before === null ? undefined : lt(dashboardVersions.revision, before),
      ),
    )
    .orderBy(desc(dashboardVersions.revision))
    .limit(limit);
}

/** Boards, of those not deleted, that show each of these metrics. */
export async function boardsWithMetrics(
  db: Sql,
  ctx: Context,
  metricIds: readonly string[],
  reached: SQL | null,
): Promise<Map<string, number>> {
  if (metricIds.length === 0) return new Map();
  const rows = await db
    .select({ shown: dashboards.metricIds })
    .from(dashboards)
    .where(
      and(
        mine(ctx),
        isNull(dashboards.deletedAt),
        reached ?? undefined,
        or(...metricIds.map((id) => sql`${dashboards.metricIds} @> ${JSON.stringify([id])}::jsonb`)),
      ),
    );
  const counts = new Map<string, number>();
  for (const { shown } of rows)
    for (const id of shown) if (metricIds.includes(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

export const metricsOf = ({ tiles }: Pick<BoardDocument, 'tiles'>): string[] =>
  tiles.flatMap(({ query }) =>
    query?.kind === 'built'
      ? query.measures.flatMap((measure) => ('metric_id' in measure ? [measure.metric_id] : []))
      : [],
  );

export const datasetsOf = ({ tiles }: Pick<BoardDocument, 'tiles'>): string[] => [
  ...new Set(
    tiles.flatMap(({ query }) =>
      query === null ? [] : query.kind === 'built' ? [query.dataset_id] : query.dataset_ids,
    ),
  ),
];

/** Whether anybody ever made a board here. */
export async function hasDashboards(db: Sql, tenantId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: dashboards.id })
    .from(dashboards)
    .where(eq(dashboards.tenantId, tenantId))
    .limit(1);
  return row !== undefined;
}
