import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, timestamp } from './fields.ts';
import { columnName } from './profiles.ts';

const tag = 'Models';

const outcomeInput = z.strictObject({
  prediction_id: idOf('prediction'),
  observed: z
    .union([z.number(), z.string().max(1000), z.boolean()])
    .describe('What was so: one of the classes of the version, or a number where it predicts numbers'),
  observed_at: timestamp.optional().describe('When it was so, or became known; now when left out'),
});
export type OutcomeInput = z.infer<typeof outcomeInput>;

export const refusedOutcome = z.object({
  at: z.int().describe('Its place in the batch, from 0'),
  prediction_id: z.string(),
  reason: z
    .enum(['unknown', 'forbidden', 'unfit', 'differs', 'twice'])
    .describe(
      '`unknown`: no such prediction is kept; `forbidden`: you are not shown what its model learned from; `unfit`: no value the version can predict; `differs`: another value was recorded; `twice`: the batch names it more than once',
    ),
  message: z.string(),
});
export type RefusedOutcome = z.infer<typeof refusedOutcome>;

export const recordedOutcomes = z.object({
  recorded: z.int().describe('That were not known before'),
  unchanged: z.int().describe('That were known with the same value'),
  corrected: z.int(),
  refused: z.array(refusedOutcome).describe('Empty unless `partial`'),
});
export type RecordedOutcomes = z.infer<typeof recordedOutcomes>;

export const modelOutcomesApi = {
  record: endpoint({
    id: 'recordOutcomes',
    method: 'POST',
    path: '/ml/outcomes',
    tag,
    summary: 'Say what was so of predictions that were kept',
    description:
      'All of the batch or none of it, unless `partial`. Sent again it changes nothing. An outcome goes with its prediction when that one’s time is over.',
    permission: 'models:write',
    body: z.strictObject({
      outcomes: z.array(outcomeInput).min(1).max(1000),
      correct: z.boolean().default(false).describe('Replace values that were recorded before'),
      partial: z.boolean().default(false).describe('Record what fits and tell what was refused'),
    }),
    status: 200,
    response: recordedOutcomes,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  fromDataset: endpoint({
    id: 'recordOutcomesOfDataset',
    method: 'POST',
    path: '/ml/models/:id/outcomes/from-dataset',
    tag,
    summary: 'Join the outcomes of a dataset to the predictions that were kept, by a key',
    description:
      'Logged rows keep every column they were sent with, also those the model does not know: one of them is the key.',
    permission: 'models:write',
    params: z.object({ id: idOf('model') }),
    body: z.strictObject({
      dataset_id: idOf('dataset'),
      version_id: idOf('version').optional().describe('Of the dataset; the present one when left out'),
      key: columnName.describe('The column of the dataset that names a row'),
      row_key: columnName.optional().describe('What the same is called in the rows that were sent'),
      observed: columnName.describe('The column that holds what was so'),
      observed_at: columnName.optional().describe('The column that says when; a date or a timestamp'),
      correct: z.boolean().default(false),
    }),
    status: 202,
    response: z.object({ job_id: z.string() }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
};
