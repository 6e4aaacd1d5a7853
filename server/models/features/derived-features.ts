import type { Data } from '../../data/index.ts';
import type { Database } from '../../platform/db/database.ts';
import { deleteOnline, findMaterialisations } from './feature-views.store.ts';

/**
 * Values that were looked up online and came of erased rows go with all of their view: they come again, without those
 * rows, when it is materialised next, which its schedule does since its inputs have new versions.
 */
export function derivedFeatures(db: Database): Parameters<Data['knowDerived']>[0] {
  return {
    kind: 'feature_values',
    prefix: 'ftm_',
    async propose(ctx, made) {
      const ids = made.map(({ entity_id }) => entity_id).filter((id) => id.startsWith('ftm_'));
      const found = await findMaterialisations(db.sql, ctx.actor.tenantId, ids);
      return found.map(({ row, name }) => ({
        kind: 'feature_values',
        id: row.id,
        label: `${name}, values of ${row.endedAt.toISOString().slice(0, 10)}`,
        treatment: 'remove',
        ground: null,
      }));
    },
    async treat(tx, ctx, { id }) {
      const { tenantId } = ctx.actor;
      const [found] = await findMaterialisations(tx, tenantId, [id]);
      if (found !== undefined) await deleteOnline(tx, tenantId, found.row.viewId);
    },
  };
}
