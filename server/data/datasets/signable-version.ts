import type { SignableKind } from '../../access/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { findEvenDeletedVersions } from './hidden-datasets.store.ts';
import type { HiddenDatasets } from './hidden-datasets.ts';

/** A version of a dataset as people sign it: its bytes, the file they came of, and the decisions in between. */
export function signableVersion({ db }: Platform, hidden: HiddenDatasets): SignableKind {
  return {
    kind: 'dataset_version',
    async find(ctx, id) {
      const [found] = await findEvenDeletedVersions(db.sql, ctx.actor.tenantId, [id]);
      if (found === undefined) return null;
      const { dataset, version } = found;
      if (!(await hidden.mayRead(ctx, dataset))) return 'hidden';
      if (dataset.deletedAt !== null) return null;
      return {
        label: `${dataset.name}, version ${version.number}`,
        content: {
          version_id: version.id,
          dataset_id: dataset.id,
          number: version.number,
          content_sha256: version.contentSha256,
          source_sha256: version.sourceSha256,
          decisions_sha256: version.identity,
        },
      };
    },
  };
}
