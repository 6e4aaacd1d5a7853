import { z } from 'zod';
import { endpoint } from './endpoints.ts';

/**
 * The Open Inference Protocol, version 2, over HTTP.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
export const openInferencePath = '/v2';

const shared = { tag: 'Open Inference', at: 'root', status: 200, permission: 'models:read' } as const;
const name = z.string().min(1).max(250).describe('The name of a model, or its id');
const model = z.object({ name });
const version = model.extend({ version: z.string().min(1).max(250) });
const path = '/v2/models/:name' as const;
const versionPath = '/v2/models/:name/versions/:version' as const;

const datatypes = [
  ...['BOOL', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64'],
  ...['FP16', 'FP32', 'FP64', 'BYTES'],
] as const;
const cell = z.union([z.number(), z.string().max(100_000), z.boolean(), z.null()]);
const shape = z.array(z.int().min(0).max(1_000_000)).min(1).max(2);
const parameters = z.record(z.string().max(100), z.unknown()).optional();

const tensorMetadata = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) });
const tensor = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.int()),
  data: z.array(z.union([z.number(), z.string(), z.null()])),
});
const metadata = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(tensorMetadata),
  outputs: z.array(tensorMetadata),
});
export type InferenceMetadata = z.infer<typeof metadata>;
const inference = z.object({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().optional(),
  outputs: z.array(tensor),
});
export type Inference = z.infer<typeof inference>;
const inferenceRequest = z.object({
  id: z.string().max(200).optional(),
  parameters,
  inputs: z
    .array(
      z.object({
        name: z.string().min(1).max(500),
        shape,
        datatype: z.enum(datatypes),
        parameters,
        data: z.array(z.union([cell, z.array(cell).max(1)])).max(1000),
      }),
    )
    .min(1)
    .max(30_000)
    .describe('One for each column of the model, of shape [rows] or [rows, 1]; null is missing'),
  outputs: z
    .array(z.object({ name: z.string().max(500), parameters }))
    .max(100)
    .optional(),
});
export type InferenceRequest = z.infer<typeof inferenceRequest>;

const live = z.object({ live: z.boolean() });
const ready = z.object({ ready: z.boolean() });
const modelReady = z.object({ name: z.string(), ready: z.boolean() });
const errors = ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'] as const;

export const openInferenceApi = {
  server: endpoint({
    ...shared,
    id: 'inferenceServer',
    method: 'GET',
    path: '/v2',
    summary: 'Name, version and extensions of the server',
    response: z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) }),
  }),
  live: endpoint({
    ...shared,
    id: 'inferenceLive',
    method: 'GET',
    path: '/v2/health/live',
    summary: 'Whether the server is alive',
    response: live,
  }),
  ready: endpoint({
    ...shared,
    id: 'inferenceReady',
    method: 'GET',
    path: '/v2/health/ready',
    summary: 'Whether models can be asked',
    response: ready,
  }),
  model: endpoint({
    ...shared,
    id: 'inferenceModel',
    method: 'GET',
    path,
    summary: 'Inputs and outputs of a model',
    params: model,
    response: metadata,
    errors: [...errors],
  }),
  modelReady: endpoint({
    ...shared,
    id: 'inferenceModelReady',
    method: 'GET',
    path: `${path}/ready`,
    summary: 'Whether a model can be asked',
    params: model,
    response: modelReady,
    errors: [...errors],
  }),
  infer: endpoint({
    ...shared,
    id: 'infer',
    method: 'POST',
    path: `${path}/infer`,
    summary: 'Predict rows',
    params: model,
    body: inferenceRequest,
    response: inference,
    errors: [...errors],
  }),
  version: endpoint({
    ...shared,
    id: 'inferenceModelVersion',
    method: 'GET',
    path: versionPath,
    summary: 'Inputs and outputs of a version',
    params: version,
    response: metadata,
    errors: [...errors],
  }),
  versionReady: endpoint({
    ...shared,
    id: 'inferenceModelVersionReady',
    method: 'GET',
    path: `${versionPath}/ready`,
    summary: 'Whether a version can be asked',
    params: version,
    response: modelReady,
    errors: [...errors],
  }),
  inferVersion: endpoint({
    ...shared,
    id: 'inferWithVersion',
    method: 'POST',
    path: `${versionPath}/infer`,
    summary: 'Predict rows with a version',
    params: version,
    body: inferenceRequest,
    response: inference,
    errors: [...errors],
  }),
};
