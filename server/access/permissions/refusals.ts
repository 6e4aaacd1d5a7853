import { type ActorAttributes, excessOf, type RoleDefinition, scopeOfRole } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Audit } from '../audit/audit.ts';

export interface Attempt {
  /** What was tried, in a word: `role.create`. */
  what: string;
  object: { kind: string; id: string } | null;
}

/** Puts the attempt on record, then refuses it. Throws FORBIDDEN. */
export async function refuse(audit: Audit, ctx: Context, attempt: Attempt, reason: string): Promise<never> {
  await audit.append(ctx, {
    action: 'access.refused',
    object: attempt.object,
    outcome: 'refused',
    details: { attempt: attempt.what, reason },
  });
  return fail('FORBIDDEN', `${reason} Nobody gives, changes or takes away what they do not have.`, {
    attempt: attempt.what,
  });
}

/** Throws FORBIDDEN where a role is worth more than the giver. */
export async function requireWithin(
  audit: Audit,
  ctx: Context,
  attempt: Attempt,
  definition: RoleDefinition,
  giver: ActorAttributes = ctx.actor,
): Promise<void> {
  const excess = excessOf(definition, giver);
  if (excess !== null) await refuse(audit, ctx, attempt, excess);
}

/**
 * Throws FORBIDDEN for who is bound to sites or to an end: those whom they let in would be bound to none. (Members
 * that are there already they may change within their own bounds.)
 */
export async function requireUnbound(audit: Audit, ctx: Context, attempt: Attempt): Promise<void> {
  const { sites, until } = ctx.actor.scope ?? scopeOfRole(ctx.actor.role);
  if (sites === null && until === null) return;
  await refuse(audit, ctx, attempt, 'You are bound to sites or to an end yourself; ask somebody who is not.');
}
