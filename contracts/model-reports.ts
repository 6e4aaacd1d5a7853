import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery } from './fields.ts';
import { modelDrift, modelFairness, modelReportSummary } from './model-report-documents.ts';
import { columnName } from './profiles.ts';

const tag = 'Models';
const params = z.object({
  id: idOf('model'),
  number: z.coerce.number().int().min(1).max(1_000_000),
});
const about = {
  dataset_id: idOf('dataset'),
  version_id: idOf('version').optional().describe('Of the dataset; the present one when left out'),
};
const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(1);

export const modelReportsApi = {
  list: endpoint({
    id: 'listModelReports',
    method: 'GET',
    path: '/ml/models/:id/reports',
    tag,
    summary: 'Reports on the versions of a model, newest first: which there are, not what they tell',
    permission: 'models:read',
    params: params.omit({ number: true }),
    query: listQuery.extend({ kind: z.enum(['fairness', 'drift']).optional() }),
    status: 200,
    response: listOf(modelReportSummary),
    errors: ['NOT_FOUND'],
  }),
  requestFairness: endpoint({
    id: 'requestModelFairness',
    method: 'POST',
    path: '/ml/models/:id/versions/:number/fairness',
    tag,
    summary: 'Tell how a version serves groups of a dataset it has not learned from',
    permission: 'models:write',
    params,
    body: z.strictObject({
      ...about,
      protected: z
        .array(columnName)
        .min(1)
        .max(5)
        .describe('Columns whose groups are compared; the version need not know them'),
      positive: z
        .string()
        .max(1000)
        .optional()
        .describe('The class that is selected for; the second of two when left out'),
      threshold: z.number().min(0).max(1).optional(),
      cuts: z
        .record(columnName, z.array(z.number()).min(1).max(20))
        .default({})
        .describe('Of numbers: where groups begin; quartiles when left out'),
      smallest: z.int().min(5).max(100_000).default(30).describe('Smaller groups are told, not compared'),
      seed,
    }),
    status: 202,
    response: z.object({ job_id: z.string() }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  fairness: endpoint({
    id: 'getModelFairness',
    method: 'GET',
    path: '/ml/models/:id/versions/:number/fairness',
    tag,
    summary: 'The newest report on how a version serves groups',
    permission: 'models:read',
    params,
    status: 200,
    response: modelFairness,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  requestDrift: endpoint({
    id: 'requestModelDrift',
    method: 'POST',
    path: '/ml/models/:id/versions/:number/drift',
    tag,
    summary: 'Tell how a dataset differs from the one a version learned from',
    permission: 'models:write',
    params,
    body: z.strictObject({ ...about, seed }),
    status: 202,
    response: z.object({ job_id: z.string() }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  drift: endpoint({
    id: 'getModelDrift',
    method: 'GET',
    path: '/ml/models/:id/versions/:number/drift',
    tag,
    summary: 'The newest report on drift from what a version learned from',
    permission: 'models:read',
    params,
    status: 200,
    response: modelDrift,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
};
