import { resolve } from 'node:path';
import { StromaError } from '@stroma/kernel';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { rowsOf, type Sql } from './database.ts';
import { prepareTenantRole } from './tenant-role.ts';

export const migrationsFolder = resolve(import.meta.dirname, '../../drizzle');

/**
 * Applies what is missing, each step once and all in one transaction, under a lock: two processes that start
 * together do not both do it. Throws NOT_READY when the store was made by a version this one cannot continue.
 */
export async function migrate(db: Sql): Promise<void> {
  const migrations = readMigrationFiles({ migrationsFolder });
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('stroma:migrations', 0))`);
    await prepareTenantRole(tx);
    await tx.execute(sql`create table if not exists stroma_migrations (
      position integer primary key, hash text not null, applied_at timestamptz not null default now())`);
    const applied = rowsOf<{ position: number; hash: string }>(
      await tx.execute(sql`select position, hash from stroma_migrations order by position`),
    );
    for (const [position, migration] of migrations.entries()) {
      const before = applied.find((row) => row.position === position);
      if (before !== undefined) {
        if (before.hash !== migration.hash) throw foreignStore(position);
        continue;
      }
      for (const statement of migration.sql) await tx.execute(sql.raw(statement));
      await tx.execute(
        sql`insert into stroma_migrations (position, hash) values (${position}, ${migration.hash})`,
      );
    }
    if (applied.length > migrations.length) throw foreignStore(migrations.length);
  });
}

function foreignStore(position: number): StromaError {
  return new StromaError(
    'NOT_READY',
    `The store was made by another version of Stroma (step ${position} differs). Use that version, or an empty data folder (STROMA_DATA) or database (DATABASE_URL).`,
    { position },
  );
}
