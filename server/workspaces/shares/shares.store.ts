import type { SharingPolicy } from '@stroma/contracts';
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { dashboardShares, sharingPolicies } from './shares.tables.ts';

export type ShareRow = typeof dashboardShares.$inferSelect;

/** Whatever the tenant: the secret says whose it is. */
export async function findShareByHash(db: Sql, hash: string): Promise<ShareRow | null> {
  const [row] = await db.select().from(dashboardShares).where(eq(dashboardShares.hash, hash)).limit(1);
  return row ?? null;
}

/** Whatever the tenant: of a frame's token, which is not believed before its signature was checked. */
export async function findFrame(db: Sql, id: string): Promise<ShareRow | null> {
  const [row] = await db
    .select()
    .from(dashboardShares)
    .where(and(eq(dashboardShares.id, id), eq(dashboardShares.kind, 'embed')))
    .limit(1);
  return row ?? null;
}

export async function insertShare(tx: Sql, row: typeof dashboardShares.$inferInsert): Promise<ShareRow> {
  const [made] = await tx.insert(dashboardShares).values(row).returning();
  return made as ShareRow;
}

export async function listShares(
  db: Sql,
  where: { tenantId: string; dashboardId: string; before?: string | undefined; limit: number },
): Promise<ShareRow[]> {
  return db
    .select()
    .from(dashboardShares)
    .where(
      and(
        eq(dashboardShares.tenantId, where.tenantId),
        eq(dashboardShares.dashboardId, where.dashboardId),
        where.before === undefined ? undefined : lt(dashboardShares.id, where.before),
      ),
    )
    .orderBy(desc(dashboardShares.id))
    .limit(where.limit);
}

/** The share as it was; null for one that is not there or was ended before. */
export async function revokeShare(
  tx: Sql,
  where: { tenantId: string; dashboardId: string; id: string },
): Promise<ShareRow | null> {
  const [row] = await tx
    .update(dashboardShares)
    .set({ revokedAt: new Date() })
    .where(
      and(
        eq(dashboardShares.tenantId, where.tenantId),
        eq(dashboardShares.dashboardId, where.dashboardId),
        eq(dashboardShares.id, where.id),
        isNull(dashboardShares.revokedAt),
      ),
    )
    .returning();
  return row ?? null;
}

export async function countOpening(tx: Sql, tenantId: string, id: string): Promise<void> {
  await tx
    .update(dashboardShares)
    .set({ opened: sql`${dashboardShares.opened} + 1`, lastOpenedAt: new Date() })
    .where(and(eq(dashboardShares.tenantId, tenantId), eq(dashboardShares.id, id)));
}

export async function findPolicy(db: Sql, tenantId: string): Promise<SharingPolicy | null> {
  const [row] = await db
    .select()
    .from(sharingPolicies)
    .where(eq(sharingPolicies.tenantId, tenantId))
    .limit(1);
  return row?.policy ?? null;
}

export async function setPolicy(tx: Sql, tenantId: string, policy: SharingPolicy): Promise<void> {
  await tx
    .insert(sharingPolicies)
    .values({ tenantId, policy })
    .onConflictDoUpdate({ target: sharingPolicies.tenantId, set: { policy, updatedAt: new Date() } });
}
