import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Sql, Stop } from '../../platform/db/database.ts';

const channel = 'stroma_access';
/** Where sessions hear that one of a person’s must be looked at again. */
const sessionsChannel = 'stroma_sessions';

const change = z.object({
  tenant: z.string(),
  /** Absent: anybody of the tenant. */
  user: z.string().optional(),
  /** Absent: anything of the tenant. */
  resource: z.string().optional(),
});
export type AccessChange = z.infer<typeof change>;

/** Tells every process, once the transaction commits, that somebody may do other things than before. */
export async function tellAccessChange(tx: Sql, told: AccessChange): Promise<void> {
  await tx.execute(sql`select pg_notify(${channel}, ${JSON.stringify(told)})`);
  if (told.user !== undefined) await tx.execute(sql`select pg_notify(${sessionsChannel}, ${told.user})`);
}

/** `onChange` gets null when changes may have been missed. */
export function listenForAccessChanges(
  db: Database,
  onChange: (change: AccessChange | null) => void,
): Promise<Stop> {
  return db.listen(
    channel,
    (payload) => onChange(change.parse(JSON.parse(payload))),
    () => onChange(null),
  );
}
