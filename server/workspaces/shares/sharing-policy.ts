import type { SharingPolicy, Tile } from '@stroma/contracts';
import type { Access, Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { findPolicy, setPolicy } from './shares.store.ts';

const untouched: SharingPolicy = {
  links: true,
  health_data: false,
  password_required: false,
  most_days: null,
  outside_mail: false,
};

/** Datasets the tiles of a board are drawn from. */
export function datasetsOf(tiles: readonly Pick<Tile, 'query'>[]): string[] {
  const ids = tiles.flatMap(({ query }) =>
    query === null ? [] : query.kind === 'built' ? [query.dataset_id] : query.dataset_ids,
  );
  return [...new Set(ids)];
}

/** What an organisation lets out of its dashboards. */
export class SharingPolicies {
  readonly #db: Platform['db'];
  readonly #audit: Audit;
  readonly #resources: Access['resources'];

  constructor({ db }: Pick<Platform, 'db'>, { audit, resources }: Pick<Access, 'audit' | 'resources'>) {
    this.#db = db;
    this.#audit = audit;
    this.#resources = resources;
  }

  async of(tenantId: string): Promise<SharingPolicy> {
    return (await findPolicy(this.#db.sql, tenantId)) ?? untouched;
  }

  async set(ctx: Context, policy: SharingPolicy): Promise<SharingPolicy> {
    const { tenantId } = ctx.actor;
    await this.#db.transaction(async (tx) => {
      const before = (await findPolicy(tx, tenantId)) ?? untouched;
      await setPolicy(tx, tenantId, policy);
      await this.#audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'sharing_policy', id: tenantId },
        outcome: 'success',
        before,
        after: policy,
        details: { ...policy },
      });
    });
    return policy;
  }

  /** Throws FORBIDDEN where a board shows health data and the organisation does not let that out. */
  async requireMayLeave(
    tenantId: string,
    policy: SharingPolicy,
    tiles: readonly Pick<Tile, 'query'>[],
  ): Promise<void> {
    if (policy.health_data) return;
    for (const id of datasetsOf(tiles)) {
      const found = await this.#resources.find(tenantId, id);
      if (found?.sensitivity === 'phi')
        fail(
          'FORBIDDEN',
          'This dashboard shows health data, which does not leave the organisation by link or mail. Whoever sets its policies can allow it.',
          { reason: 'sensitivity' },
        );
    }
  }
}
