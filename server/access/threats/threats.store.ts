import {
  isAdministrator,
  roles,
  type ThreatFilter,
  type ThreatPolicy,
  type ThreatSeverity,
  threatSeverities,
} from '@stroma/contracts';
import { and, desc, eq, gt, gte, inArray, isNull, lt, lte, ne, notExists, type SQL, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { users } from '../identity/identity.tables.ts';
import { threatBlocks, threatPolicies, threats } from './threats.tables.ts';

export type ThreatRow = typeof threats.$inferSelect;
export type BlockRow = typeof threatBlocks.$inferSelect;

function matching(tenantId: string, filter: ThreatFilter): SQL | undefined {
  const { kind, severity, status, actor_id, address, from, to } = filter;
  const worse =
    severity === undefined ? undefined : threatSeverities.slice(threatSeverities.indexOf(severity));
  return and(
    eq(threats.tenantId, tenantId),
    kind === undefined ? undefined : eq(threats.kind, kind),
    worse === undefined ? undefined : inArray(threats.severity, worse),
    status === undefined
      ? undefined
      : status === 'unresolved'
        ? ne(threats.status, 'resolved')
        : eq(threats.status, status),
    actor_id === undefined ? undefined : eq(threats.actorId, actor_id),
    address === undefined ? undefined : eq(threats.address, address),
    from === undefined ? undefined : gte(threats.lastAt, new Date(from)),
    to === undefined ? undefined : lte(threats.firstAt, new Date(to)),
  );
}

/** Newest first. */
export async function listThreats(
  db: Sql,
  tenantId: string,
  filter: ThreatFilter,
  page: { limit: number; before?: string | undefined },
): Promise<ThreatRow[]> {
  return db
    .select()
    .from(threats)
    .where(
      and(matching(tenantId, filter), page.before === undefined ? undefined : lt(threats.id, page.before)),
    )
    .orderBy(desc(threats.id))
    .limit(page.limit);
}

export async function unresolvedBySeverity(
  db: Sql,
  tenantId: string,
): Promise<Record<ThreatSeverity, number>> {
  const rows = await db
    .select({ severity: threats.severity, n: sql<number>`count(*)::int` })
    .from(threats)
    .where(and(eq(threats.tenantId, tenantId), ne(threats.status, 'resolved')))
    .groupBy(threats.severity);
  const counted = { low: 0, medium: 0, high: 0, critical: 0 };
  for (const { severity, n } of rows) counted[severity] = n;
  return counted;
}

export async function findThreat(db: Sql, tenantId: string, id: string): Promise<ThreatRow | null> {
  const [row] = await db
    .select()
    .from(threats)
    .where(and(eq(threats.tenantId, tenantId), eq(threats.id, id)))
    .limit(1);
  return row ?? null;
}

/** Two findings of the same threat wait for each other to the end of the transaction. */
export const lockFingerprint = (tx: Sql, tenantId: string, fingerprint: string): Promise<void> =>
  lockUntilCommit(tx, `threat:${tenantId}:${fingerprint}`);

/** The same threat, as long as nobody has resolved it and it was seen after `since`. */
export async function findUnresolved(
  tx: Sql,
  tenantId: string,
  fingerprint: string,
  since: Date,
): Promise<ThreatRow | null> {
  const [row] = await tx
    .select()
    .from(threats)
    .where(
      and(
        eq(threats.tenantId, tenantId),
        eq(threats.fingerprint, fingerprint),
        ne(threats.status, 'resolved'),
        gt(threats.lastAt, since),
      ),
    )
    .orderBy(desc(threats.lastAt))
    .limit(1);
  return row ?? null;
}

export async function insertThreat(tx: Sql, row: typeof threats.$inferInsert): Promise<void> {
  await tx.insert(threats).values(row);
}

export async function updateThreat(
  tx: Sql,
  tenantId: string,
  id: string,
  change: Partial<ThreatRow>,
): Promise<void> {
  await tx
    .update(threats)
    .set(change)
    .where(and(eq(threats.tenantId, tenantId), eq(threats.id, id)));
}

export async function findPolicy(
  db: Sql,
  tenantId: string,
): Promise<typeof threatPolicies.$inferSelect | null> {
  const [row] = await db.select().from(threatPolicies).where(eq(threatPolicies.tenantId, tenantId)).limit(1);
  return row ?? null;
}

export async function savePolicy(
  tx: Sql,
  row: {
    tenantId: string;
    policy: ThreatPolicy;
    changedBy: string;
    changedByName: string;
    changedAt: Date;
  },
): Promise<void> {
  const { tenantId: _, ...set } = row;
  await tx.insert(threatPolicies).values(row).onConflictDoUpdate({ target: threatPolicies.tenantId, set });
}

const inForce = (now: Date): SQL | undefined =>
  and(isNull(threatBlocks.liftedAt), gt(threatBlocks.expiresAt, now));

/** Of every tenant: what each process holds in memory. */
export async function blocksInForce(db: Sql, now: Date): Promise<BlockRow[]> {
  return db.select().from(threatBlocks).where(inForce(now));
}

export async function findBlockOf(
  tx: Sql,
  tenantId: string,
  kind: BlockRow['kind'],
  subject: string,
  now: Date,
): Promise<BlockRow | null> {
  const [row] = await tx
    .select()
    .from(threatBlocks)
    .where(
      and(
        eq(threatBlocks.tenantId, tenantId),
        eq(threatBlocks.kind, kind),
        eq(threatBlocks.subject, subject),
        inForce(now),
      ),
    )
    .limit(1);
  return row ?? null;
}

export async function insertBlock(tx: Sql, row: typeof threatBlocks.$inferInsert): Promise<void> {
  await tx.insert(threatBlocks).values(row);
}

/** Newest first, with the kind of the threat each is for. */
export async function listBlocks(
  db: Sql,
  tenantId: string,
  page: { limit: number; before?: string | undefined; now: Date },
): Promise<{ block: BlockRow; threatKind: ThreatRow['kind'] }[]> {
  return db
    .select({ block: threatBlocks, threatKind: threats.kind })
    .from(threatBlocks)
    .innerJoin(threats, eq(threats.id, threatBlocks.threatId))
    .where(
      and(
        eq(threatBlocks.tenantId, tenantId),
        inForce(page.now),
        page.before === undefined ? undefined : lt(threatBlocks.id, page.before),
      ),
    )
    .orderBy(desc(threatBlocks.id))
    .limit(page.limit);
}

/** Answers what was lifted: nothing when none is in force. */
export async function liftBlocks(
  tx: Sql,
  which: { tenantId: string } & ({ id: string } | { threatId: string } | { sessionId: string }),
  by: string,
  now: Date,
): Promise<BlockRow[]> {
  const chosen =
    'id' in which
      ? eq(threatBlocks.id, which.id)
      : 'threatId' in which
        ? eq(threatBlocks.threatId, which.threatId)
        : and(eq(threatBlocks.kind, 'session'), eq(threatBlocks.subject, which.sessionId));
  return tx
    .update(threatBlocks)
    .set({ liftedAt: now, liftedBy: by })
    .where(and(eq(threatBlocks.tenantId, which.tenantId), chosen, inForce(now)))
    .returning();
}

const administratorRoles = roles.filter(isAdministrator);

/** Administrators beside one person who are neither deactivated nor shut out. */
export async function countOpenAdministrators(
  tx: Sql,
  tenantId: string,
  but: string,
  now: Date,
): Promise<number> {
  const shut = tx
    .select({ one: sql`1` })
    .from(threatBlocks)
    .where(and(eq(threatBlocks.kind, 'account'), eq(threatBlocks.subject, users.id), inForce(now)));
  const [row] = await tx
    .select({ n: sql<number>`count(*)::int` })
    .from(users)
    .where(
      and(
        eq(users.tenantId, tenantId),
        inArray(users.role, administratorRoles),
        isNull(users.disabledAt),
        ne(users.id, but),
        notExists(shut),
      ),
    );
  return row?.n ?? 0;
}
