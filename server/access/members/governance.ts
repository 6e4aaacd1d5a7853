import { excessOf, scopeOfRole } from '@stroma/contracts';
import type { Actor, Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import type { Audit } from '../audit/audit.ts';
import { definitionOf, findEntitlement, type MemberEntitlement } from '../permissions/entitlements.store.ts';
import { type Attempt, refuse } from '../permissions/refusals.ts';

/** Throws NOT_FOUND where the tenant has no such member. */
export async function findMember(db: Sql, ctx: Context, id: string): Promise<MemberEntitlement> {
  return (
    (await findEntitlement(db, ctx.actor.tenantId, id)) ?? fail('NOT_FOUND', `There is no member ${id}.`)
  );
}

/** Why an actor may not govern a member; null when they may. */
export function ungovernable(target: MemberEntitlement, giver: Actor): string | null {
  const excess = excessOf(definitionOf(target), giver);
  if (excess !== null) return `Their role is worth more than yours. ${excess}`;
  const { sites } = giver.scope ?? scopeOfRole(giver.role);
  if (sites === null || target.user.id === giver.id) return null;
  const theirs = target.attributes?.sites ?? null;
  return theirs?.every((site) => sites.has(site)) === true ? null : 'They work at sites that are not yours.';
}

/** Throws FORBIDDEN, and puts it on record, where the member is worth more than the one who would govern them. */
export async function requireGovernable(
  audit: Audit,
  ctx: Context,
  attempt: Attempt,
  target: MemberEntitlement,
): Promise<void> {
  const reason = ungovernable(target, ctx.actor);
  if (reason !== null) await refuse(audit, ctx, attempt, reason);
}

/** Throws CONFLICT where somebody changed the member's role since it was looked at. */
export function requireUnchanged(seen: MemberEntitlement, now: MemberEntitlement): void {
  if (seen.user.role !== now.user.role)
    fail('CONFLICT', 'The member was changed by somebody else just now. Look again.');
}
