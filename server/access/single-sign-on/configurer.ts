import { type ActorAttributes, excessOf, type RoleDefinition, scopeOfDefinition } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { Audit } from '../audit/audit.ts';
import { definitionOf, findEntitlement } from '../permissions/entitlements.store.ts';
import { type Attempt, requireUnbound, requireWithin } from '../permissions/refusals.ts';
import { findRole } from './mapped-roles.ts';

/**
 * A connection or a directory speaks for whoever set it up: who is behind it can say who somebody is. So it reaches no
 * account and gives no role that its configurer's role could not have given by hand.
 */
export interface Configured {
  tenantId: string;
  /** Role of who made or changed it last. */
  configuredRole: string;
}

/** Why a role of this worth is beyond the configurer; null when it is not. A role that is gone could give nothing. */
export async function excessOverConfigurer(
  db: Sql,
  { tenantId, configuredRole }: Configured,
  definition: RoleDefinition,
): Promise<string | null> {
  const worth = await findRole(db, tenantId, configuredRole);
  if (worth === null) return 'The role of who set it up is gone.';
  const giver: ActorAttributes = {
    id: '',
    tenantId,
    role: configuredRole,
    permissions: new Set(worth.permissions),
    scope: scopeOfDefinition(worth),
  };
  return excessOf(definition, giver) === null ? null : 'Its role is worth more than that of who set it up.';
}

/** The same for an account that is here. */
export async function accountBeyondConfigurer(
  db: Sql,
  configured: Configured,
  userId: string,
): Promise<string | null> {
  const found = await findEntitlement(db, configured.tenantId, userId);
  return found === null ? null : excessOverConfigurer(db, configured, definitionOf(found));
}

/** Throws FORBIDDEN, on record, for who may not set up or change what reaches so far. */
export async function requireConfigurer(
  audit: Audit,
  db: Sql,
  ctx: Context,
  attempt: Attempt,
  present: Configured | null,
): Promise<void> {
  await requireUnbound(audit, ctx, attempt);
  const worth = present === null ? null : await findRole(db, present.tenantId, present.configuredRole);
  if (worth !== null) await requireWithin(audit, ctx, attempt, worth);
}
