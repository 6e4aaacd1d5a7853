import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

/** Everything that is kept for a stated time; a module makes known how its own is found and disposed of. */
export const retentionKinds = [
  'audit',
  'runs',
  'chat',
  'queries',
  'predictions',
  'prediction_reviews',
  'sessions',
  'deleted_datasets',
  'deleted_dashboards',
  'language_model_calls',
  'person_searches',
  'threats',
] as const;
export type RetentionKind = (typeof retentionKinds)[number];

export const retentionPolicy = z.object({
  kind: z.enum(retentionKinds),
  days: z.int(),
  default_days: z.int(),
  shortest_days: z.int().describe('Less cannot be set'),
  manner: z.enum(['dispose', 'archive']).describe('Archive: exported, verified and kept, never cut'),
  stored: z.boolean().describe('False: nothing of this kind is kept in this installation yet'),
  changed_by: z.string().nullable(),
  changed_at: timestamp.nullable(),
});
export type RetentionPolicy = z.infer<typeof retentionPolicy>;

export const holdScopes = ['everything', 'dataset', 'person'] as const;

export const legalHold = z.object({
  hold_id: z.string(),
  scope: z.enum(holdScopes),
  subject_id: z.string().nullable().describe('The dataset or the person; null for everything'),
  reason: z.string(),
  placed_by: z.object({ id: z.string(), name: z.string() }),
  placed_at: timestamp,
  lifted: z.object({ by: z.string(), by_name: z.string(), at: timestamp, reason: z.string() }).nullable(),
});
export type LegalHold = z.infer<typeof legalHold>;

export const retentionItem = z.object({
  kind: z.enum(retentionKinds),
  manner: z.enum(['dispose', 'archive']),
  before: timestamp.describe('What is older is due'),
  due: z.int().describe('Things past their time that no hold keeps'),
  held: z.int().describe('Things past their time that a legal hold keeps'),
  done: z.int().describe('Disposed of or archived; 0 in a dry run'),
  oldest: timestamp.nullable(),
  archive: z
    .object({ object: z.string(), sha256: z.string() })
    .nullable()
    .describe('Where what was archived lies'),
});
export type RetentionItem = z.infer<typeof retentionItem>;

export const retentionRun = z.object({
  run_id: z.string(),
  at: timestamp,
  by: z.string(),
  items: z.array(retentionItem),
});
export type RetentionRun = z.infer<typeof retentionRun>;

const params = z.object({ id: idOf('hold') });

export const retentionApi = {
  policies: endpoint({
    id: 'listRetentionPolicies',
    method: 'GET',
    path: '/retention/policies',
    tag: 'Retention',
    summary: 'How long each kind of thing is kept',
    permission: 'retention:read',
    status: 200,
    response: listOf(retentionPolicy),
  }),
  setPolicy: endpoint({
    id: 'setRetentionPolicy',
    method: 'PUT',
    path: '/retention/policies/:kind',
    tag: 'Retention',
    summary: 'Change how long one kind of thing is kept',
    permission: 'retention:write',
    params: z.object({ kind: z.enum(retentionKinds) }),
    body: z.strictObject({ days: z.int().min(1).max(36_500) }),
    status: 200,
    response: retentionPolicy,
    errors: ['UNPROCESSABLE'],
  }),
  preview: endpoint({
    id: 'previewRetention',
    method: 'GET',
    path: '/retention/preview',
    tag: 'Retention',
    summary: 'What the next night would dispose of and archive, and what holds keep; changes nothing',
    permission: 'retention:read',
    status: 200,
    response: z.object({ items: z.array(retentionItem) }),
  }),
  runs: endpoint({
    id: 'listRetentionRuns',
    method: 'GET',
    path: '/retention/runs',
    tag: 'Retention',
    summary: 'What was disposed of and archived, newest first',
    permission: 'retention:read',
    query: listQuery.extend({ cursor: idOf('retentionRun').optional() }),
    status: 200,
    response: listOf(retentionRun),
  }),
  apply: endpoint({
    id: 'applyRetention',
    method: 'POST',
    path: '/retention/runs',
    tag: 'Retention',
    summary: 'Dispose and archive now instead of in the night',
    permission: 'retention:write',
    status: 202,
    response: z.object({ job_id: z.string() }),
  }),
  holds: endpoint({
    id: 'listLegalHolds',
    method: 'GET',
    path: '/retention/holds',
    tag: 'Retention',
    summary: 'Legal holds, newest first, lifted ones among them',
    permission: 'retention:read',
    query: listQuery.extend({ cursor: idOf('hold').optional() }),
    status: 200,
    response: listOf(legalHold),
  }),
  placeHold: endpoint({
    id: 'placeLegalHold',
    method: 'POST',
    path: '/retention/holds',
    tag: 'Retention',
    summary: 'Keep a dataset, what belongs to a person, or everything from being disposed of',
    permission: 'retention:write',
    body: z
      .strictObject({
        scope: z.enum(holdScopes),
        subject_id: z.union([idOf('dataset'), idOf('user')]).optional(),
        reason: z.string().trim().min(10, 'expected at least 10 characters').max(2000),
      })
      .refine(
        ({ scope, subject_id: id }) =>
          scope === 'everything'
            ? id === undefined
            : id?.startsWith(scope === 'dataset' ? 'ds_' : 'usr_') === true,
        'expected the id of a dataset or of a person with that scope, and none with everything',
      ),
    status: 201,
    response: legalHold,
    errors: ['NOT_FOUND'],
  }),
  liftHold: endpoint({
    id: 'liftLegalHold',
    method: 'POST',
    path: '/retention/holds/:id/lift',
    tag: 'Retention',
    summary: 'Lift a legal hold, with the reason',
    permission: 'retention:write',
    params,
    body: z.strictObject({ reason: z.string().trim().min(10, 'expected at least 10 characters').max(2000) }),
    status: 200,
    response: legalHold,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
};
