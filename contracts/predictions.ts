import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { problemKinds } from './learning-kinds.ts';
import { modelCard } from './model-documents.ts';
import { columnName } from './profiles.ts';
import { modelEvaluation } from './training-documents.ts';

const tag = 'Models';
const params = z.object({ id: idOf('model') });
const version = z
  .string()
  .min(1)
  .max(250)
  .optional()
  .describe(
    'A number, an alias, a stage or `latest`; when left out the version in production, and the newest where there is none',
  );
const cell = z.union([z.number(), z.string().max(100_000), z.boolean(), z.null()]);
export const predictionRow = z.record(z.string().max(500), cell);
export type PredictionRow = z.infer<typeof predictionRow>;

export const contribution = z.object({
  column: z.string(),
  value: cell,
  contribution: z.number().describe('On the scale of the explanation'),
  standard_error: z.number().describe('Of the draws; 0 where it is exact'),
});

const explanationMethod = z.enum(['tree_shap', 'sampled_shapley']);

const scale = z
  .enum(['target', 'probability', 'margin'])
  .describe(
    'What is added up: the target, the probability of the class, or the margin it is made of (log odds of boosted trees; of forests the share of trees before it is calibrated)',
  );

export const rowExplanation = z.object({
  kind: z.literal('row'),
  method: explanationMethod,
  scale,
  label: z.string().nullable().describe('Whose probability is explained; null for a number'),
  base: z.number().describe('What the model says on average of rows it was trained on'),
  value: z.number().describe('What it says of this one: base and all contributions together'),
  contributions: z.array(contribution).describe('Largest first'),
});
export type RowExplanation = z.infer<typeof rowExplanation>;

export const prediction = z.object({
  prediction_id: z
    .string()
    .nullable()
    .describe('Under which it is kept, and its outcome can be told; null where it is not kept'),
  prediction: z.union([z.string(), z.number()]),
  confidence: z
    .number()
    .nullable()
    .describe(
      'Probability of the class that is predicted; how often an interval holds the truth; null where unknown',
    ),
  probabilities: z.record(z.string(), z.number()).nullable().describe('Of each class; null for numbers'),
  low: z.number().nullable(),
  high: z.number().nullable(),
  explanation: rowExplanation.nullable(),
  unseen: z
    .array(z.object({ column: z.string(), value: z.string() }))
    .describe('Categories that training did not have: taken as rare or missing'),
  outside: z.array(z.string()).describe('Columns whose number lies outside what training saw'),
  review_id: z
    .string()
    .optional()
    .describe('Under which a person accepts or overrides it; there where `requires_review` is true'),
});
export type Prediction = z.infer<typeof prediction>;

export const predictions = z.object({
  model_id: z.string(),
  model_name: z.string(),
  version_id: z.string(),
  number: z.int(),
  target: z.string(),
  problem_type: z.enum(problemKinds),
  labels: z.array(z.string()),
  requires_review: z
    .boolean()
    .optional()
    .describe(
      'True for a use that the organisation has marked as critical: a person reviews each prediction',
    ),
  what_if: z.boolean().optional().describe('True where it was asked as one: nothing may be decided by it'),
  predictions: z.array(prediction).describe('In the order of the rows'),
});
export type Predictions = z.infer<typeof predictions>;

const globalExplanation = z.object({
  kind: z.literal('global'),
  method: explanationMethod,
  scale,
  label: z.string().nullable(),
  rows: z.int().describe('Explained'),
  base: z.number(),
  columns: z
    .array(
      z.object({
        column: z.string(),
        mean_absolute: z.number().describe('Of the contributions'),
        mean: z.number(),
        points: z
          .array(
            z.object({
              value: cell,
              level: z
                .number()
                .nullable()
                .describe('Where the value stands among the rows, 0 to 1; null where it has no order'),
              contribution: z.number(),
            }),
          )
          .describe('One for each row: what a beeswarm is drawn from'),
      }),
    )
    .describe('Largest first'),
});
export type GlobalExplanation = z.infer<typeof globalExplanation>;

const dependence = z.object({
  kind: z.literal('dependence'),
  column: z.string(),
  label: z.string().nullable(),
  rows: z.int(),
  points: z.array(
    z.object({
      value: z.union([z.number(), z.string()]),
      mean: z.number(),
      low: z.number().describe('A tenth of the rows lies below'),
      high: z.number().describe('A tenth of the rows lies above'),
      share: z.number().describe('Of the rows whose own value is nearest to this one'),
    }),
  ),
  curves: z.array(z.array(z.number())).describe('Of single rows, at the same values; at most 50'),
});
export type Dependence = z.infer<typeof dependence>;

const counterfactuals = z.object({
  kind: z.literal('counterfactual'),
  given: prediction,
  wanted: z.object({
    label: z.string().nullable(),
    at_least: z.number().nullable(),
    at_most: z.number().nullable(),
  }),
  found: z.array(
    z.object({
      changes: z.array(z.object({ column: z.string(), from: cell, to: cell })),
      prediction,
      distance: z.number(),
    }),
  ),
  message: z.string().describe('What was found, in words'),
});
export type Counterfactuals = z.infer<typeof counterfactuals>;

export const modelExplanation = z.discriminatedUnion('kind', [
  globalExplanation,
  rowExplanation,
  dependence,
  counterfactuals,
]);
export type ModelExplanation = z.infer<typeof modelExplanation>;

const method = explanationMethod
  .optional()
  .describe(
    'Exact TreeSHAP where the model is of trees and drawn orders otherwise, when left out; `sampled_shapley` is on the scale of what is said, of any model',
  );
const label = z
  .string()
  .max(1000)
  .optional()
  .describe('The class; the last one, or the predicted one of a row, when left out');

const explainBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('global'), version, label, method }),
  z.strictObject({ kind: z.literal('row'), version, label, method, row: predictionRow }),
  z.strictObject({ kind: z.literal('dependence'), version, label, column: columnName }),
  z.strictObject({
    kind: z.literal('counterfactual'),
    version,
    row: predictionRow,
    label: z.string().max(1000).optional().describe('The class to reach'),
    at_least: z.number().optional(),
    at_most: z.number().optional(),
    fixed: z.array(columnName).max(1000).default([]).describe('Columns that must stay as they are'),
    most: z.int().min(1).max(10).default(3),
  }),
]);

export const predictionLog = z.strictObject({
  enabled: z.boolean(),
  share: z.number().gt(0).max(1).describe('Of the rows that are predicted, drawn by chance'),
});
export type PredictionLog = z.infer<typeof predictionLog>;

export const loggedPrediction = z.object({
  prediction_id: z.string(),
  at: timestamp,
  number: z.int().describe('Of the version'),
  row: predictionRow,
  prediction: z.union([z.string(), z.number()]),
  confidence: z.number().nullable(),
  asked_by: z.string(),
});
export type LoggedPrediction = z.infer<typeof loggedPrediction>;

export const predictionsApi = {
  predict: endpoint({
    id: 'predict',
    method: 'POST',
    path: '/ml/predict',
    tag,
    summary: 'Predict rows with a version of a model',
    description:
      'A row names every column of the signature; null is missing. A column that is not there, or of another kind, is refused by name.',
    permission: 'models:read',
    body: z.strictObject({
      model_id: idOf('model'),
      version,
      rows: z.array(predictionRow).min(1).max(1000),
      explain: z.boolean().default(false).describe('With what each column adds; for at most 20 rows'),
      what_if: z
        .boolean()
        .default(false)
        .describe(
          'A question about rows nobody decides on: it opens no review, is not kept, and is no part of a trial; the answer says so',
        ),
      assignment_key: z
        .string()
        .min(1)
        .max(500)
        .optional()
        .describe(
          'Where two versions are tried against each other: requests of one key are answered by the same one. The request itself when left out',
        ),
    }),
    status: 200,
    response: predictions,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  predictDataset: endpoint({
    id: 'predictDataset',
    method: 'POST',
    path: '/ml/models/:id/predict-dataset',
    tag,
    summary: 'Predict every row of a dataset into a new dataset',
    permission: 'datasets:write',
    params,
    body: z.strictObject({
      version,
      dataset_id: idOf('dataset'),
      name: z.string().trim().min(1).max(250).optional(),
    }),
    status: 202,
    response: z.object({ job_id: z.string() }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  metrics: endpoint({
    id: 'getModelMetrics',
    method: 'GET',
    path: '/ml/models/:id/metrics',
    tag,
    summary: 'How good a version is: scores, curves, importance, what was learned from',
    permission: 'models:read',
    params,
    query: z.object({ version }),
    status: 200,
    response: modelEvaluation,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  explain: endpoint({
    id: 'explainModel',
    method: 'POST',
    path: '/ml/models/:id/explain',
    tag,
    summary: 'What a version goes by: as a whole, by one column, for one row, and what would change it',
    permission: 'models:read',
    params,
    body: explainBody,
    status: 200,
    response: modelExplanation,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  card: endpoint({
    id: 'getModelCardOf',
    method: 'GET',
    path: '/ml/models/:id/card',
    tag,
    summary: 'The card of a version that is named by number, alias or stage',
    permission: 'models:read',
    params,
    query: z.object({ version }),
    status: 200,
    response: modelCard,
    errors: ['NOT_FOUND'],
  }),
  export: endpoint({
    id: 'exportModel',
    method: 'GET',
    path: '/ml/models/:id/export',
    tag,
    summary: 'A version as a file: `stroma` for this platform and its command, `onnx` for any other runtime',
    permission: 'models:read',
    params,
    query: z.object({ version, format: z.enum(['stroma', 'onnx']).default('stroma') }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  log: endpoint({
    id: 'getPredictionLog',
    method: 'GET',
    path: '/ml/models/:id/prediction-log',
    tag,
    summary: 'Whether predictions of a model are kept, and how many of them',
    permission: 'models:read',
    params,
    status: 200,
    response: predictionLog,
    errors: ['NOT_FOUND'],
  }),
  setLog: endpoint({
    id: 'setPredictionLog',
    method: 'PUT',
    path: '/ml/models/:id/prediction-log',
    tag,
    summary: 'Say whether predictions of a model are kept',
    permission: 'models:promote',
    params,
    body: predictionLog,
    status: 200,
    response: predictionLog,
    errors: ['NOT_FOUND'],
  }),
  logged: endpoint({
    id: 'listLoggedPredictions',
    method: 'GET',
    path: '/ml/models/:id/predictions',
    tag,
    summary: 'Predictions that were kept, newest first',
    permission: 'models:promote',
    params,
    query: listQuery.extend({ version }),
    status: 200,
    response: listOf(loggedPrediction),
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
};
