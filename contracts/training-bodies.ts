import { z } from 'zod';
import { idOf } from './fields.ts';
import { learningMetrics, problemKinds, splitWays } from './learning-kinds.ts';
import { columnName } from './profiles.ts';

export const modelName = z
  .string()
  .trim()
  .min(1)
  .max(250)
  .describe('Of the model. One of this name gets a further version; else it is made');

export const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(1);

/** What every training names. */
export const learnedFrom = z.strictObject({
  dataset_id: idOf('dataset'),
  version_id: idOf('version').optional().describe('Of the dataset; the present one when left out'),
  target: columnName,
  leave_out: z.array(columnName).max(1000).default([]).describe('Columns that are not to be learned from'),
  problem_type: z.enum(problemKinds).optional().describe('Told by the target when left out'),
  metric: z.enum(learningMetrics).optional(),
  name: modelName.optional(),
  seed,
});

/** How rows are parted, to choose among models and to test the chosen one. */
export const rowSplit = z
  .strictObject({
    by: z.enum(splitWays),
    column: columnName,
    site: z
      .string()
      .max(500)
      .optional()
      .describe('By site: the value of the column whose rows are kept back'),
  })
  .describe(
    'grouped: rows of one value, as of one patient, stand on one side. site: so do they, and one value is kept back. time: the latest rows are kept back, and what is tested is later than what was learned from',
  );
export type RowSplit = z.infer<typeof rowSplit>;

export const startedTraining = z.object({
  job_id: z.string(),
  training_id: z.string().describe('The same: where to watch it'),
});
