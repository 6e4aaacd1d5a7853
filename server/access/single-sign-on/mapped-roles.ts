import { builtInRole, definitionOfRole, type RoleDefinition, type RoleMapping } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import type { Audit } from '../audit/audit.ts';
import { type Attempt, requireWithin } from '../permissions/refusals.ts';
import { findCustomRole } from '../permissions/roles.store.ts';

/** The role of the first line whose group is among these; null when none is. */
export function mappedRole(mapping: RoleMapping, groups: readonly string[] | null): string | null {
  return mapping.find(({ group }) => groups?.includes(group))?.role ?? null;
}

/** What a role is worth; null for one that does not exist in the tenant. */
export async function findRole(db: Sql, tenantId: string, role: string): Promise<RoleDefinition | null> {
  if (builtInRole(role) !== null) return definitionOfRole(role);
  return findCustomRole(db, tenantId, role);
}

/**
 * A mapping gives roles, so whoever writes it may name only roles they could give by hand. Throws INVALID_INPUT for
 * a role that does not exist, FORBIDDEN for one that is worth more than the giver.
 */
export async function requireGiveable(
  audit: Audit,
  db: Sql,
  ctx: Context,
  attempt: Attempt,
  roles: readonly (string | null)[],
): Promise<void> {
  for (const role of new Set(roles)) {
    if (role === null) continue;
    const definition = await findRole(db, ctx.actor.tenantId, role);
    if (definition === null)
      fail('INVALID_INPUT', `There is no role "${role}". Choose one of Admin > Roles.`, { role });
    await requireWithin(audit, ctx, attempt, definition);
  }
}
