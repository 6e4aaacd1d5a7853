import { and, eq, gte, sql } from 'drizzle-orm';
import type { Sql } from '../db/database.ts';
import { llmCalls } from './llm.tables.ts';

type LlmCall = typeof llmCalls.$inferInsert;

export async function insertCall(database: Sql, call: LlmCall): Promise<void> {
  await database.insert(llmCalls).values(call);
}

export async function completeCall(
  database: Sql,
  call: Pick<LlmCall, 'id' | 'tenantId'>,
  end: Partial<LlmCall>,
): Promise<void> {
  await database
    .update(llmCalls)
    .set(end)
    .where(and(eq(llmCalls.id, call.id), eq(llmCalls.tenantId, call.tenantId)));
}

/** Tokens of a tenant since a moment, those of running calls as estimated. */
export async function tokensSince(database: Sql, tenantId: string, since: Date): Promise<number> {
  const [row] = await database
    .select({ tokens: sql<string>`coalesce(sum(${llmCalls.tokensIn}::bigint + ${llmCalls.tokensOut}), 0)` })
    .from(llmCalls)
    .where(and(eq(llmCalls.tenantId, tenantId), gte(llmCalls.createdAt, since)));
  return Number(row?.tokens ?? 0);
}
