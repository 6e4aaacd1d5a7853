import { and, asc, count, eq, gt, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Sql } from '../db/database.ts';
import { literally } from '../db/patterns.ts';
import { acrossTenants } from '../db/tenant-scope.ts';
import { dataKeys } from './data-keys.tables.ts';

const outside = <T>(work: () => T): T => acrossTenants('data keys are the installation’s', work);

export type DataKeyRow = typeof dataKeys.$inferSelect;

export async function findDataKey(db: Sql, context: string): Promise<DataKeyRow | null> {
  return (await outside(() => db.select().from(dataKeys).where(eq(dataKeys.context, context))))[0] ?? null;
}

export async function anyDataKey(db: Sql, context: string): Promise<boolean> {
  return (await db.select({ id: dataKeys.id }).from(dataKeys).where(under(context)).limit(1)).length > 0;
}

/** The row that stands for the context: this one, or that of another who was first. */
export async function insertDataKey(db: Sql, row: DataKeyRow): Promise<DataKeyRow> {
  const made = await outside(() =>
    db.insert(dataKeys).values(row).onConflictDoNothing({ target: dataKeys.context }).returning(),
  );
  return made[0] ?? (await findDataKey(db, row.context)) ?? insertDataKey(db, row);
}

export async function destroyDataKeys(db: Sql, context: string, now: Date): Promise<number> {
  const gone = await outside(() =>
    db
      .update(dataKeys)
      .set({ wrapped: null, destroyedAt: now })
      .where(and(under(context), isNotNull(dataKeys.wrapped)))
      .returning({ id: dataKeys.id }),
  );
  return gone.length;
}

/** Forgets keys that may be made anew; destroyed ones stay destroyed. */
export async function deleteDataKeys(db: Sql, context: string): Promise<number> {
  const gone = await outside(() =>
    db
      .delete(dataKeys)
      .where(and(under(context), isNotNull(dataKeys.wrapped)))
      .returning({ id: dataKeys.id }),
  );
  return gone.length;
}

/** Keys that another key-encryption key wraps, in the order of their ids. */
export async function staleDataKeys(
  db: Sql,
  present: { provider: DataKeyRow['provider']; keyId: string },
  after: string | null,
  limit: number,
): Promise<DataKeyRow[]> {
  return await outside(() =>
    db
      .select()
      .from(dataKeys)
      .where(and(stale(present), after === null ? undefined : gt(dataKeys.id, after)))
      .orderBy(asc(dataKeys.id))
      .limit(limit),
  );
}

/** Only where the row is as it was read: a key destroyed meanwhile stays destroyed. */
export async function replaceWrapped(
  db: Sql,
  row: DataKeyRow,
  next: { keyId: string; wrapped: Uint8Array },
): Promise<boolean> {
  const changed = await outside(() =>
    db
      .update(dataKeys)
      .set(next)
      .where(and(eq(dataKeys.id, row.id), eq(dataKeys.keyId, row.keyId), isNotNull(dataKeys.wrapped)))
      .returning({ id: dataKeys.id }),
  );
  return changed.length > 0;
}

export async function countDataKeys(
  db: Sql,
  present: { provider: DataKeyRow['provider']; keyId: string } | null,
): Promise<{ held: number; stale: number; destroyed: number }> {
  const number = async (where: SQL | undefined) =>
    (await outside(() => db.select({ n: count() }).from(dataKeys).where(where)))[0]?.n ?? 0;
  return {
    held: await number(isNotNull(dataKeys.wrapped)),
    stale: present === null ? 0 : await number(stale(present)),
    destroyed: await number(isNull(dataKeys.wrapped)),
  };
}

/** Which providers the held keys need. */
export async function providersInUse(db: Sql): Promise<DataKeyRow['provider'][]> {
  const rows = await outside(() =>
    db.selectDistinct({ provider: dataKeys.provider }).from(dataKeys).where(isNotNull(dataKeys.wrapped)),
  );
  return rows.map(({ provider }) => provider);
}

const stale = ({ provider, keyId }: { provider: DataKeyRow['provider']; keyId: string }) =>
  and(isNotNull(dataKeys.wrapped), or(ne(dataKeys.keyId, keyId), ne(dataKeys.provider, provider)));

/** The context itself and those under it. */
function under(context: string) {
  const pattern = `${literally(context)}/%`;
  return or(eq(dataKeys.context, context), sql`${dataKeys.context} like ${pattern}`);
}
