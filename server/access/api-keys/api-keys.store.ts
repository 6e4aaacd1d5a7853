import type { apiKeyStatuses } from '@stroma/contracts';
import { and, count, desc, eq, gt, ilike, isNotNull, isNull, lt, lte, or, type SQL } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { literally } from '../../platform/db/patterns.ts';
import { users } from '../identity/identity.tables.ts';
import { apiKeys } from './api-keys.tables.ts';

export type ApiKeyRow = typeof apiKeys.$inferSelect;
export type ApiKeyStatus = (typeof apiKeyStatuses)[number];

export interface OwnedKeyRow {
  key: ApiKeyRow;
  owner: { name: string; email: string };
}

const owned = { key: apiKeys, owner: { name: users.name, email: users.email } };

export interface KeyQuery {
  tenantId: string;
  ownerId?: string | undefined;
  status?: ApiKeyStatus | undefined;
  search?: string | undefined;
  /** Only keys made before this one. */
  before?: string | undefined;
  limit: number;
}

export async function listKeys(db: Sql, query: KeyQuery): Promise<OwnedKeyRow[]> {
  const like = query.search === undefined ? undefined : `%${literally(query.search)}%`;
  return await db
    .select(owned)
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.ownerId))
    .where(
      and(
        eq(apiKeys.tenantId, query.tenantId),
        query.ownerId === undefined ? undefined : eq(apiKeys.ownerId, query.ownerId),
        query.status === undefined ? undefined : hasStatus(query.status),
        query.before === undefined ? undefined : lt(apiKeys.id, query.before),
        like === undefined
          ? undefined
          : or(
              ilike(apiKeys.name, like),
              ilike(apiKeys.prefix, like),
              ilike(users.name, like),
              ilike(users.email, like),
            ),
      ),
    )
    .orderBy(desc(apiKeys.id))
    .limit(query.limit);
}

function hasStatus(status: ApiKeyStatus): SQL | undefined {
  const now = new Date();
  const ended = or(lte(apiKeys.expiresAt, now), lte(apiKeys.retiresAt, now));
  const unexpired = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now));
  const standing = isNull(apiKeys.revokedAt);
  if (status === 'revoked') return isNotNull(apiKeys.revokedAt);
  if (status === 'expired') return and(standing, ended);
  if (status === 'rotating') return and(standing, unexpired, gt(apiKeys.retiresAt, now));
  return and(standing, unexpired, isNull(apiKeys.retiresAt));
}

export async function findKey(
  db: Sql,
  where: { tenantId: string; id: string; ownerId?: string | undefined },
): Promise<OwnedKeyRow | null> {
  const [row] = await db
    .select(owned)
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.ownerId))
    .where(
      and(
        eq(apiKeys.tenantId, where.tenantId),
        eq(apiKeys.id, where.id),
        where.ownerId === undefined ? undefined : eq(apiKeys.ownerId, where.ownerId),
      ),
    )
    .limit(1);
  return row ?? null;
}

/** The tenant is not known before the key is: it is what this look-up tells. */
export async function findKeyByHash(db: Sql, hash: string): Promise<ApiKeyRow | null> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.hash, hash)).limit(1);
  return row ?? null;
}

export async function countStandingKeys(db: Sql, tenantId: string, ownerId: string): Promise<number> {
  const [row] = await db
    .select({ keys: count() })
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.tenantId, tenantId),
        eq(apiKeys.ownerId, ownerId),
        or(hasStatus('active'), hasStatus('rotating')),
      ),
    );
  return row?.keys ?? 0;
}

export async function insertKey(tx: Sql, row: typeof apiKeys.$inferInsert): Promise<void> {
  await tx.insert(apiKeys).values(row);
}

export async function updateKey(
  tx: Sql,
  where: { tenantId: string; id: string },
  changes: Partial<typeof apiKeys.$inferInsert>,
): Promise<void> {
  await tx
    .update(apiKeys)
    .set(changes)
    .where(and(eq(apiKeys.tenantId, where.tenantId), eq(apiKeys.id, where.id)));
}

/** Held to the end of the transaction, so that two changes of one key do not cross. */
export async function lockKey(tx: Sql, id: string): Promise<void> {
  await lockUntilCommit(tx, `api-key:${id}`);
}

export interface KeyUse {
  id: string;
  tenantId: string;
  at: Date;
  address: string;
}

/** The last use of many keys; an older moment does not replace a newer one. */
export async function recordUses(tx: Sql, uses: readonly KeyUse[]): Promise<void> {
  for (const { id, tenantId, at, address } of uses)
    await tx
      .update(apiKeys)
      .set({ lastUsedAt: at, lastUsedAddress: address })
      .where(
        and(
          eq(apiKeys.tenantId, tenantId),
          eq(apiKeys.id, id),
          or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, at)),
        ),
      );
}
