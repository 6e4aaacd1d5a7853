import { and, asc, desc, eq, inArray, lt, ne, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { users } from '../identity/identity.tables.ts';
import { connectionDomains, connectionLinks, connections } from './single-sign-on.tables.ts';

export type ConnectionRow = typeof connections.$inferSelect;
export type LinkRow = typeof connectionLinks.$inferSelect;

export interface ConnectionWithDomains {
  row: ConnectionRow;
  domains: string[];
}

async function withDomains(db: Sql, rows: ConnectionRow[]): Promise<ConnectionWithDomains[]> {
  if (rows.length === 0) return [];
  const found = await db
    .select()
    .from(connectionDomains)
    .where(
      inArray(
        connectionDomains.connectionId,
        rows.map(({ id }) => id),
      ),
    )
    .orderBy(asc(connectionDomains.domain));
  return rows.map((row) => ({
    row,
    domains: found.filter(({ connectionId }) => connectionId === row.id).map(({ domain }) => domain),
  }));
}

export async function listConnections(
  db: Sql,
  tenantId: string,
  limit: number,
  before: string | undefined,
): Promise<ConnectionWithDomains[]> {
  const rows = await db
    .select()
    .from(connections)
    .where(
      and(eq(connections.tenantId, tenantId), before === undefined ? undefined : lt(connections.id, before)),
    )
    .orderBy(desc(connections.id))
    .limit(limit);
  return withDomains(db, rows);
}

export async function findConnection(
  db: Sql,
  tenantId: string,
  id: string,
): Promise<ConnectionWithDomains | null> {
  const rows = await db
    .select()
    .from(connections)
    .where(and(eq(connections.tenantId, tenantId), eq(connections.id, id)))
    .limit(1);
  return (await withDomains(db, rows))[0] ?? null;
}

/** Of any tenant: who signs in is not known yet, and which connection is meant says of which tenant they are. */
export async function findEnabledConnection(db: Sql, id: string): Promise<ConnectionWithDomains | null> {
  const rows = await db
    .select()
    .from(connections)
    .where(and(eq(connections.id, id), eq(connections.enabled, true)))
    .limit(1);
  return (await withDomains(db, rows))[0] ?? null;
}

/** Those a stranger is shown: for their domain, or for all. */
export async function listOffered(db: Sql, domain: string | null): Promise<ConnectionRow[]> {
  if (domain === null)
    return await db
      .select()
      .from(connections)
      .where(and(eq(connections.enabled, true), eq(connections.shownToAll, true)))
      .orderBy(asc(connections.name), asc(connections.id))
      .limit(20);
  const rows = await db
    .select({ connection: connections })
    .from(connectionDomains)
    .innerJoin(connections, eq(connections.id, connectionDomains.connectionId))
    .where(and(eq(connectionDomains.domain, domain), eq(connections.enabled, true)))
    .limit(1);
  return rows.map(({ connection }) => connection);
}

export async function isAnyEnabled(db: Sql): Promise<boolean> {
  const rows = await db
    .select({ id: connections.id })
    .from(connections)
    .where(eq(connections.enabled, true))
    .limit(1);
  return rows.length > 0;
}

export async function insertConnection(tx: Sql, row: typeof connections.$inferInsert): Promise<void> {
  await tx.insert(connections).values(row);
}

export async function updateConnection(
  tx: Sql,
  tenantId: string,
  id: string,
  changes: Partial<typeof connections.$inferInsert>,
): Promise<void> {
  await tx
    .update(connections)
    .set({ ...changes, updatedAt: new Date() })
    .where(and(eq(connections.tenantId, tenantId), eq(connections.id, id)));
}

export async function deleteConnection(tx: Sql, tenantId: string, id: string): Promise<void> {
  await tx.delete(connections).where(and(eq(connections.tenantId, tenantId), eq(connections.id, id)));
}

/** The first domain in which another organisation has accounts; null when there is none. */
export async function domainOfOthers(
  db: Sql,
  tenantId: string,
  domains: readonly string[],
): Promise<string | null> {
  if (domains.length === 0) return null;
  const domain = sql<string>`split_part(${users.email}, '@', 2)`;
  const [row] = await db
    .select({ domain })
    .from(users)
    .where(and(ne(users.tenantId, tenantId), inArray(domain, [...domains])))
    .limit(1);
  return row?.domain ?? null;
}

/** The first domain that leads to another connection, of whatever tenant; null when all lead here now. */
export async function replaceDomains(
  tx: Sql,
  tenantId: string,
  connectionId: string,
  domains: readonly string[],
): Promise<string | null> {
  const wanted = [...new Set(domains)];
  await tx.delete(connectionDomains).where(eq(connectionDomains.connectionId, connectionId));
  const taken = await tx
    .insert(connectionDomains)
    .values(wanted.map((domain) => ({ domain, tenantId, connectionId })))
    .onConflictDoNothing()
    .returning({ domain: connectionDomains.domain });
  const own = new Set(taken.map(({ domain }) => domain));
  return wanted.find((domain) => !own.has(domain)) ?? null;
}

export async function findLink(
  db: Sql,
  tenantId: string,
  connectionId: string,
  subject: string,
): Promise<LinkRow | null> {
  const [row] = await db
    .select()
    .from(connectionLinks)
    .where(
      and(
        eq(connectionLinks.tenantId, tenantId),
        eq(connectionLinks.connectionId, connectionId),
        eq(connectionLinks.subject, subject),
      ),
    )
    .limit(1);
  return row ?? null;
}

export async function insertLink(tx: Sql, row: typeof connectionLinks.$inferInsert): Promise<void> {
  await tx.insert(connectionLinks).values(row);
}

export async function markLinkUsed(tx: Sql, id: string): Promise<void> {
  await tx.update(connectionLinks).set({ lastUsedAt: new Date() }).where(eq(connectionLinks.id, id));
}

export async function markConnectionUsed(tx: Sql, id: string): Promise<void> {
  await tx.update(connections).set({ lastUsedAt: new Date() }).where(eq(connections.id, id));
}
