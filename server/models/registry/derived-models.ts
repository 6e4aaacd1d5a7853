import type { Data } from '../../data/index.ts';
import type { Database } from '../../platform/db/database.ts';
import { findVersions, updateVersion } from './model-versions.store.ts';

/** What was learned cannot be unlearned: a version trained on erased rows stays, and says so wherever it is told of. */
export function derivedModels(db: Database): Parameters<Data['knowDerived']>[0] {
  return {
    kind: 'model',
    prefix: 'mdv_',
    async propose(ctx, made) {
      const ids = made.map(({ entity_id }) => entity_id).filter((id) => id.startsWith('mdv_'));
      const found = await findVersions(db.sql, ctx.actor.tenantId, ids);
      return found.map(({ version, model }) => ({
        kind: 'model',
        id: version.id,
        label: `${model.name}, version ${version.number}`,
        treatment: 'mark',
        ground: null,
      }));
    },
    async treat(tx, ctx, { id }, erasureId) {
      const [found] = await findVersions(tx, ctx.actor.tenantId, [id]);
      if (found === undefined || found.version.erasures.includes(erasureId)) return;
      await updateVersion(tx, ctx, id, { erasures: [...found.version.erasures, erasureId] });
    },
  };
}
