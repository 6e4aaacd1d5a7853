import type { SignableKind } from '../../access/index.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import { findVersions } from './model-versions.store.ts';
import { factsHash } from './version-facts.ts';

export const signedKind = 'model_version';

/** A version of a model as people sign it: its files, its data, its metrics, as they were when it was registered. */
export function signableModel({ platform, access }: ModelParts): SignableKind {
  return {
    kind: signedKind,
    async find(ctx, id) {
      const [found] = await findVersions(platform.db.sql, ctx.actor.tenantId, [id]);
      if (found === undefined) return null;
      const { version, model } = found;
      const owned = { id: model.id, ownerId: model.createdBy };
      const { allowed } = await access.resources.decide(ctx.actor, 'models:read', owned, ctx.purpose);
      if (!allowed) return 'hidden';
      if (version.deletedAt !== null || model.deletedAt !== null) return null;
      return {
        label: `${model.name}, version ${version.number}`,
        content: {
          version_id: version.id,
          model_id: model.id,
          number: version.number,
          source: version.source,
          facts_sha256: factsHash(version.facts),
        },
      };
    },
  };
}
