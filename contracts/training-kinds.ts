import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, sha256 } from './fields.ts';
import {
  ensembleMethods,
  learningMetrics,
  longestTrainingSeconds,
  networkKinds,
  problemKinds,
  trainingKinds,
  transferModes,
} from './learning-kinds.ts';
import { columnName } from './profiles.ts';
import { learnedFrom, modelName, seed, startedTraining } from './training-bodies.ts';

const tag = 'Models';
const version = z
  .string()
  .min(1)
  .max(250)
  .optional()
  .describe('A number, an alias, a stage or `latest`; as for predictions when left out');
const label = z.string().min(1).max(1000);

/** What a network may be told; what is left out has the usual value of its kind. */
export const networkOptions = z.strictObject({
  network: z.enum(networkKinds).default('mlp'),
  layers: z.int().min(1).max(12).optional().describe('Hidden layers, or blocks'),
  width: z.int().min(2).max(1024).optional().describe('Units of a layer; of attention a multiple of `heads`'),
  heads: z.int().min(1).max(16).optional(),
  dropout: z.number().min(0).max(0.9).optional(),
  epochs: z.int().min(1).max(5000).default(150).describe('Passes over the rows, at most'),
  batch: z.int().min(1).max(65_536).optional().describe('Rows a step; by the number of rows when left out'),
  rate: z.number().gt(0).max(1).default(0.003).describe('Learning rate'),
  course: z.enum(['constant', 'cosine']).default('constant'),
  weight_decay: z.number().min(0).max(1).default(1e-5),
  patience: z
    .int()
    .min(1)
    .max(1000)
    .nullable()
    .default(20)
    .describe(
      'Looks at the rows held out without a better score before it stops; null to go through all epochs',
    ),
  arrangement: z
    .strictObject({
      columns: z
        .array(columnName)
        .min(1)
        .max(20_000)
        .optional()
        .describe(
          'By step (of images from top to bottom, from left to right), then channel; all in their order when left out',
        ),
      channels: z.int().min(1).max(1024).default(1),
      height: z.int().min(1).max(1024).optional().describe('Of images'),
      width: z.int().min(1).max(1024).optional().describe('Of images'),
    })
    .optional()
    .describe('How columns make up a sequence or an image, for networks that take a row for one'),
});
export type NetworkOptions = z.output<typeof networkOptions>;

/** How layers of a base are learned on; for all modes but `frozen`. */
const tuningOptions = {
  layers: z
    .int()
    .min(1)
    .max(14)
    .optional()
    .describe('Of `last_layers` and `adapters`: layers that are learned whole, counted from the head'),
  rank: z.int().min(1).max(256).optional().describe('Of `adapters`'),
  rate_decay: z
    .number()
    .min(1)
    .max(100)
    .optional()
    .describe('The rate of each layer is that of the one above it, divided by this'),
  epochs: z.int().min(1).max(5000).optional(),
  batch: z.int().min(1).max(65_536).optional(),
  rate: z.number().gt(0).max(1).optional().describe('Learning rate of the head'),
  course: z.enum(['constant', 'cosine']).optional(),
  weight_decay: z.number().min(0).max(1).optional().describe('Draws what lies below the head to the base'),
  patience: z.int().min(1).max(1000).nullable().optional(),
};

const filePort = z.object({
  name: z.string(),
  type: z.string().nullable().describe('Null where it is nothing that is read'),
  shape: z.array(z.union([z.number(), z.string()])).nullable(),
});

/** What an ONNX file says of itself. */
export const modelFile = z.object({
  file_id: z.string(),
  bytes: z.int(),
  sha256,
  producer: z.string(),
  opsets: z.record(z.string(), z.int()),
  inputs: z.array(filePort),
  outputs: z.array(filePort),
  columns: z
    .array(z.object({ name: z.string(), kind: z.enum(['number', 'category']) }))
    .nullable()
    .describe(
      'What it takes, in their order; null where it does not name them and `column_count` names are to be given',
    ),
  column_count: z.int(),
  classes: z.array(z.string()).nullable().describe('Null where it tells none'),
  target: z.string().nullable(),
});
export type ModelFile = z.infer<typeof modelFile>;

export const baseModelDocument = z.object({
  name: z.string(),
  description: z.string(),
  columns: z.array(z.string()),
  layer: z.string(),
  data: z.object({ description: z.string(), source: z.string(), rows: z.number() }),
  licence: z.string(),
  metrics: z.array(z.object({ name: z.string(), value: z.number(), data: z.string() })),
  sha256,
  tells_rows: z
    .boolean()
    .describe('Rows it was trained on are told, so that a shift of the domain can be seen'),
});
export type BaseModelDocument = z.infer<typeof baseModelDocument>;

/** A version of the registry to learn on from, with what its card says. */
export const registeredBase = z.object({
  model_id: z.string(),
  name: z.string(),
  number: z.int(),
  kind: z.enum(trainingKinds),
  family: z.string().describe('What it is, as a network by its kind'),
  target: z.string(),
  modes: z.array(z.enum(transferModes)).describe('What of it can be learned on'),
  columns: z.array(z.string()),
  data: z.object({ name: z.string(), rows: z.int() }),
  licence: z.string().nullable(),
  metrics: z
    .array(z.object({ name: z.enum(learningMetrics), value: z.number() }))
    .describe('Of rows that no choice has seen'),
});
export type RegisteredBase = z.infer<typeof registeredBase>;

export const otherTrainingApi = {
  network: endpoint({
    id: 'trainNetwork',
    method: 'POST',
    path: '/ml/deep-learning/train',
    tag,
    summary: 'Train a network of the kind you choose',
    description:
      'Watch it at `/ml/trainings/{id}`, or hear `job.training` on the stream `jobs`: `progress.network` has the curve so far.',
    permission: 'models:write',
    body: learnedFrom.extend({
      ...networkOptions.shape,
      time_limit_s: z
        .number()
        .min(1)
        .max(longestTrainingSeconds)
        .default(600)
        .describe('Past it the best so far is taken'),
    }),
    status: 202,
    response: startedTraining,
    errors: ['NOT_FOUND', 'UNPROCESSABLE'],
  }),
  ensemble: endpoint({
    id: 'createEnsemble',
    method: 'POST',
    path: '/ml/ensemble/create',
    tag,
    summary: 'Make one model of versions that predict the same target',
    description:
      'Weights and stacks are fitted to rows of the dataset that no member has learned from; without such rows give weights, or take `average` or `vote`.',
    permission: 'models:write',
    body: z.strictObject({
      members: z
        .array(
          z.strictObject({
            model_id: idOf('model'),
            version,
            weight: z
              .number()
              .min(0)
              .max(1e6)
              .optional()
              .describe('For `weighted`: of all members, or of none'),
          }),
        )
        .min(2)
        .max(20),
      method: z.enum(ensembleMethods).default('weighted'),
      dataset_id: idOf('dataset').describe('With the target: what it is fitted to and judged by'),
      version_id: idOf('version').optional(),
      metric: z.enum(learningMetrics).optional(),
      name: modelName.optional(),
      seed,
    }),
    status: 202,
    response: startedTraining,
    errors: ['NOT_FOUND', 'UNPROCESSABLE'],
  }),
  transfer: endpoint({
    id: 'applyTransferLearning',
    method: 'POST',
    path: '/ml/transfer-learning/apply',
    tag,
    summary: 'Learn on from another model: a head on its frozen layers, its last layers, all, or adapters',
    description:
      "Of a version of the registry that is one of this server's own networks (of columns, sequences or images) any part can be learned on; it is watched as other networks are. Imported ONNX files and models beside the server stay frozen.",
    permission: 'models:write',
    body: learnedFrom.extend({
      base: z.union([
        z.strictObject({ model_id: idOf('model'), version }),
        z.strictObject({
          name: z.string().min(1).max(250).describe('Of a base model, see `/ml/base-models`'),
        }),
      ]),
      layer: z
        .string()
        .min(1)
        .max(1000)
        .optional()
        .describe(
          'Of `frozen`: the last one that is kept; the one its card names, or the last but one when left out',
        ),
      mode: z
        .enum(transferModes)
        .default('frozen')
        .describe(
          'What is learned: a linear head on frozen layers, the last layers, all, or adapters of low rank on frozen ones',
        ),
      ...tuningOptions,
      time_limit_s: z
        .number()
        .min(1)
        .max(longestTrainingSeconds)
        .optional()
        .describe('Of all modes but `frozen`: past it the best so far is taken; 600 when left out'),
    }),
    status: 202,
    response: startedTraining,
    errors: ['NOT_FOUND', 'UNPROCESSABLE'],
  }),
  baseModels: endpoint({
    id: 'listBaseModels',
    method: 'GET',
    path: '/ml/base-models',
    tag,
    summary:
      'Models to learn from, with their cards: those put beside this server, and networks of the registry',
    permission: 'models:read',
    status: 200,
    response: z.object({
      items: z.array(baseModelDocument),
      refused: z.array(z.object({ path: z.string(), why: z.string() })),
      versions: z
        .array(registeredBase)
        .describe('Of the registry: the newest of each model that whoever asks may know of, 100 at most'),
    }),
  }),
  storeFile: endpoint({
    id: 'storeModelFile',
    method: 'POST',
    path: '/ml/models/import/file',
    tag,
    summary: 'Bring an ONNX file and hear what it takes; it is kept for a day unless it is imported',
    permission: 'models:write',
    consumes: ['application/octet-stream'],
    status: 201,
    response: modelFile,
    errors: ['PAYLOAD_TOO_LARGE', 'MODEL_INVALID'],
  }),
  import: endpoint({
    id: 'importModel',
    method: 'POST',
    path: '/ml/models/import',
    tag,
    summary: 'Register an ONNX file that was brought as a version that predicts',
    permission: 'models:write',
    body: z.strictObject({
      file_id: idOf('modelFile'),
      name: modelName,
      target: columnName.describe('What it predicts'),
      problem_type: z.enum(problemKinds).optional().describe('Told by the file when left out'),
      columns: z
        .array(columnName)
        .min(1)
        .max(20_000)
        .optional()
        .describe('Names of what it takes, in the order of its inputs, where the file does not tell them'),
      classes: z.array(label).min(2).max(1000).optional().describe('In the order of its probabilities'),
      output: z.string().min(1).max(500).optional().describe('Which output counts, where there are several'),
      scores: z.enum(['probabilities', 'logits']).optional(),
      description: z.string().max(5000).default(''),
      licence: z.string().trim().min(1).max(200).optional().describe('By its SPDX name'),
      source: z.string().trim().min(1).max(2000).optional().describe('Where it comes from'),
      dataset_id: idOf('dataset').describe(
        'With its columns: what rows look like, and who may see it; judged by its rows where it has the target',
      ),
      version_id: idOf('version').optional(),
    }),
    status: 202,
    response: startedTraining,
    errors: ['NOT_FOUND', 'UNPROCESSABLE'],
  }),
};
