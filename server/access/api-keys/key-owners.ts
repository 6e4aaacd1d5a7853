import { definitionOfRole } from '@stroma/contracts';
import { and, eq } from 'drizzle-orm';
import type { Actor } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { users } from '../identity/identity.tables.ts';

/** A person as they are now, without a session; null when there is no such account. */
export async function loadOwner(
  db: Sql,
  { tenantId, ownerId }: { tenantId: string; ownerId: string },
): Promise<Actor | null> {
  const [user] = await db
    .select()
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, ownerId)))
    .limit(1);
  if (user === undefined) return null;
  return {
    id: user.id,
    kind: 'person',
    name: user.name,
    role: user.role,
    tenantId,
    permissions: new Set(definitionOfRole(user.role).permissions),
    mustChangePassword: user.mustChangePassword,
    sessionId: null,
    keyId: null,
    tier: 'free',
    secondFactor: false,
  };
}
