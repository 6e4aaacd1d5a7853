import { and, eq } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { privacyKeys } from './anonymisation.tables.ts';

export async function findPrivacyKey(db: Sql, ctx: Context, scope: string): Promise<string | null> {
  const [row] = await db
    .select({ sealed: privacyKeys.sealed })
    .from(privacyKeys)
    .where(and(eq(privacyKeys.tenantId, ctx.actor.tenantId), eq(privacyKeys.scope, scope)))
    .limit(1);
  return row?.sealed ?? null;
}

/** Keeps the first: what is sealed already stays. */
export async function insertPrivacyKey(db: Sql, ctx: Context, scope: string, sealed: string): Promise<void> {
  await db
    .insert(privacyKeys)
    .values({ tenantId: ctx.actor.tenantId, scope, sealed, createdAt: new Date() })
    .onConflictDoNothing();
}
