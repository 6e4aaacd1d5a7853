import type { RiskClass } from '@stroma/contracts';
import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { criticalPolicies, modelRecords, promotionSignOffs } from './governance.tables.ts';

export type PolicyRow = typeof criticalPolicies.$inferSelect;
export type SignOffRow = typeof promotionSignOffs.$inferSelect;

export async function newestPolicy(db: Sql, tenantId: string): Promise<PolicyRow | null> {
  const [row] = await db
    .select()
    .from(criticalPolicies)
    .where(eq(criticalPolicies.tenantId, tenantId))
    .orderBy(desc(criticalPolicies.number))
    .limit(1);
  return row ?? null;
}

export async function insertPolicy(tx: Sql, row: PolicyRow): Promise<void> {
  await tx.insert(criticalPolicies).values(row);
}

/** Of the risk records of a model, newest first: the class of each, by whom, and by whom it was approved. */
export async function recordedClasses(
  db: Sql,
  tenantId: string,
  modelId: string,
): Promise<{ riskClass: RiskClass; approvedBy: string | null }[]> {
  const rows = await db
    .select({ riskClass: modelRecords.riskClass, approvedBy: modelRecords.approvedBy })
    .from(modelRecords)
    .where(
      and(
        eq(modelRecords.tenantId, tenantId),
        eq(modelRecords.modelId, modelId),
        eq(modelRecords.kind, 'risk_record'),
      ),
    )
    .orderBy(desc(modelRecords.number))
    .limit(500);
  return rows.map(({ riskClass, approvedBy }) => ({ riskClass: riskClass ?? 'unclassified', approvedBy }));
}

/** One that does not count any more, for the policy asks for more by now, is given anew. */
export async function saveSignOff(tx: Sql, row: SignOffRow): Promise<void> {
  const { comment, signatureId, createdAt } = row;
  await tx
    .insert(promotionSignOffs)
    .values(row)
    .onConflictDoUpdate({
      target: [promotionSignOffs.promotionId, promotionSignOffs.userId],
      set: { comment, signatureId, createdAt },
    });
}

/** Oldest first. */
export async function findSignOffs(
  db: Sql,
  ctx: Context,
  promotionIds: readonly string[],
): Promise<SignOffRow[]> {
  if (promotionIds.length === 0) return [];
  return db
    .select()
    .from(promotionSignOffs)
    .where(
      and(
        eq(promotionSignOffs.tenantId, ctx.actor.tenantId),
        inArray(promotionSignOffs.promotionId, [...promotionIds]),
      ),
    )
    .orderBy(asc(promotionSignOffs.createdAt), asc(promotionSignOffs.userId));
}
