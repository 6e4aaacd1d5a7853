import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, sha256, timestamp } from './fields.ts';
import { runStatuses } from './model-stages.ts';

/** JSON has no word for these numbers, so they are written as text. */
export const metricNumber = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);
export type MetricNumber = z.infer<typeof metricNumber>;

export const loggedKey = z
  .string()
  .min(1)
  .max(250)
  .refine((text) => text.trim() === text, 'expected no blanks around it');
const tagMap = z.record(loggedKey, z.string().max(8000));
const person = z.object({ user_id: z.string(), name: z.string().nullable() });

export const experiment = z.object({
  experiment_id: z.string(),
  name: z.string(),
  description: z.string(),
  tags: z.record(z.string(), z.string()),
  run_count: z.int().describe('Runs that are not deleted'),
  created_by: person,
  created_at: timestamp,
  updated_at: timestamp,
  deleted_at: timestamp.nullable(),
});
export type Experiment = z.infer<typeof experiment>;

export const runInput = z.object({
  name: z.string(),
  digest: z.string(),
  source_type: z.string(),
  source: z.string(),
  context: z.string().nullable().describe('training, evaluation, ...'),
  dataset_version_id: z
    .string()
    .nullable()
    .describe('Null for data of elsewhere and for what you may not see'),
  dataset_id: z.string().nullable(),
  content_sha256: sha256.nullable().describe('Of the dataset version, when the run named it'),
});
export type RunInput = z.infer<typeof runInput>;

export const metricPoint = z.object({ step: z.int(), at: timestamp, value: metricNumber });
export type MetricPoint = z.infer<typeof metricPoint>;

export const run = z.object({
  run_id: z.string(),
  experiment_id: z.string(),
  name: z.string(),
  status: z.enum(runStatuses),
  started_at: timestamp,
  ended_at: timestamp.nullable(),
  created_by: person,
  code_version: z.string().nullable().describe('Of the tag mlflow.source.git.commit'),
  data_sha256: sha256.nullable().describe('One hash over the content of every dataset version it read'),
  inputs: z.array(runInput),
  params: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), metricPoint).describe('The last value of each'),
  tags: z.record(z.string(), z.string()),
  deleted_at: timestamp.nullable(),
});
export type Run = z.infer<typeof run>;

export const runArtifact = z.object({
  path: z.string(),
  bytes: z.number(),
  sha256,
  created_by: z.string(),
  created_at: timestamp,
});
export type RunArtifact = z.infer<typeof runArtifact>;

export const runComparison = z.object({
  runs: z.array(run),
  params: z.array(
    z.object({ key: z.string(), values: z.array(z.string().nullable()), differs: z.boolean() }),
  ),
  metrics: z.array(
    z.object({
      key: z.string(),
      values: z.array(metricNumber.nullable()),
      differs: z.boolean(),
      highest: z
        .string()
        .nullable()
        .describe('The run with the highest value; null where there is no number'),
      lowest: z.string().nullable(),
    }),
  ),
  same_data: z.boolean().nullable().describe('Null where a run does not say which data it read'),
  same_code: z.boolean().nullable(),
});
export type RunComparison = z.infer<typeof runComparison>;

const experimentParams = z.object({ id: idOf('experiment') });
const runParams = z.object({ id: idOf('run') });
const tag = 'Models';
const path = z.string().min(1).max(1000);

export const experimentsApi = {
  list: endpoint({
    id: 'listExperiments',
    method: 'GET',
    path: '/ml/experiments',
    tag,
    summary: 'Experiments, the last changed first',
    permission: 'models:read',
    query: listQuery.extend({
      search: z.string().trim().max(200).optional(),
      deleted: z.enum(['true', 'false']).default('false'),
    }),
    status: 200,
    response: listOf(experiment),
  }),
  create: endpoint({
    id: 'createExperiment',
    method: 'POST',
    path: '/ml/experiments',
    tag,
    summary: 'Make an experiment',
    permission: 'models:write',
    body: z.strictObject({
      name: z.string().trim().min(1).max(500),
      description: z.string().max(5000).default(''),
      tags: tagMap.default({}),
    }),
    status: 201,
    response: experiment,
    errors: ['CONFLICT'],
  }),
  get: endpoint({
    id: 'getExperiment',
    method: 'GET',
    path: '/ml/experiments/:id',
    tag,
    summary: 'One experiment, deleted or not',
    permission: 'models:read',
    params: experimentParams,
    status: 200,
    response: experiment,
    errors: ['NOT_FOUND'],
  }),
  update: endpoint({
    id: 'updateExperiment',
    method: 'PATCH',
    path: '/ml/experiments/:id',
    tag,
    summary: 'Rename, describe or tag an experiment',
    permission: 'models:write',
    params: experimentParams,
    body: z.strictObject({
      name: z.string().trim().min(1).max(500).optional(),
      description: z.string().max(5000).optional(),
      tags: z.record(loggedKey, z.string().max(8000).nullable()).optional().describe('Null takes one away'),
    }),
    status: 200,
    response: experiment,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  remove: endpoint({
    id: 'deleteExperiment',
    method: 'DELETE',
    path: '/ml/experiments/:id',
    tag,
    summary: 'Delete an experiment with its runs; both can be restored',
    permission: 'models:write',
    params: experimentParams,
    status: 204,
    errors: ['NOT_FOUND'],
  }),
  restore: endpoint({
    id: 'restoreExperiment',
    method: 'POST',
    path: '/ml/experiments/:id/restore',
    tag,
    summary: 'Undo a deletion',
    permission: 'models:write',
    params: experimentParams,
    status: 200,
    response: experiment,
    errors: ['NOT_FOUND'],
  }),
  runs: endpoint({
    id: 'listRuns',
    method: 'GET',
    path: '/ml/runs',
    tag,
    summary: 'Runs of an experiment, or of all',
    description:
      "Takes the filter language of MLflow: `metrics.auc > 0.8 AND params.depth = '6' AND tags.team LIKE 'gen%' AND status = 'FINISHED'`.",
    permission: 'models:read',
    query: listQuery.extend({
      experiment_id: idOf('experiment').optional(),
      filter: z.string().max(4000).default(''),
      order_by: z.string().max(300).optional().describe('`metrics.auc DESC`; without it the newest first'),
      deleted: z.enum(['true', 'false']).default('false'),
    }),
    status: 200,
    response: listOf(run),
    errors: ['NOT_FOUND'],
  }),
  createRun: endpoint({
    id: 'createRun',
    method: 'POST',
    path: '/ml/runs',
    tag,
    summary: 'Begin a run',
    permission: 'models:write',
    body: z.strictObject({
      experiment_id: idOf('experiment'),
      name: z.string().trim().min(1).max(500).optional(),
      started_at: timestamp.optional(),
      code_version: z.string().trim().min(1).max(200).optional(),
      tags: tagMap.default({}),
      dataset_version_ids: z.array(idOf('version')).max(50).default([]),
    }),
    status: 201,
    response: run,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  getRun: endpoint({
    id: 'getRun',
    method: 'GET',
    path: '/ml/runs/:id',
    tag,
    summary: 'One run with the last value of each metric',
    permission: 'models:read',
    params: runParams,
    status: 200,
    response: run,
    errors: ['NOT_FOUND'],
  }),
  updateRun: endpoint({
    id: 'updateRun',
    method: 'PATCH',
    path: '/ml/runs/:id',
    tag,
    summary: 'Rename a run, or say how it stands',
    permission: 'models:write',
    params: runParams,
    body: z.strictObject({
      name: z.string().trim().min(1).max(500).optional(),
      status: z.enum(runStatuses).optional(),
      ended_at: timestamp.optional(),
    }),
    status: 200,
    response: run,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  log: endpoint({
    id: 'logToRun',
    method: 'POST',
    path: '/ml/runs/:id/log',
    tag,
    summary: 'Add parameters, metrics, tags and the data that was read',
    description:
      'A parameter has one value for good. Points of metrics that were sent before are not added twice.',
    permission: 'models:write',
    params: runParams,
    body: z.strictObject({
      params: z.record(loggedKey, z.string().max(6000)).default({}),
      metrics: z
        .array(
          z.strictObject({
            key: loggedKey,
            value: metricNumber,
            step: z.int().default(0),
            at: timestamp.optional(),
          }),
        )
        .max(1000)
        .default([]),
      tags: z.record(loggedKey, z.string().max(8000).nullable()).default({}),
      dataset_version_ids: z.array(idOf('version')).max(50).default([]),
    }),
    status: 200,
    response: run,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  removeRun: endpoint({
    id: 'deleteRun',
    method: 'DELETE',
    path: '/ml/runs/:id',
    tag,
    summary: 'Delete a run; it can be restored',
    permission: 'models:write',
    params: runParams,
    status: 204,
    errors: ['NOT_FOUND'],
  }),
  restoreRun: endpoint({
    id: 'restoreRun',
    method: 'POST',
    path: '/ml/runs/:id/restore',
    tag,
    summary: 'Undo a deletion',
    permission: 'models:write',
    params: runParams,
    status: 200,
    response: run,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  metricHistory: endpoint({
    id: 'getMetricHistory',
    method: 'GET',
    path: '/ml/runs/:id/metrics',
    tag,
    summary: 'Every point of one metric, in the order of steps',
    permission: 'models:read',
    params: runParams,
    query: listQuery.extend({ key: loggedKey }),
    status: 200,
    response: listOf(metricPoint),
    errors: ['NOT_FOUND'],
  }),
  compare: endpoint({
    id: 'compareRuns',
    method: 'POST',
    path: '/ml/runs/compare',
    tag,
    summary: 'Runs side by side: what differs, and which is best at what',
    permission: 'models:read',
    body: z.strictObject({ run_ids: z.array(idOf('run')).min(2).max(20) }),
    status: 200,
    response: runComparison,
    errors: ['NOT_FOUND'],
  }),
  artifacts: endpoint({
    id: 'listRunArtifacts',
    method: 'GET',
    path: '/ml/runs/:id/artifacts',
    tag,
    summary: 'Files of a run, by path',
    permission: 'models:read',
    params: runParams,
    query: listQuery.extend({ under: path.optional().describe('A folder') }),
    status: 200,
    response: listOf(runArtifact),
    errors: ['NOT_FOUND'],
  }),
  storeArtifact: endpoint({
    id: 'storeRunArtifact',
    method: 'PUT',
    path: '/ml/runs/:id/artifact',
    tag,
    summary: 'Keep a file with a run; one of the same path is replaced',
    permission: 'models:write',
    params: runParams,
    query: z.object({ path }),
    consumes: ['application/octet-stream'],
    status: 200,
    response: runArtifact,
    errors: ['NOT_FOUND', 'CONFLICT', 'PAYLOAD_TOO_LARGE'],
  }),
  artifact: endpoint({
    id: 'downloadRunArtifact',
    method: 'GET',
    path: '/ml/runs/:id/artifact',
    tag,
    summary: 'One file of a run',
    permission: 'models:read',
    params: runParams,
    query: z.object({ path }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND'],
  }),
};
