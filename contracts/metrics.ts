import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

export const metricApprovals = ['draft', 'approved', 'retired'] as const;

/** A number defined once: an aggregate expression over one dataset, such as `sum(amount) / count(DISTINCT patient)`. */
export const metric = z.object({
  metric_id: z.string(),
  name: z.string(),
  synonyms: z.array(z.string()),
  description: z.string(),
  dataset_id: z.string(),
  dataset_name: z.string(),
  expression: z.string().describe('SQL that gives one number over rows of the dataset'),
  unit: z.string().nullable(),
  owner: z.object({ user_id: z.string(), name: z.string().nullable() }),
  approval: z.enum(metricApprovals),
  approved_by: z.object({ user_id: z.string(), name: z.string().nullable() }).nullable(),
  approved_at: timestamp.nullable(),
  approval_note: z.string().nullable(),
  revision: z.int().describe('Grows with each change of the definition, which also takes the approval back'),
  used_in: z.int().describe('Dashboards you may see that show it'),
  created_at: timestamp,
  updated_at: timestamp,
  may_change: z.boolean(),
  may_approve: z.boolean(),
  why_not: z.string().nullable(),
});
export type Metric = z.infer<typeof metric>;

/** A metric where it is shown: enough to say what the number means. */
export const metricUse = z.object({
  metric_id: z.string(),
  name: z.string(),
  description: z.string(),
  expression: z.string(),
  unit: z.string().nullable(),
  approval: z.enum(metricApprovals),
  revision: z.int(),
  column: z.string().describe('Its column in the answer'),
});
export type MetricUse = z.infer<typeof metricUse>;

const params = z.object({ id: idOf('metric') });
const definition = z.strictObject({
  name: z.string().trim().min(1).max(120),
  synonyms: z.array(z.string().trim().min(1).max(120)).max(20).default([]),
  description: z.string().trim().max(2000).default(''),
  dataset_id: idOf('dataset'),
  expression: z.string().trim().min(1).max(4000),
  unit: z.string().trim().min(1).max(40).nullable().default(null),
});
export type MetricDefinition = z.infer<typeof definition>;

export const metricsApi = {
  list: endpoint({
    id: 'listMetrics',
    method: 'GET',
    path: '/data/metrics',
    tag: 'Data',
    summary: 'Metrics that are defined once and mean the same everywhere',
    permission: 'metrics:read',
    query: listQuery.extend({
      dataset_id: idOf('dataset').optional(),
      approval: z.enum(metricApprovals).optional(),
      search: z.string().trim().max(200).optional(),
    }),
    status: 200,
    response: listOf(metric),
  }),
  get: endpoint({
    id: 'getMetric',
    method: 'GET',
    path: '/data/metrics/:id',
    tag: 'Data',
    summary: 'One metric',
    permission: 'metrics:read',
    params,
    status: 200,
    response: metric,
    errors: ['NOT_FOUND'],
  }),
  create: endpoint({
    id: 'createMetric',
    method: 'POST',
    path: '/data/metrics',
    tag: 'Data',
    summary: 'Define a metric, as a draft',
    permission: 'metrics:write',
    body: definition,
    status: 201,
    response: metric,
    errors: ['NOT_FOUND', 'CONFLICT', 'SQL_INVALID', 'SQL_NOT_ALLOWED'],
  }),
  update: endpoint({
    id: 'updateMetric',
    method: 'PUT',
    path: '/data/metrics/:id',
    tag: 'Data',
    summary: 'Change a metric; a changed expression, dataset or unit is a draft again',
    permission: 'metrics:write',
    params,
    body: definition.extend({ revision: z.int().min(1) }),
    status: 200,
    response: metric,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN', 'SQL_INVALID', 'SQL_NOT_ALLOWED'],
  }),
  approve: endpoint({
    id: 'approveMetric',
    method: 'POST',
    path: '/data/metrics/:id/approval',
    tag: 'Data',
    summary: 'Approve a metric, take the approval back, or retire it',
    description: 'Nobody but an administrator approves what they defined themselves.',
    permission: 'metrics:approve',
    params,
    body: z.strictObject({
      approval: z.enum(metricApprovals),
      revision: z.int().min(1).describe('What you read; approving another is a conflict'),
      note: z.string().trim().max(1000).default(''),
    }),
    status: 200,
    response: metric,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN'],
  }),
  remove: endpoint({
    id: 'deleteMetric',
    method: 'DELETE',
    path: '/data/metrics/:id',
    tag: 'Data',
    summary: 'Delete a metric no dashboard shows; one that is shown can be retired',
    permission: 'metrics:write',
    params,
    status: 204,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN'],
  }),
};
