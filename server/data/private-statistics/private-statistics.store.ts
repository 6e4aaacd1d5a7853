import { and, desc, eq, lt, or } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import type { Cursor } from '../../platform/paging.ts';
import { privacyBudgets, privacyLedger } from '../anonymisation/anonymisation.tables.ts';

export type BudgetRow = typeof privacyBudgets.$inferSelect;
export type LedgerRow = typeof privacyLedger.$inferSelect;

const budgetOf = (ctx: Context, datasetId: string) =>
  and(eq(privacyBudgets.tenantId, ctx.actor.tenantId), eq(privacyBudgets.datasetId, datasetId));
const entriesOf = (ctx: Context, datasetId: string) =>
  and(eq(privacyLedger.tenantId, ctx.actor.tenantId), eq(privacyLedger.datasetId, datasetId));

export async function findBudget(db: Sql, ctx: Context, datasetId: string): Promise<BudgetRow | null> {
  const [row] = await db.select().from(privacyBudgets).where(budgetOf(ctx, datasetId)).limit(1);
  return row ?? null;
}

export async function saveBudget(
  tx: Sql,
  ctx: Context,
  datasetId: string,
  budget: Pick<BudgetRow, 'epsilon' | 'delta' | 'composition'>,
): Promise<void> {
  const set = { ...budget, setBy: ctx.actor.id, updatedAt: new Date() };
  await tx
    .insert(privacyBudgets)
    .values({ tenantId: ctx.actor.tenantId, datasetId, ...set })
    .onConflictDoUpdate({ target: [privacyBudgets.tenantId, privacyBudgets.datasetId], set });
}

/** Held to the end of the transaction: two questions at once never spend the same rest. */
export async function lockLedger(tx: Sql, ctx: Context, datasetId: string): Promise<void> {
  await lockUntilCommit(tx, `privacy:${ctx.actor.tenantId}:${datasetId}`);
}

export async function findAnswered(
  db: Sql,
  ctx: Context,
  datasetId: string,
  questionSha256: string,
): Promise<LedgerRow | null> {
  const [row] = await db
    .select()
    .from(privacyLedger)
    .where(and(entriesOf(ctx, datasetId), eq(privacyLedger.questionSha256, questionSha256)))
    .limit(1);
  return row ?? null;
}

export async function costsOf(
  db: Sql,
  ctx: Context,
  datasetId: string,
): Promise<Pick<LedgerRow, 'epsilon' | 'delta' | 'rho'>[]> {
  return db
    .select({ epsilon: privacyLedger.epsilon, delta: privacyLedger.delta, rho: privacyLedger.rho })
    .from(privacyLedger)
    .where(entriesOf(ctx, datasetId));
}

export async function insertEntry(tx: Sql, row: LedgerRow): Promise<void> {
  await tx.insert(privacyLedger).values(row);
}

export async function listEntries(
  db: Sql,
  ctx: Context,
  datasetId: string,
  limit: number,
  cursor: Cursor | null,
): Promise<LedgerRow[]> {
  const before = cursor === null ? null : new Date(String(cursor[0]));
  return db
    .select()
    .from(privacyLedger)
    .where(
      and(
        entriesOf(ctx, datasetId),
        before === null
          ? undefined
          : or(
              lt(privacyLedger.askedAt, before),
              and(eq(privacyLedger.askedAt, before), lt(privacyLedger.id, String(cursor?.[1]))),
            ),
      ),
    )
    .orderBy(desc(privacyLedger.askedAt), desc(privacyLedger.id))
    .limit(limit);
}
