import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery } from './fields.ts';
import { languages } from './identity.ts';
import {
  criticalPolicy,
  criticalRule,
  modelRecord,
  modelRecordSummary,
  predictionReview,
  riskStatements,
  versionGovernance,
} from './model-governance-documents.ts';
import { modelRecordKinds, reviewStates } from './model-governance-kinds.ts';

const tag = 'Models';
const params = z.object({ id: idOf('model') });
const versionParams = params.extend({ number: z.coerce.number().int().min(1).max(1_000_000) });
const recordParams = z.object({ id: idOf('modelRecord') });
const comment = z.string().trim().max(2000).default('');
const printed = z.object({ language: z.enum(languages).default('en') });

export const modelGovernanceApi = {
  policy: endpoint({
    id: 'getCriticalPolicy',
    method: 'GET',
    path: '/ml/governance/policy',
    tag,
    summary: 'Which uses of models the organisation has marked as critical',
    permission: 'models:read',
    status: 200,
    response: criticalPolicy,
  }),
  setPolicy: endpoint({
    id: 'setCriticalPolicy',
    method: 'PUT',
    path: '/ml/governance/policy',
    tag,
    summary: 'Mark uses of models as critical: what their promotion and their predictions take',
    permission: 'models:govern',
    body: z.strictObject({ rules: z.array(criticalRule).max(50) }),
    status: 200,
    response: criticalPolicy,
    errors: ['CONFLICT'],
  }),
  version: endpoint({
    id: 'getModelGovernance',
    method: 'GET',
    path: '/ml/models/:id/versions/:number/governance',
    tag,
    summary: 'What the policy makes of a version, its risk class, and what waits for a review',
    permission: 'models:read',
    params: versionParams,
    status: 200,
    response: versionGovernance,
    errors: ['NOT_FOUND'],
  }),
  records: endpoint({
    id: 'listModelRecords',
    method: 'GET',
    path: '/ml/models/:id/records',
    tag,
    summary: 'Risk records and bias reports of a model, newest first',
    permission: 'models:read',
    params,
    query: listQuery.extend({ kind: z.enum(modelRecordKinds).optional() }),
    status: 200,
    response: listOf(modelRecordSummary),
    errors: ['NOT_FOUND'],
  }),
  makeRiskRecord: endpoint({
    id: 'makeRiskRecord',
    method: 'POST',
    path: '/ml/models/:id/versions/:number/risk-records',
    tag,
    summary: 'Make the next risk record of a model, in the style of Regulation (EU) 2024/1689',
    description:
      'What the platform knows is put in from what is on record; what is given here only a person can say. What nobody has said is listed as missing. A record says what is there; it does not say that the regulation is met.',
    permission: 'models:write',
    params: versionParams,
    body: riskStatements.extend({ comment }),
    status: 201,
    response: modelRecord,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  makeBiasReport: endpoint({
    id: 'makeBiasReport',
    method: 'POST',
    path: '/ml/models/:id/versions/:number/bias-reports',
    tag,
    summary: 'Make a bias report from a fairness report, and one before a mitigation to hold it against',
    permission: 'models:write',
    params: versionParams,
    body: z.strictObject({
      report_id: idOf('modelReport').optional().describe('The newest on fairness when left out'),
      before_report_id: idOf('modelReport')
        .optional()
        .describe('Of the same rows and groups, of this or another version: as it was before a mitigation'),
      mitigation: z.string().trim().max(4000).default('').describe('What was done between both'),
      conclusion: z.string().trim().max(20_000).default(''),
      limits: z.string().trim().max(20_000).default(''),
      comment,
    }),
    status: 201,
    response: modelRecord,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  record: endpoint({
    id: 'getModelRecord',
    method: 'GET',
    path: '/ml/model-records/:id',
    tag,
    summary: 'One risk record or bias report, with its seal checked',
    permission: 'models:read',
    params: recordParams,
    status: 200,
    response: modelRecord,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  approve: endpoint({
    id: 'approveModelRecord',
    method: 'POST',
    path: '/ml/model-records/:id/approval',
    tag,
    summary: 'Stand for a record that somebody else made and that one has signed as approved',
    permission: 'models:promote',
    params: recordParams,
    status: 200,
    response: modelRecordSummary,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'UNPROCESSABLE'],
  }),
  pdf: endpoint({
    id: 'printModelRecord',
    method: 'GET',
    path: '/ml/model-records/:id/pdf',
    tag,
    summary: 'One record as PDF, with the signatures under it',
    permission: 'models:read',
    params: recordParams,
    query: printed,
    produces: 'application/pdf',
    status: 200,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  markdown: endpoint({
    id: 'writeModelRecord',
    method: 'GET',
    path: '/ml/model-records/:id/markdown',
    tag,
    summary: 'One record as Markdown, with the signatures under it',
    permission: 'models:read',
    params: recordParams,
    query: printed,
    produces: 'text/markdown',
    status: 200,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  reviews: endpoint({
    id: 'listPredictionReviews',
    method: 'GET',
    path: '/ml/models/:id/reviews',
    tag,
    summary: 'Predictions made for a critical use, newest first',
    permission: 'models:write',
    params,
    query: listQuery.extend({ state: z.enum(reviewStates).optional() }),
    status: 200,
    response: listOf(predictionReview),
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  review: endpoint({
    id: 'reviewPrediction',
    method: 'POST',
    path: '/ml/prediction-reviews/:id/decision',
    tag,
    summary: 'Accept a prediction or a predicted dataset, or override it with a reason',
    permission: 'models:write',
    params: z.object({ id: idOf('predictionReview') }),
    body: z
      .strictObject({
        decision: z.enum(['accept', 'override']),
        outcome: z
          .union([z.string().max(1000), z.number()])
          .optional()
          .describe('Of one prediction; a dataset is accepted, or overridden as one that is not to be used'),
        reason: z.string().trim().max(4000).default(''),
      })
      .refine(
        ({ decision, outcome, reason }) => (decision === 'accept' ? outcome === undefined : reason !== ''),
        'expected a reason to override, and no outcome to accept',
      ),
    status: 200,
    response: predictionReview,
    errors: ['INVALID_INPUT', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT'],
  }),
};
