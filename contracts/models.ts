import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { loggedKey, metricNumber, runInput } from './experiments.ts';
import { idOf, listOf, listQuery, sha256, timestamp } from './fields.ts';
import { modelStages, promotionStates } from './model-stages.ts';

const person = z.object({ user_id: z.string(), name: z.string().nullable() });
const tagMap = z.record(z.string(), z.string());
const stage = z.enum(modelStages);
/** As MLflow has it: a name, and nothing that looks like the number of a version. */
export const modelAlias = z
  .string()
  .regex(/^(?![vV]\d+$)[\w-]{1,250}$/, 'expected letters, digits, _ and -, and not v and a number');

const promotionCheck = z
  .strictObject({
    metric: loggedKey,
    at_least: z.number().optional(),
    at_most: z.number().optional(),
  })
  .refine(
    ({ at_least, at_most }) => at_least !== undefined || at_most !== undefined,
    'expected at_least, at_most or both',
  );
const stageRule = z.strictObject({
  checks: z.array(promotionCheck).max(20).default([]),
  approval: z.boolean().describe('A second person has to agree'),
  signature: z.boolean().describe('Who agrees has signed the version as approved'),
});

export const promotionPolicy = z.strictObject({
  staging: stageRule,
  production: stageRule,
  guarded_aliases: z.array(modelAlias).max(20).describe('Moved only by who may promote'),
});
export type PromotionPolicy = z.infer<typeof promotionPolicy>;

export const checkResult = z.object({
  metric: z.string(),
  at_least: z.number().nullable(),
  at_most: z.number().nullable(),
  value: metricNumber.nullable().describe('Null: the version has no such metric'),
  passed: z.boolean(),
});
export type CheckResult = z.infer<typeof checkResult>;

export const model = z.object({
  model_id: z.string(),
  name: z.string(),
  description: z.string(),
  tags: tagMap,
  aliases: z.record(z.string(), z.int()).describe('The number of the version each points at'),
  stages: z.record(z.string(), z.int()).describe('The newest version of each stage'),
  policy: promotionPolicy,
  version_count: z.int(),
  created_by: person,
  created_at: timestamp,
  updated_at: timestamp,
  deleted_at: timestamp.nullable(),
});
export type Model = z.infer<typeof model>;

const versionArtifact = z.object({ path: z.string(), bytes: z.number(), sha256 });

export const modelVersion = z.object({
  version_id: z.string(),
  model_id: z.string(),
  model_name: z.string(),
  number: z.int(),
  description: z.string(),
  tags: tagMap,
  aliases: z.array(z.string()),
  stage,
  source: z.string().describe('Where its files lie'),
  run_id: z.string().nullable(),
  code_version: z.string().nullable(),
  data_sha256: sha256.nullable(),
  inputs: z.array(runInput),
  params: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), metricNumber),
  artifacts: z.array(versionArtifact),
  facts_sha256: sha256.describe(
    'Over what was true of it when it was registered; what a signature stands for',
  ),
  provenance_id: z.string(),
  erasures: z.array(z.string()).describe('Erasures of persons whose rows were in its data'),
  created_by: person,
  created_at: timestamp,
  updated_at: timestamp,
  deleted_at: timestamp.nullable(),
});
export type ModelVersion = z.infer<typeof modelVersion>;

export const promotion = z.object({
  promotion_id: z.string(),
  model_id: z.string(),
  version_id: z.string(),
  number: z.int(),
  kind: z.enum(['promotion', 'rollback']),
  from_stage: stage,
  to_stage: stage,
  state: z.enum(promotionStates),
  archive_existing: z.boolean(),
  checks: z.array(checkResult),
  comment: z.string(),
  requested_by: person,
  requested_at: timestamp,
  decided_by: person.nullable(),
  decided_at: timestamp.nullable(),
  decision_comment: z.string().nullable(),
  signature_id: z.string().nullable(),
});
export type Promotion = z.infer<typeof promotion>;

export const modelComparison = z.object({
  from: z.int(),
  to: z.int(),
  params: z.array(
    z.object({
      key: z.string(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      differs: z.boolean(),
    }),
  ),
  metrics: z.array(
    z.object({
      key: z.string(),
      from: metricNumber.nullable(),
      to: metricNumber.nullable(),
      change: z.number().nullable(),
    }),
  ),
  artifacts: z.array(z.object({ path: z.string(), state: z.enum(['same', 'changed', 'added', 'removed']) })),
  same_data: z.boolean().nullable().describe('Null where one does not say which data it was trained on'),
  same_code: z.boolean().nullable(),
});
export type ModelComparison = z.infer<typeof modelComparison>;

export const modelCard = z.object({
  format: z.literal('stroma model card 1'),
  model: z.object({ model_id: z.string(), name: z.string(), description: z.string(), tags: tagMap }),
  version: z.object({
    version_id: z.string(),
    number: z.int(),
    description: z.string(),
    tags: tagMap,
    stage,
    aliases: z.array(z.string()),
    registered_by: person,
    registered_at: timestamp,
  }),
  training: z.object({
    run_id: z.string().nullable(),
    experiment_id: z.string().nullable(),
    name: z.string().nullable(),
    status: z.string().nullable(),
    started_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
    run_by: person.nullable(),
    code_version: z.string().nullable(),
    software: z.string().nullable(),
    params: z.record(z.string(), z.string()),
  }),
  data: z.object({ data_sha256: sha256.nullable(), inputs: z.array(runInput) }),
  metrics: z.record(z.string(), metricNumber),
  artifacts: z.array(versionArtifact),
  promotions: z.array(promotion).describe('How it came to where it stands, oldest first'),
  signatures: z.array(z.object({ signature_id: z.string(), rendering: z.string(), state: z.string() })),
  erasures: z.array(z.string()),
  not_stated: z.array(z.string()).describe('Facts a reader would look for and that nobody recorded'),
  facts_sha256: sha256,
  card_sha256: sha256.describe('Over everything above, as canonical JSON'),
});
export type ModelCard = z.infer<typeof modelCard>;

const tag = 'Models';
const params = z.object({ id: idOf('model') });
const number = z.coerce.number().int().min(1).max(1_000_000);
const versionParams = params.extend({ number });
const tagChanges = z
  .record(loggedKey, z.string().max(8000).nullable())
  .optional()
  .describe('Null takes one away');
const comment = z.string().trim().max(2000).default('');

export const modelsApi = {
  list: endpoint({
    id: 'listModels',
    method: 'GET',
    path: '/ml/models',
    tag,
    summary: 'Registered models, by name',
    permission: 'models:read',
    query: listQuery.extend({
      search: z.string().trim().max(200).optional(),
      deleted: z.enum(['true', 'false']).default('false'),
    }),
    status: 200,
    response: listOf(model),
  }),
  create: endpoint({
    id: 'createModel',
    method: 'POST',
    path: '/ml/models',
    tag,
    summary: 'Make a model, which versions are then registered of',
    permission: 'models:write',
    body: z.strictObject({
      name: z.string().trim().min(1).max(250),
      description: z.string().max(5000).default(''),
      tags: z.record(loggedKey, z.string().max(8000)).default({}),
    }),
    status: 201,
    response: model,
    errors: ['CONFLICT'],
  }),
  get: endpoint({
    id: 'getModel',
    method: 'GET',
    path: '/ml/models/:id',
    tag,
    summary: 'One model',
    permission: 'models:read',
    params,
    status: 200,
    response: model,
    errors: ['NOT_FOUND'],
  }),
  update: endpoint({
    id: 'updateModel',
    method: 'PATCH',
    path: '/ml/models/:id',
    tag,
    summary: 'Rename, describe or tag a model',
    permission: 'models:write',
    params,
    body: z.strictObject({
      name: z.string().trim().min(1).max(250).optional(),
      description: z.string().max(5000).optional(),
      tags: tagChanges,
    }),
    status: 200,
    response: model,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  remove: endpoint({
    id: 'deleteModel',
    method: 'DELETE',
    path: '/ml/models/:id',
    tag,
    summary: 'Delete a model none of whose versions is in production; it can be restored',
    permission: 'models:write',
    params,
    status: 204,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  restore: endpoint({
    id: 'restoreModel',
    method: 'POST',
    path: '/ml/models/:id/restore',
    tag,
    summary: 'Undo a deletion',
    permission: 'models:write',
    params,
    status: 200,
    response: model,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  setPolicy: endpoint({
    id: 'setPromotionPolicy',
    method: 'PUT',
    path: '/ml/models/:id/policy',
    tag,
    summary: 'Say what it takes to bring a version to staging and to production',
    permission: 'models:promote',
    params,
    body: promotionPolicy,
    status: 200,
    response: model,
    errors: ['NOT_FOUND'],
  }),
  setAlias: endpoint({
    id: 'setModelAlias',
    method: 'PUT',
    path: '/ml/models/:id/aliases/:alias',
    tag,
    summary: 'Point an alias at a version',
    permission: 'models:write',
    params: params.extend({ alias: modelAlias }),
    body: z.strictObject({ number: z.int().min(1) }),
    status: 200,
    response: model,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  removeAlias: endpoint({
    id: 'deleteModelAlias',
    method: 'DELETE',
    path: '/ml/models/:id/aliases/:alias',
    tag,
    summary: 'Take an alias away',
    permission: 'models:write',
    params: params.extend({ alias: modelAlias }),
    status: 204,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  versions: endpoint({
    id: 'listModelVersions',
    method: 'GET',
    path: '/ml/models/:id/versions',
    tag,
    summary: 'Versions, newest first',
    permission: 'models:read',
    params,
    query: listQuery.extend({ stage: stage.optional(), deleted: z.enum(['true', 'false']).default('false') }),
    status: 200,
    response: listOf(modelVersion),
    errors: ['NOT_FOUND'],
  }),
  register: endpoint({
    id: 'registerModelVersion',
    method: 'POST',
    path: '/ml/models/:id/versions',
    tag,
    summary: 'Register files of a run as the next version',
    permission: 'models:write',
    params,
    body: z.strictObject({
      run_id: idOf('run'),
      path: z.string().max(1000).default('').describe('The folder of the model among the files of the run'),
      description: z.string().max(5000).default(''),
      tags: z.record(loggedKey, z.string().max(8000)).default({}),
    }),
    status: 201,
    response: modelVersion,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  version: endpoint({
    id: 'getModelVersion',
    method: 'GET',
    path: '/ml/models/:id/versions/:number',
    tag,
    summary: 'One version with its lineage',
    permission: 'models:read',
    params: versionParams,
    status: 200,
    response: modelVersion,
    errors: ['NOT_FOUND'],
  }),
  updateVersion: endpoint({
    id: 'updateModelVersion',
    method: 'PATCH',
    path: '/ml/models/:id/versions/:number',
    tag,
    summary: 'Describe or tag a version',
    permission: 'models:write',
    params: versionParams,
    body: z.strictObject({ description: z.string().max(5000).optional(), tags: tagChanges }),
    status: 200,
    response: modelVersion,
    errors: ['NOT_FOUND'],
  }),
  removeVersion: endpoint({
    id: 'deleteModelVersion',
    method: 'DELETE',
    path: '/ml/models/:id/versions/:number',
    tag,
    summary: 'Delete a version that is not in production; it can be restored',
    permission: 'models:write',
    params: versionParams,
    status: 204,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  restoreVersion: endpoint({
    id: 'restoreModelVersion',
    method: 'POST',
    path: '/ml/models/:id/versions/:number/restore',
    tag,
    summary: 'Undo a deletion',
    permission: 'models:write',
    params: versionParams,
    status: 200,
    response: modelVersion,
    errors: ['NOT_FOUND'],
  }),
  card: endpoint({
    id: 'getModelCard',
    method: 'GET',
    path: '/ml/models/:id/versions/:number/card',
    tag,
    summary: 'The model card: data, metrics, parameters, who and when, written from what is on record',
    permission: 'models:read',
    params: versionParams,
    status: 200,
    response: modelCard,
    errors: ['NOT_FOUND'],
  }),
  compare: endpoint({
    id: 'compareModelVersions',
    method: 'GET',
    path: '/ml/models/:id/comparison',
    tag,
    summary: 'What changed from one version to another',
    permission: 'models:read',
    params,
    query: z.object({ from: number, to: number }),
    status: 200,
    response: modelComparison,
    errors: ['NOT_FOUND'],
  }),
  promotions: endpoint({
    id: 'listPromotions',
    method: 'GET',
    path: '/ml/models/:id/promotions',
    tag,
    summary: 'Promotions and rollbacks, newest first',
    permission: 'models:read',
    params,
    query: listQuery.extend({ state: z.enum(promotionStates).optional() }),
    status: 200,
    response: listOf(promotion),
    errors: ['NOT_FOUND'],
  }),
  promote: endpoint({
    id: 'promoteModelVersion',
    method: 'POST',
    path: '/ml/models/:id/versions/:number/promotions',
    tag,
    summary: 'Bring a version to another stage, or ask a second person for it',
    description:
      'The checks of the policy are held against the metrics of the version. `state` is `waiting` where a second person has to agree, else `done`.',
    permission: 'models:write',
    params: versionParams,
    body: z.strictObject({ stage, archive_existing: z.boolean().default(true), comment }),
    status: 201,
    response: promotion,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  decide: endpoint({
    id: 'decidePromotion',
    method: 'POST',
    path: '/ml/promotions/:id/decision',
    tag,
    summary: 'Agree to a promotion or refuse it; who asked may only withdraw it',
    permission: 'models:read',
    params: z.object({ id: idOf('promotion') }),
    body: z.strictObject({ decision: z.enum(['approve', 'refuse', 'withdraw']), comment }),
    status: 200,
    response: promotion,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  rollback: endpoint({
    id: 'rollBackModel',
    method: 'POST',
    path: '/ml/models/:id/rollback',
    tag,
    summary: 'Bring the version that held a stage before back to it',
    permission: 'models:promote',
    params,
    body: z.strictObject({ stage: z.enum(['staging', 'production']).default('production'), comment }),
    status: 201,
    response: promotion,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
};
