import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import { findDataset } from '../datasets/datasets.store.ts';
import type { Joins } from './joins.service.ts';

export const joinsKind = 'data.find-joins';

export interface JoinsInput {
  dataset_id: string;
  name: string;
}

/** Compares a new version with the other datasets, so that its profile can say what it joins with. */
export function joinsJob(platform: Platform, joins: Joins): JobDefinition<JoinsInput> {
  return {
    kind: joinsKind,
    title: (input) => `Comparing ${input.name} with the other datasets`,
    timeoutSeconds: 1800,
    retries: 1,
    concurrency: 1,
    async run(input, ctx, job) {
      const found = await findDataset(platform.db.sql, ctx, input.dataset_id);
      if (!found) return { result: { compared: 0 } };
      const compared = await joins.findAll(ctx, found, (fraction) => job.progress(fraction, 'comparing'));
      return { result: { dataset_id: input.dataset_id, compared } };
    },
  };
}
