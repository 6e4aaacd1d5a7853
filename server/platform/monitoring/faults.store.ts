import { and, desc, eq, inArray, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Sql } from '../db/database.ts';
import { literally } from '../db/patterns.ts';
import type { Cursor } from '../paging.ts';
import type { Fault } from './fault.ts';
import { faults, type StoredOccurrence } from './monitoring.tables.ts';

export type FaultRow = typeof faults.$inferSelect;

export interface SeenFault extends Fault {
  id: string;
  level: 'error' | 'fatal';
  version: string;
  occurrences: number;
  /** The last first, at least one. */
  latest: StoredOccurrence[];
}

/** Of one fault; the others only count. */
export const latestKept = 20;
const mostFaults = 1000;
const mostVersions = 10;

/** Adds to those that are known; one that comes again is new again. The table keeps the thousand that came last. */
export async function keepFaults(tx: Sql, seen: readonly SeenFault[]): Promise<void> {
  const prints = seen.map(({ fingerprint }) => fingerprint);
  const rows = await tx.select().from(faults).where(inArray(faults.fingerprint, prints)).for('update');
  const known = new Map(rows.map((row) => [row.fingerprint, row]));
  for (const { version, latest, ...each } of seen) {
    const before = known.get(each.fingerprint);
    const lastAt = new Date(latest[0]?.at ?? Date.now());
    const firstAt = new Date(latest.at(-1)?.at ?? Date.now());
    const now = {
      ...each,
      latest: [...latest, ...(before?.latest ?? [])].slice(0, latestKept),
      versions: [version, ...(before?.versions ?? []).filter((one) => one !== version)].slice(
        0,
        mostVersions,
      ),
    };
    await tx
      .insert(faults)
      .values({ ...now, firstAt, lastAt })
      .onConflictDoUpdate({
        target: faults.fingerprint,
        set: {
          message: now.message,
          level: now.level,
          stack: now.stack,
          versions: now.versions,
          latest: now.latest,
          occurrences: sql`${faults.occurrences} + ${each.occurrences}`,
          lastAt,
          seenAt: null,
          seenBy: null,
        },
      });
  }
  await tx
    .delete(faults)
    .where(
      inArray(
        faults.id,
        tx.select({ id: faults.id }).from(faults).orderBy(desc(faults.lastAt)).offset(mostFaults),
      ),
    );
}

export async function listFaults(
  db: Sql,
  filter: { seen?: boolean | undefined; search?: string | undefined; after: Cursor | null; limit: number },
): Promise<FaultRow[]> {
  const { seen, search, after, limit } = filter;
  const behind =
    after === null
      ? undefined
      : or(
          lt(faults.lastAt, new Date(String(after[0]))),
          and(eq(faults.lastAt, new Date(String(after[0]))), lt(faults.id, after[1])),
        );
  return await db
    .select()
    .from(faults)
    .where(and(seenIs(seen), search ? matches(search) : undefined, behind))
    .orderBy(desc(faults.lastAt), desc(faults.id))
    .limit(limit);
}

function seenIs(seen: boolean | undefined): SQL | undefined {
  if (seen === undefined) return undefined;
  return seen ? isNotNull(faults.seenAt) : isNull(faults.seenAt);
}

function matches(search: string): SQL {
  const pattern = `%${literally(search)}%`;
  return sql`(${faults.name} || ' ' || coalesce(${faults.code}, '') || ' ' || ${faults.message} || ' ' || ${faults.latest}::text) ilike ${pattern}`;
}

export async function findFault(db: Sql, id: string): Promise<FaultRow | null> {
  return (await db.select().from(faults).where(eq(faults.id, id)))[0] ?? null;
}

export async function markFault(
  db: Sql,
  id: string,
  seen: { at: Date; by: string } | null,
): Promise<FaultRow | null> {
  const [row] = await db
    .update(faults)
    .set({ seenAt: seen?.at ?? null, seenBy: seen?.by ?? null })
    .where(eq(faults.id, id))
    .returning();
  return row ?? null;
}

export async function countUnseen(db: Sql): Promise<number> {
  return await db.$count(faults, isNull(faults.seenAt));
}

export async function deleteFaultsBefore(db: Sql, time: Date): Promise<void> {
  await db.delete(faults).where(lt(faults.lastAt, time));
}
