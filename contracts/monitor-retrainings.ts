import { z } from 'zod';
import { timestamp } from './fields.ts';
import { learningMetrics } from './learning-kinds.ts';
import { notPromotedReasons, retrainingCauses, retrainingStates } from './monitoring-words.ts';

export const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });

export const monitorRetraining = z.object({
  retraining_id: z.string(),
  monitor_id: z.string(),
  model_id: z.string(),
  cause: z.enum(retrainingCauses),
  rule_id: z.string().nullable(),
  state: z.enum(retrainingStates),
  from_number: z.int().describe('The version whose configuration is trained again'),
  to_number: z.int().nullable().describe('The version that came of it'),
  training_id: z.string(),
  dataset_id: z.string(),
  dataset_version_id: z.string().describe('That it learns from'),
  comparison: z
    .object({
      basis: z
        .enum(['outcomes', 'own_held_out'])
        .describe(
          '`outcomes`: both on the same logged rows whose outcome is known and which neither learned from; `own_held_out`: each on the rows kept back from it, where there are too few of those',
        ),
      metric: z.enum(learningMetrics),
      rows: z.int(),
      left_out: z.int().describe('Rows that one of them learned from'),
      before: estimate,
      after: estimate,
      change: estimate.describe('After less before; of the same rows it is paired'),
      verdict: z.enum(['better', 'unclear', 'worse']),
    })
    .nullable(),
  promotion_id: z.string().nullable(),
  not_promoted_because: z.enum(notPromotedReasons).nullable(),
  message: z.string().describe('How it stands, in English'),
  started_at: timestamp,
  ended_at: timestamp.nullable(),
});
export type MonitorRetrainingRun = z.infer<typeof monitorRetraining>;
