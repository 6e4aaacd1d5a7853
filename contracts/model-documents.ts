import { z } from 'zod';
import { loggedKey, metricNumber, runInput } from './experiments.ts';
import { sha256, timestamp } from './fields.ts';
import { criticality, signOff } from './model-governance-documents.ts';
import { riskClasses } from './model-governance-kinds.ts';
import { modelStages, promotionStates } from './model-stages.ts';

const person = z.object({ user_id: z.string(), name: z.string().nullable() });
const tagMap = z.record(z.string(), z.string());
const stage = z.enum(modelStages);
/** As MLflow has it: a name, and nothing that is taken for the number of a version or for the newest. */
export const modelAlias = z
  .string()
  .regex(
    /^(?![vV]\d+$|latest$)[\w-]{1,250}$/,
    'expected letters, digits, _ and -, and neither v and a number nor latest',
  );

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
  newest: z
    .object({
      number: z.int(),
      stage,
      metrics: z.record(z.string(), metricNumber),
      created_by: person,
      created_at: timestamp,
    })
    .nullable()
    .describe('Its version of the highest number; null while there is none'),
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
  critical: criticality.nullable().describe('What the policy on critical uses made of it'),
  sign_offs: z.array(signOff).describe('Persons who agreed where several have to, first first'),
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
  reports: z
    .array(
      z.object({
        report_id: z.string(),
        kind: z.enum(['fairness', 'drift']),
        figures: z.record(z.string(), z.number()).describe('By the names promotions are checked under'),
        made_by: person,
        made_at: timestamp,
        provenance_id: z.string(),
      }),
    )
    .describe('The newest on how it serves groups, and on drift from what it learned from'),
  risk: z
    .object({
      record_id: z.string(),
      number: z.int(),
      version_number: z.int().describe('Of the model, as the record tells of it'),
      risk_class: z.enum(riskClasses),
      intended_purpose: z.string().nullable(),
      limits: z.string().nullable(),
      missing: z.int(),
      approved_by: person.nullable(),
      sha256,
    })
    .nullable()
    .describe(
      'From the newest risk record of the model; null where there is none, or it is not for who asks',
    ),
  promotions: z.array(promotion).describe('How it came to where it stands, oldest first'),
  signatures: z.array(z.object({ signature_id: z.string(), rendering: z.string(), state: z.string() })),
  erasures: z.array(z.string()),
  not_stated: z.array(z.string()).describe('Facts a reader would look for and that nobody recorded'),
  facts_sha256: sha256,
  card_sha256: sha256.describe('Over everything above, as canonical JSON'),
});
export type ModelCard = z.infer<typeof modelCard>;
