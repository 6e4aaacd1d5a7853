import { z } from 'zod';
import { loggedKey } from './experiments.ts';
import { idOf, sha256, timestamp } from './fields.ts';
import {
  annexFourPoints,
  annexThreeAreas,
  annexThreeExceptions,
  hazardKinds,
  hazardLikelihoods,
  hazardSeverities,
  modelRecordKinds,
  prohibitedPractices,
  reviewRules,
  reviewStates,
  riskClasses,
  riskLevels,
  riskQuestionNames,
  scopeAnswers,
  transparencyCases,
} from './model-governance-kinds.ts';
import { modelStages } from './model-stages.ts';

const person = z.object({ user_id: z.string(), name: z.string().nullable() });
const words = (most: number) => z.string().trim().max(most);

/** All conditions that are given have to hold; of a list one of them. */
export const criticalWhen = z
  .strictObject({
    tags: z
      .record(loggedKey, z.string().max(8000).nullable())
      .default({})
      .describe('Of the model or its version; null: whatever its value'),
    stages: z
      .array(z.enum(['staging', 'production']))
      .max(2)
      .default([]),
    experiment_ids: z.array(idOf('experiment')).max(50).default([]),
    risk_classes: z.array(z.enum(riskClasses)).max(6).default([]),
  })
  .refine(
    ({ tags, ...lists }) =>
      Object.keys(tags).length > 0 || Object.values(lists).some((list) => list.length > 0),
    'expected at least one condition: a tag, a stage, an experiment or a risk class',
  );

export const criticalRule = z.strictObject({
  name: words(120).min(1),
  reason: words(1000).default(''),
  when: criticalWhen,
  sign_offs: z.int().min(0).max(5).default(1).describe('Persons beside who trained and who asked'),
  signature: z.boolean().default(true).describe('Each has signed the version as approved'),
  reviews: z.enum(reviewRules).default('anyone').describe('Whether predictions wait for a person'),
});
export type CriticalRule = z.infer<typeof criticalRule>;

export const criticalPolicy = z.object({
  number: z.int().describe('0 while nothing was ever marked'),
  rules: z.array(criticalRule),
  changed_by: person.nullable(),
  changed_at: timestamp.nullable(),
  sha256: sha256.describe('Of the rules, as canonical JSON'),
});
export type CriticalPolicy = z.infer<typeof criticalPolicy>;

/** What the policy makes of one use. */
export const criticality = z.object({
  policy_number: z.int(),
  rules: z.array(z.object({ name: z.string(), reason: z.string() })),
  sign_offs: z.int(),
  signature: z.boolean(),
  reviews: z.enum(reviewRules),
});
export type Criticality = z.infer<typeof criticality>;

export const signOff = z.object({
  by: person,
  at: timestamp,
  comment: z.string(),
  signature_id: z.string().nullable(),
});

export const riskClassification = z.strictObject({
  scope: z.enum(scopeAnswers).nullable().default(null),
  prohibited: z.array(z.enum(prohibitedPractices)).nullable().default(null),
  safety_component: z
    .boolean()
    .nullable()
    .default(null)
    .describe('Article 6(1): of a product of Annex I that a third party assesses, or such a product'),
  annex_iii: z.array(z.enum(annexThreeAreas)).nullable().default(null),
  exceptions: z.array(z.enum(annexThreeExceptions)).default([]),
  profiles_persons: z.boolean().nullable().default(null),
  transparency: z.array(z.enum(transparencyCases)).nullable().default(null),
  reasons: words(10_000).default(''),
});
export type RiskClassification = z.infer<typeof riskClassification>;

const likelihood = z.enum(hazardLikelihoods);
const severity = z.enum(hazardSeverities);
export const hazard = z.strictObject({
  kind: z.enum(hazardKinds),
  hazard: words(2000).min(1),
  affected: words(1000).default(''),
  likelihood,
  severity,
  mitigation: words(4000).default(''),
  residual_likelihood: likelihood,
  residual_severity: severity,
  accepted: z.boolean().describe('What remains is accepted'),
  reason: words(2000).default('').describe('Why it is accepted'),
});
export type Hazard = z.infer<typeof hazard>;

export const riskStatements = z.strictObject({
  classification: riskClassification,
  answers: z
    .partialRecord(z.enum(riskQuestionNames), words(20_000))
    .describe('What only a person can say; what is left out is missing'),
  hazards: z.array(hazard).max(100),
});
export type RiskStatements = z.infer<typeof riskStatements>;

/** One thing that is on record, with where it is. */
export const recordFact = z.object({
  point: z.enum(annexFourPoints),
  name: z.string(),
  about: z.string().nullable().describe('A metric, a group, a column, a version'),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  low: z.number().nullable(),
  high: z.number().nullable(),
  source: z.object({ kind: z.string(), id: z.string() }),
});
export type RecordFact = z.infer<typeof recordFact>;

export const recordGap = z.object({
  point: z.enum(annexFourPoints).nullable().describe('Of Annex IV; null: the classification'),
  missing: z.string(),
  about: z.string().nullable(),
});
export type RecordGap = z.infer<typeof recordGap>;

const described = z.object({
  model_id: z.string(),
  name: z.string(),
  version_id: z.string(),
  number: z.int(),
  facts_sha256: sha256,
  provenance_id: z.string(),
});
const general = {
  record_id: z.string(),
  number: z.int().describe('Of its kind, of this model'),
  previous_sha256: sha256.nullable().describe('Of the one before it'),
  made_by: person,
  made_at: timestamp,
  system: described,
  comment: z.string(),
};

export const riskRecord = z.object({
  format: z.literal('stroma risk record 1'),
  kind: z.literal('risk_record'),
  ...general,
  regulation: z.literal('Regulation (EU) 2024/1689'),
  risk_class: z.enum(riskClasses),
  basis: z.array(z.object({ article: z.string(), because: z.string() })),
  classification: riskClassification,
  answers: riskStatements.shape.answers,
  facts: z.array(recordFact),
  hazards: z.array(hazard.extend({ level: z.enum(riskLevels), residual_level: z.enum(riskLevels) })),
  missing: z.array(recordGap),
});
export type RiskRecord = z.infer<typeof riskRecord>;

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });
const group = z.record(z.string(), z.string().nullable());
const verdict = z.enum(['within', 'unclear', 'beyond']);
const biasReportOf = z.object({
  report_id: z.string(),
  provenance_id: z.string(),
  version_id: z.string(),
  number: z.int(),
  dataset_id: z.string(),
  dataset_name: z.string(),
  dataset_version_id: z.string(),
  dataset_sha256: sha256.nullable(),
  made_by: person,
  made_at: timestamp,
  rows: z.int(),
  level: z.number(),
  smallest: z.int(),
  bounds: z.object({ difference: z.number(), ratio: z.number(), scaled: z.number() }),
  selected: z.string().nullable().describe('The class that is selected for; null: numbers'),
  threshold: z.number().nullable(),
  verdict,
});
const groupFigures = z.object({
  columns: z.array(z.string()),
  crossed: z.boolean(),
  verdict,
  groups: z.array(
    z.object({ group, rows: z.int(), figures: z.array(z.object({ name: z.string(), estimate })) }),
  ),
  criteria: z.array(
    z.object({
      name: z.string(),
      difference: estimate,
      ratio: estimate.nullable(),
      lowest: group,
      highest: group,
      verdict,
    }),
  ),
});
const change = z.object({
  columns: z.array(z.string()),
  criterion: z.string(),
  before: estimate.extend({ verdict }),
  after: estimate.extend({ verdict }),
});

export const biasReport = z.object({
  format: z.literal('stroma bias report 1'),
  kind: z.literal('bias_report'),
  ...general,
  report: biasReportOf,
  overall: z.array(z.object({ name: z.string(), estimate })),
  by: z.array(groupFigures),
  untested: z.array(
    z.object({
      columns: z.array(z.string()),
      what: z.string().describe('A group, or a criterion'),
      group: group.nullable(),
      rows: z.int().nullable(),
      reason: z.enum(['few_rows', 'not_told', 'no_figure', 'more_groups', 'unclear']),
    }),
  ),
  mitigation: z
    .object({ note: z.string(), report: biasReportOf, changes: z.array(change) })
    .nullable()
    .describe('The report before it, of the same rows and groups'),
  conclusion: z.string(),
  limits: z.string(),
  missing: z.array(recordGap),
});
export type BiasReport = z.infer<typeof biasReport>;

export const modelRecordSummary = z.object({
  record_id: z.string(),
  kind: z.enum(modelRecordKinds),
  number: z.int(),
  model_id: z.string(),
  version_id: z.string(),
  version_number: z.int(),
  risk_class: z.enum(riskClasses).nullable(),
  verdict: verdict.nullable(),
  missing: z.int(),
  made_by: person,
  made_at: timestamp,
  approved_by: person.nullable().describe('Somebody other than who made it, with a signature'),
  approved_at: timestamp.nullable(),
  sha256: sha256.describe('Of the canonical JSON of `document`'),
  provenance_id: z.string(),
});
export type ModelRecordSummary = z.infer<typeof modelRecordSummary>;

export const modelRecord = modelRecordSummary.extend({
  document: z.discriminatedUnion('kind', [riskRecord, biasReport]),
  key_id: z.string(),
  seal: z.string().describe('Ed25519, base64, by the key of the audit record'),
  seal_valid: z.boolean().describe('Whether it is still what was sealed'),
});
export type ModelRecord = z.infer<typeof modelRecord>;

export const predictionReview = z.object({
  review_id: z.string(),
  model_id: z.string(),
  version_id: z.string(),
  number: z.int(),
  stage: z.enum(modelStages),
  rules: z.array(z.string()),
  reviews: z.enum(reviewRules),
  state: z.enum(reviewStates),
  dataset: z
    .object({ dataset_id: z.string(), version_id: z.string(), rows: z.int() })
    .nullable()
    .describe('What every row of a dataset was predicted into, reviewed as a whole; null: one row'),
  row: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
    .nullable()
    .describe('Null: a dataset'),
  prediction: z.union([z.string(), z.number()]).nullable(),
  confidence: z.number().nullable(),
  asked_by: person,
  asked_at: timestamp,
  outcome: z
    .union([z.string(), z.number()])
    .nullable()
    .describe('What counts in place of the prediction; null where a dataset is not to be used'),
  reason: z.string().nullable(),
  reviewed_by: person.nullable(),
  reviewed_at: timestamp.nullable(),
});
export type PredictionReview = z.infer<typeof predictionReview>;

export const versionGovernance = z.object({
  model_id: z.string(),
  version_id: z.string(),
  number: z.int(),
  risk_class: z.enum(riskClasses).describe('Of the newest risk record of the model'),
  counted_classes: z
    .array(z.enum(riskClasses))
    .describe('By which rules hold: of every record back to the newest that was approved'),
  trained_by: z.array(person).describe('Who signs off is none of them'),
  now: criticality.nullable().describe('What the policy makes of it where it stands; null: not critical'),
  production: criticality.nullable(),
  staging: criticality.nullable(),
  waiting_reviews: z.int(),
  reviewed: z.object({ accepted: z.int(), overridden: z.int() }),
});
export type VersionGovernance = z.infer<typeof versionGovernance>;
