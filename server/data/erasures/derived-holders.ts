import type { ErasurePlan } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { Made } from '../../platform/provenance/provenance-types.ts';

export type DerivedItem = ErasurePlan['derived'][number];

/**
 * A module that holds things worked out from dataset versions: models, reports, charts. What is derived is found
 * through provenance, so what it makes has to be recorded there with the versions it was made from.
 */
export interface DerivedHolder {
  /** In words of the plan and the certificate: `query`, `model`. */
  kind: string;
  /** How ids of its things begin: `qry_`. */
  prefix: string;
  /** What would become of those that are there; the rest is left out. Changes nothing. */
  propose(ctx: Context, made: readonly Made[]): Promise<DerivedItem[]>;
  /**
   * Does it, in the transaction that puts it on record; may be called again for what is done. `mark` leaves it and says
   * with it that rows it was made from were erased, `remove` disposes of it, `rewrite` makes it anew without them.
   */
  treat(tx: Sql, ctx: Context, item: DerivedItem, erasureId: string): Promise<void>;
}
