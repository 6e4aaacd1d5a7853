import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf } from './fields.ts';
import {
  filter,
  id,
  key,
  lines,
  metric,
  mlflowArtifactsPath,
  mlflowPath,
  moment,
  name,
  page,
  pair,
  pairs,
  read,
  runId,
  send,
  shared,
  text,
  viewType,
  whole,
} from './mlflow-messages.ts';
import { mlflowRegistryApi } from './mlflow-registry.ts';

export { mlflowPath };

const experimentId = z.object({ experiment_id: id('experiment') });
const runKey = z.object({ ...runId, key });
const loggedModel = z.object({ model_id: idOf('loggedModel') });
const searchExperiments = z.object({ ...page, filter, order_by: lines, view_type: viewType });

export const mlflowApi = {
  ...mlflowRegistryApi,

  createExperiment: send(
    'POST',
    'mlflowCreateExperiment',
    'experiments/create',
    'Make an experiment',
    z.object({ name, artifact_location: text(2000).optional(), tags: pairs.default([]) }),
  ),
  searchExperiments: send(
    'POST',
    'mlflowSearchExperiments',
    'experiments/search',
    'Find experiments',
    searchExperiments,
    'models:read',
  ),
  listExperiments: read('mlflowListExperiments', 'experiments/search', 'Find experiments', searchExperiments),
  getExperiment: read('mlflowGetExperiment', 'experiments/get', 'One experiment', experimentId),
  getExperimentByName: read(
    'mlflowGetExperimentByName',
    'experiments/get-by-name',
    'One experiment',
    z.object({ experiment_name: name }),
  ),
  updateExperiment: send(
    'POST',
    'mlflowUpdateExperiment',
    'experiments/update',
    'Rename an experiment',
    experimentId.extend({ new_name: name }),
  ),
  deleteExperiment: send(
    'POST',
    'mlflowDeleteExperiment',
    'experiments/delete',
    'Delete an experiment',
    experimentId,
  ),
  restoreExperiment: send(
    'POST',
    'mlflowRestoreExperiment',
    'experiments/restore',
    'Bring an experiment back',
    experimentId,
  ),
  setExperimentTag: send(
    'POST',
    'mlflowSetExperimentTag',
    'experiments/set-experiment-tag',
    'Tag an experiment',
    experimentId.extend(pair.shape),
  ),
  deleteExperimentTag: send(
    'POST',
    'mlflowDeleteExperimentTag',
    'experiments/delete-experiment-tag',
    'Take a tag away',
    experimentId.extend({ key }),
  ),

  createRun: send(
    'POST',
    'mlflowCreateRun',
    'runs/create',
    'Begin a run',
    z.object({
      experiment_id: id('experiment').default('0'),
      user_id: text(200).optional(),
      run_name: text(500).optional(),
      start_time: moment.optional(),
      tags: pairs.default([]),
    }),
  ),
  getRun: read('mlflowGetRun', 'runs/get', 'One run', z.object(runId)),
  updateRun: send(
    'POST',
    'mlflowUpdateRun',
    'runs/update',
    'Say how a run stands',
    z.object({
      ...runId,
      status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']).optional(),
      end_time: moment.optional(),
      run_name: text(500).optional(),
    }),
  ),
  deleteRun: send('POST', 'mlflowDeleteRun', 'runs/delete', 'Delete a run', z.object(runId)),
  restoreRun: send('POST', 'mlflowRestoreRun', 'runs/restore', 'Bring a run back', z.object(runId)),
  searchRuns: send(
    'POST',
    'mlflowSearchRuns',
    'runs/search',
    'Find runs',
    z.object({
      ...page,
      experiment_ids: z.array(id('experiment')).max(500).default([]),
      filter,
      run_view_type: viewType,
      order_by: lines,
    }),
    'models:read',
  ),
  logMetric: send(
    'POST',
    'mlflowLogMetric',
    'runs/log-metric',
    'Add a point of a metric',
    metric.extend(runId),
  ),
  logParameter: send(
    'POST',
    'mlflowLogParameter',
    'runs/log-parameter',
    'Add a parameter',
    z.object({ ...runId, key, value: text(6000).default('') }),
  ),
  logBatch: send(
    'POST',
    'mlflowLogBatch',
    'runs/log-batch',
    'Add metrics, parameters and tags',
    z.object({
      ...runId,
      metrics: z.array(metric).max(1000).default([]),
      params: z
        .array(z.object({ key, value: text(6000).default('') }))
        .max(1000)
        .default([]),
      tags: pairs.default([]),
    }),
  ),
  setTag: send(
    'POST',
    'mlflowSetTag',
    'runs/set-tag',
    'Tag a run',
    runKey.extend({ value: pair.shape.value }),
  ),
  deleteTag: send('POST', 'mlflowDeleteTag', 'runs/delete-tag', 'Take a tag away', runKey),
  logModel: send(
    'POST',
    'mlflowLogModel',
    'runs/log-model',
    'Say that a model lies among the files of a run',
    z.object({ ...runId, model_json: text(200_000) }),
  ),
  logInputs: send(
    'POST',
    'mlflowLogInputs',
    'runs/log-inputs',
    'Say which data a run reads',
    z.object({
      ...runId,
      datasets: z
        .array(
          z.object({
            tags: pairs.default([]),
            dataset: z.object({
              name: text(500).min(1),
              digest: text(64).min(1),
              source_type: text(200).default(''),
              source: text(100_000).default(''),
              schema: text(900_000).nullish(),
              profile: text(900_000).nullish(),
            }),
          }),
        )
        .max(100)
        .default([]),
    }),
  ),
  metricHistory: read(
    'mlflowGetMetricHistory',
    'metrics/get-history',
    'Every point of a metric',
    z.object({ ...runId, metric_key: key, ...page }),
  ),
  listArtifacts: read(
    'mlflowListArtifacts',
    'artifacts/list',
    'Files of a run',
    z.object({ ...runId, path: text(1000).optional(), page_token: text(200).optional() }),
  ),

  logOutputs: send(
    'POST',
    'mlflowLogOutputs',
    'runs/outputs',
    'Say which models a run made',
    z.object({
      ...runId,
      models: z
        .array(z.object({ model_id: text(100), step: whole.optional() }))
        .max(100)
        .default([]),
    }),
  ),
  createLoggedModel: send(
    'POST',
    'mlflowCreateLoggedModel',
    'logged-models',
    'Begin to keep a model with a run',
    z.object({
      experiment_id: id('experiment').default('0'),
      name: text(500).default(''),
      model_type: text(500).default(''),
      source_run_id: text(64).default(''),
      params: pairs.default([]),
      tags: pairs.default([]),
    }),
  ),
  searchLoggedModels: send(
    'POST',
    'mlflowSearchLoggedModels',
    'logged-models/search',
    'Find models that were kept with runs',
    z.object({
      ...page,
      experiment_ids: z.array(id('experiment')).max(500).default([]),
      filter,
      order_by: z
        .array(z.object({ field_name: text(300), ascending: z.boolean().default(true) }))
        .max(10)
        .default([]),
    }),
    'models:read',
  ),
  getLoggedModel: endpoint({
    ...shared,
    id: 'mlflowGetLoggedModel',
    method: 'GET',
    path: `${mlflowPath}/logged-models/:model_id`,
    permission: 'models:read',
    summary: 'One model that was kept with a run',
    params: loggedModel,
  }),
  finalizeLoggedModel: endpoint({
    ...shared,
    id: 'mlflowFinalizeLoggedModel',
    method: 'PATCH',
    path: `${mlflowPath}/logged-models/:model_id`,
    permission: 'models:write',
    summary: 'Say that all of its files are there',
    params: loggedModel,
    body: z.object({
      status: z.enum(['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED']),
    }),
  }),
  deleteLoggedModel: endpoint({
    ...shared,
    id: 'mlflowDeleteLoggedModel',
    method: 'DELETE',
    path: `${mlflowPath}/logged-models/:model_id`,
    permission: 'models:write',
    summary: 'Delete it; its files stay with the run',
    params: loggedModel,
  }),
  setLoggedModelTags: endpoint({
    ...shared,
    id: 'mlflowSetLoggedModelTags',
    method: 'PATCH',
    path: `${mlflowPath}/logged-models/:model_id/tags`,
    permission: 'models:write',
    summary: 'Tag it',
    params: loggedModel,
    body: z.object({ tags: pairs }),
  }),
  deleteLoggedModelTag: endpoint({
    ...shared,
    id: 'mlflowDeleteLoggedModelTag',
    method: 'DELETE',
    path: `${mlflowPath}/logged-models/:model_id/tags/:tag_key`,
    permission: 'models:write',
    summary: 'Take a tag away',
    params: loggedModel.extend({ tag_key: key }),
  }),
  logLoggedModelParams: endpoint({
    ...shared,
    id: 'mlflowLogLoggedModelParams',
    method: 'POST',
    path: `${mlflowPath}/logged-models/:model_id/params`,
    permission: 'models:write',
    summary: 'Add parameters to it',
    params: loggedModel,
    body: z.object({ params: pairs }),
  }),

  artifactList: endpoint({
    ...shared,
    id: 'mlflowProxyList',
    method: 'GET',
    path: mlflowArtifactsPath,
    permission: 'models:read',
    summary: 'Files below a place',
    query: z.object({ path: text(1200).default('') }),
  }),
  artifactGet: endpoint({
    ...shared,
    id: 'mlflowProxyGet',
    method: 'GET',
    path: `${mlflowArtifactsPath}/*`,
    permission: 'models:read',
    summary: 'One file',
    params: z.object({ '*': text(1200) }),
    produces: 'application/octet-stream',
  }),
  artifactPut: endpoint({
    ...shared,
    id: 'mlflowProxyPut',
    method: 'PUT',
    path: `${mlflowArtifactsPath}/*`,
    permission: 'models:write',
    summary: 'Keep a file',
    params: z.object({ '*': text(1200) }),
    consumes: ['*/*', 'application/octet-stream'],
  }),
  artifactDelete: endpoint({
    ...shared,
    id: 'mlflowProxyDelete',
    method: 'DELETE',
    path: `${mlflowArtifactsPath}/*`,
    permission: 'models:write',
    summary: 'Remove a file',
    params: z.object({ '*': text(1200) }),
  }),
};
