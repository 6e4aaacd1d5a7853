import {
  defaultThreatPolicy,
  type ThreatPolicy,
  type ThreatPolicyState,
  threatKinds,
  threatPolicy,
} from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import type { Places } from './places.ts';
import { findPolicy, savePolicy } from './threats.store.ts';

export interface ThreatPoliciesParts {
  platform: Pick<Platform, 'db'>;
  audit: Audit;
  places: Places;
}

/** What each tenant watches for, and what is then done. */
export class ThreatPolicies {
  readonly #parts: ThreatPoliciesParts;

  constructor(parts: ThreatPoliciesParts) {
    this.#parts = parts;
  }

  async of(tenantId: string): Promise<ThreatPolicy> {
    return (await this.#stored(tenantId)).policy;
  }

  async state(ctx: Context): Promise<ThreatPolicyState> {
    const { policy, changed } = await this.#stored(ctx.actor.tenantId);
    const { precision, builtAt } = this.#parts.places;
    return {
      policy,
      changed_by: changed === null ? null : { id: changed.changedBy, name: changed.changedByName },
      changed_at: changed?.changedAt.toISOString() ?? null,
      places: precision,
      places_built_at: builtAt?.toISOString() ?? null,
    };
  }

  async set(ctx: Context, policy: ThreatPolicy): Promise<ThreatPolicyState> {
    const { tenantId, id, name } = ctx.actor;
    const before = await this.of(tenantId);
    await this.#parts.platform.db.transaction(async (tx) => {
      await savePolicy(tx, { tenantId, policy, changedBy: id, changedByName: name, changedAt: new Date() });
      await this.#parts.audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'threat_policy', id: tenantId },
        outcome: 'success',
        before,
        after: policy,
        details: { changed: changedParts(before, policy).join(' ') },
      });
    });
    return this.state(ctx);
  }

  async #stored(tenantId: string) {
    const { sql } = this.#parts.platform.db;
    const changed = await withinTenant(tenantId, async () => findPolicy(sql, tenantId));
    if (changed === null) return { policy: defaultThreatPolicy, changed };
    // What a later version adds has its default.
    const merged = { ...defaultThreatPolicy, ...changed.policy };
    for (const kind of threatKinds)
      Object.assign(merged, { [kind]: { ...defaultThreatPolicy[kind], ...changed.policy[kind] } });
    return { policy: threatPolicy.parse(merged), changed };
  }
}

const changedParts = (before: ThreatPolicy, after: ThreatPolicy): string[] =>
  (Object.keys(after) as (keyof ThreatPolicy)[]).filter(
    (part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]),
  );
