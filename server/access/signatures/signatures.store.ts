import { and, desc, eq, lt } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { signatures } from './signatures.tables.ts';

export type SignatureRow = typeof signatures.$inferSelect;

export interface SignatureFilter {
  object_kind?: string | undefined;
  object_id?: string | undefined;
  signer_id?: string | undefined;
  meaning?: SignatureRow['meaning'] | undefined;
}

export async function insertSignature(tx: Sql, row: SignatureRow): Promise<void> {
  await tx.insert(signatures).values(row);
}

/** Newest first. */
export async function listSignatures(
  db: Sql,
  ctx: Context,
  filter: SignatureFilter,
  page: { limit: number; before?: string | undefined },
): Promise<SignatureRow[]> {
  const { object_kind, object_id, signer_id, meaning } = filter;
  return db
    .select()
    .from(signatures)
    .where(
      and(
        eq(signatures.tenantId, ctx.actor.tenantId),
        object_kind === undefined ? undefined : eq(signatures.objectKind, object_kind),
        object_id === undefined ? undefined : eq(signatures.objectId, object_id),
        signer_id === undefined ? undefined : eq(signatures.signerId, signer_id),
        meaning === undefined ? undefined : eq(signatures.meaning, meaning),
        page.before === undefined ? undefined : lt(signatures.id, page.before),
      ),
    )
    .orderBy(desc(signatures.id))
    .limit(page.limit);
}

export async function findSignature(db: Sql, ctx: Context, id: string): Promise<SignatureRow | null> {
  const [row] = await db
    .select()
    .from(signatures)
    .where(and(eq(signatures.tenantId, ctx.actor.tenantId), eq(signatures.id, id)))
    .limit(1);
  return row ?? null;
}
