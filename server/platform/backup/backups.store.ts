import { and, desc, eq, inArray, isNull, lt } from 'drizzle-orm';
import type { Sql } from '../db/database.ts';
import { backups } from './backups.tables.ts';

export type BackupRow = typeof backups.$inferSelect;

export async function insertBackup(db: Sql, row: BackupRow): Promise<void> {
  await db.insert(backups).values(row);
}

/** Newest first: ids are sorted by the time of their making. */
export async function listBackups(
  db: Sql,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<BackupRow[]> {
  return await db
    .select()
    .from(backups)
    .where(before === undefined ? undefined : lt(backups.id, before))
    .orderBy(desc(backups.id))
    .limit(limit);
}

export async function findBackup(db: Sql, id: string): Promise<BackupRow | null> {
  return (await db.select().from(backups).where(eq(backups.id, id)))[0] ?? null;
}

export async function changeBackup(db: Sql, id: string, change: Partial<BackupRow>): Promise<void> {
  await db.update(backups).set(change).where(eq(backups.id, id));
}

export async function markRemoved(db: Sql, target: string, names: string[], at: Date): Promise<void> {
  if (names.length === 0) return;
  await db
    .update(backups)
    .set({ removedAt: at })
    .where(and(eq(backups.target, target), inArray(backups.name, names), isNull(backups.removedAt)));
}
