import { and, eq, inArray, or } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { datasetsChanged } from '../datasets/dataset-reads.ts';
import { datasetJoins, type StoredJoin } from './joins.tables.ts';

export interface PairRow {
  versionA: string;
  versionB: string;
  joins: StoredJoin[];
}

/** What is known of pairs that hold this version. */
export async function pairsOf(db: Sql, ctx: Context, versionId: string): Promise<PairRow[]> {
  return db
    .select()
    .from(datasetJoins)
    .where(
      and(
        eq(datasetJoins.tenantId, ctx.actor.tenantId),
        or(eq(datasetJoins.versionA, versionId), eq(datasetJoins.versionB, versionId)),
      ),
    );
}

/** What is known of pairs within a set of versions. */
export async function pairsWithin(db: Sql, ctx: Context, versionIds: string[]): Promise<PairRow[]> {
  return db
    .select()
    .from(datasetJoins)
    .where(
      and(
        eq(datasetJoins.tenantId, ctx.actor.tenantId),
        inArray(datasetJoins.versionA, versionIds),
        inArray(datasetJoins.versionB, versionIds),
      ),
    );
}

export async function savePair(db: Sql, ctx: Context, pair: PairRow): Promise<void> {
  await db
    .insert(datasetJoins)
    .values({ ...pair, tenantId: ctx.actor.tenantId, createdAt: new Date() })
    .onConflictDoNothing();
  if (pair.joins.length > 0) await datasetsChanged(db, ctx.actor.tenantId);
}

export async function deletePairs(tx: Sql, versionIds: string[]): Promise<void> {
  if (versionIds.length === 0) return;
  await tx
    .delete(datasetJoins)
    .where(or(inArray(datasetJoins.versionA, versionIds), inArray(datasetJoins.versionB, versionIds)));
}
