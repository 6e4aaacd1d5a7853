import type { ModelRecordKind } from '@stroma/contracts';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { modelRecords } from './governance.tables.ts';

export type RecordRow = typeof modelRecords.$inferSelect;
type Kept = Pick<RecordRow, 'approvedBy' | 'approvedAt' | 'approvalSignatureId'>;

const mine = (ctx: Context) => eq(modelRecords.tenantId, ctx.actor.tenantId);

export async function insertRecord(tx: Sql, row: RecordRow): Promise<void> {
  await tx.insert(modelRecords).values(row);
}

/** The one thing that is ever added to a record: who stands for it. */
export async function approveRecord(tx: Sql, ctx: Context, id: string, kept: Kept): Promise<void> {
  await tx
    .update(modelRecords)
    .set(kept)
    .where(and(mine(ctx), eq(modelRecords.id, id)));
}

export async function findRecord(db: Sql, ctx: Context, id: string): Promise<RecordRow | null> {
  const [row] = await db
    .select()
    .from(modelRecords)
    .where(and(mine(ctx), eq(modelRecords.id, id)))
    .limit(1);
  return row ?? null;
}

/** Newest first. */
export async function listRecords(
  db: Sql,
  ctx: Context,
  modelId: string,
  query: { kind?: ModelRecordKind | undefined; before?: string | undefined; limit: number },
): Promise<RecordRow[]> {
  return db
    .select()
    .from(modelRecords)
    .where(
      and(
        mine(ctx),
        eq(modelRecords.modelId, modelId),
        query.kind === undefined ? undefined : eq(modelRecords.kind, query.kind),
        query.before === undefined ? undefined : lt(modelRecords.id, query.before),
      ),
    )
    .orderBy(desc(modelRecords.id))
    .limit(query.limit);
}
