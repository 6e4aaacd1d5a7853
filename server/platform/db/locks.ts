import { sql } from 'drizzle-orm';
import type { Sql } from './database.ts';

/** Waits for whoever holds this name, and holds it to the end of the transaction. */
export async function lockUntilCommit(tx: Sql, name: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`stroma:${name}`}, 0))`);
}
