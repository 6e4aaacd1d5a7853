import { and, count, desc, eq, inArray, isNull, lt } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { tenants } from '../identity/identity.tables.ts';
import { directories, pushedGroups, pushedUsers } from './scim.tables.ts';

export type DirectoryRow = typeof directories.$inferSelect;

export interface CountedDirectory {
  row: DirectoryRow;
  users: number;
  groups: number;
}

async function counted(db: Sql, rows: DirectoryRow[]): Promise<CountedDirectory[]> {
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const tally = async (table: typeof pushedUsers | typeof pushedGroups) => {
    const found = await db
      .select({ id: table.directoryId, many: count() })
      .from(table)
      .where(inArray(table.directoryId, ids))
      .groupBy(table.directoryId);
    return new Map(found.map(({ id, many }) => [id, many]));
  };
  const users = await tally(pushedUsers);
  const groups = await tally(pushedGroups);
  return rows.map((row) => ({ row, users: users.get(row.id) ?? 0, groups: groups.get(row.id) ?? 0 }));
}

export async function listDirectories(
  db: Sql,
  tenantId: string,
  limit: number,
  before: string | undefined,
): Promise<CountedDirectory[]> {
  const rows = await db
    .select()
    .from(directories)
    .where(
      and(eq(directories.tenantId, tenantId), before === undefined ? undefined : lt(directories.id, before)),
    )
    .orderBy(desc(directories.id))
    .limit(limit);
  return counted(db, rows);
}

export async function findDirectory(db: Sql, tenantId: string, id: string): Promise<CountedDirectory | null> {
  const rows = await db
    .select()
    .from(directories)
    .where(and(eq(directories.tenantId, tenantId), eq(directories.id, id)))
    .limit(1);
  return (await counted(db, rows))[0] ?? null;
}

/** The tenant is not known before the token is: it is what this look-up tells. */
export async function findDirectoryByToken(db: Sql, tokenHash: string): Promise<DirectoryRow | null> {
  const [row] = await db
    .select({ directory: directories })
    .from(directories)
    .innerJoin(tenants, and(eq(tenants.id, directories.tenantId), isNull(tenants.closedAt)))
    .where(eq(directories.tokenHash, tokenHash))
    .limit(1);
  return row?.directory ?? null;
}

export async function insertDirectory(tx: Sql, row: typeof directories.$inferInsert): Promise<void> {
  await tx.insert(directories).values(row);
}

export async function updateDirectory(
  tx: Sql,
  tenantId: string,
  id: string,
  changes: Partial<typeof directories.$inferInsert>,
): Promise<void> {
  await tx
    .update(directories)
    .set({ ...changes, id })
    .where(and(eq(directories.tenantId, tenantId), eq(directories.id, id)));
}

export async function deleteDirectory(tx: Sql, tenantId: string, id: string): Promise<void> {
  await tx.delete(directories).where(and(eq(directories.tenantId, tenantId), eq(directories.id, id)));
}
