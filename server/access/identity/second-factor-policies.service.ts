import { builtInRole, builtInRoles, type SecondFactorPolicy } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import { nameOfRole } from '../permissions/entitlements.store.ts';
import { listCustomRoles } from '../permissions/roles.store.ts';
import type { IdentityRules } from './identity-rules.ts';
import {
  asksSecondFactor,
  countEnrolled,
  findSecondFactorPolicy,
  type SecondFactorPolicyRow,
  saveSecondFactorPolicy,
} from './second-factor-policies.store.ts';
import type { Sessions } from './sessions.service.ts';

export interface SecondFactorPoliciesParts {
  platform: Platform;
  audit: Audit;
  sessions: Sessions;
  rules: IdentityRules;
}

/** Of whom a second factor is asked: what the installation sets, and what an organisation asks beyond it. */
export class SecondFactorPolicies {
  readonly #parts: SecondFactorPoliciesParts;

  constructor(parts: SecondFactorPoliciesParts) {
    this.#parts = parts;
  }

  async get(ctx: Context): Promise<SecondFactorPolicy> {
    const { rules, platform } = this.#parts;
    const { sql } = platform.db;
    const { tenantId } = ctx.actor;
    const policy = await findSecondFactorPolicy(sql, tenantId);
    const custom = await listCustomRoles(sql, tenantId);
    const counts = await countEnrolled(sql, tenantId);
    const asked = asksSecondFactor(rules, policy);
    const names = [
      ...builtInRoles.map((role) => ({ role: role as string, name: nameOfRole(role) })),
      ...custom.map(({ id, name }) => ({ role: id, name })),
    ];
    const ofInstallation = names.every(({ role }) => rules.secondFactorRequired(role));
    return {
      everyone: ofInstallation ? 'installation' : policy?.everyone === true ? 'organisation' : null,
      roles: names.map(({ role, name }) => ({
        role,
        name,
        required_by: rules.secondFactorRequired(role) ? 'installation' : asked(role) ? 'organisation' : null,
        ...(counts.get(role) ?? { members: 0, without: 0 }),
      })),
      changed_by: policy?.changedBy ?? null,
      changed_at: policy?.changedAt.toISOString() ?? null,
    };
  }

  /** Takes the place of what the organisation asked before. Throws REAUTHENTICATION_REQUIRED, INVALID_INPUT. */
  async set(ctx: Context, given: { everyone: boolean; roles: string[] }): Promise<SecondFactorPolicy> {
    const { platform, audit, sessions } = this.#parts;
    const { tenantId } = ctx.actor;
    await sessions.requireFresh(ctx.actor);
    await platform.db.transaction(async (tx) => {
      const custom = new Set((await listCustomRoles(tx, tenantId)).map(({ id }) => id));
      const unknown = given.roles.find((role) => builtInRole(role) === null && !custom.has(role));
      if (unknown !== undefined)
        fail('INVALID_INPUT', `Expected built-in roles or ids of custom ones, given ${unknown}.`, {
          field: 'roles',
        });
      const before = await findSecondFactorPolicy(tx, tenantId);
      const row: SecondFactorPolicyRow = {
        tenantId,
        everyone: given.everyone,
        roles: [...new Set(given.roles.map((role) => builtInRole(role) ?? role))].sort(),
        changedBy: ctx.actor.name,
        changedAt: new Date(),
      };
      await saveSecondFactorPolicy(tx, row);
      await audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'second_factor_policy', id: tenantId },
        outcome: 'success',
        before: { everyone: before?.everyone ?? false, roles: before?.roles ?? [] },
        after: { everyone: row.everyone, roles: row.roles },
        details: { everyone: row.everyone, roles: row.roles.join(' ') },
      });
      await sessions.lookAgain(tx, tenantId);
    });
    sessions.forgetTenant(tenantId);
    return this.get(ctx);
  }
}
