import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, jsonValue, listOf, listQuery, sha256, timestamp } from './fields.ts';
import { insightGroups, insightKinds } from './insight-kinds.ts';
import { columnName } from './profiles.ts';

const severity = z.enum(['info', 'warning', 'critical']);

export const insightChart = z.object({
  kind: z.enum(['line', 'bar', 'points']),
  x_title: z.string(),
  y_title: z.string(),
  x_type: z.enum(['time', 'category', 'number']),
  /** `lower` and `upper`: what was expected there, or the interval of an estimate. */
  points: z.array(
    z.object({
      x: z.union([z.string(), z.number()]),
      y: z.number().nullable(),
      marked: z.boolean(),
      lower: z.number().nullable(),
      upper: z.number().nullable(),
    }),
  ),
});
export type InsightChart = z.infer<typeof insightChart>;

export const finding = z.object({
  finding_id: z.string().describe('Equal for the same finding of an equal generation'),
  group: z.enum(insightGroups),
  kind: z.enum(insightKinds),
  severity,
  columns: z.array(z.string()),
  title: z.string(),
  text: z.string().describe('What was found, with its numbers'),
  numbers: z.record(z.string(), z.number().nullable()).describe('Every number of the text, unrounded'),
  value: z.number().nullable().describe('The most extreme value found, in the unit of the column'),
  expected: z.object({ lower: z.number(), upper: z.number() }).nullable(),
  rows: z
    .array(
      z.object({
        row: z.int().describe('From 1, as the asker sees the dataset'),
        values: z.record(z.string(), jsonValue),
      }),
    )
    .describe('The most extreme ones'),
  period: z.object({ from: z.string(), to: z.string() }).nullable(),
  effect: z.object({ name: z.string(), value: z.number() }).nullable(),
  p: z.number().nullable(),
  p_adjusted: z.number().nullable().describe('Corrected for the number of things looked at'),
  n: z.int().describe('Rows it was worked out from'),
  sampled: z.boolean(),
  sql: z.string().describe('Runs as it is over this dataset alone'),
  chart: insightChart.nullable(),
  based_on: z.array(z.string()).describe('Recommendations: the findings they follow from'),
  action: z.string().nullable(),
});
export type Finding = z.infer<typeof finding>;

const insightHead = z.object({
  insight_id: idOf('insight'),
  dataset_id: idOf('dataset'),
  version_id: idOf('version'),
  content_sha256: sha256,
  measure: z.string().nullable(),
  time_column: z.string().nullable(),
  seed: z.int(),
  finding_count: z.int(),
  created_by: z.string(),
  created_at: timestamp,
  provenance_id: z.string(),
});

export const insightReport = insightHead.extend({
  engine: z.string(),
  parameters: z.record(z.string(), jsonValue),
  rows: z.int(),
  sampled_rows: z.int(),
  restricted: z.boolean().describe('Worked out from the part of the dataset that the asker sees'),
  measures: z.array(z.string()).describe('Columns that can be chosen as measure'),
  tests: z.int().describe('Things looked at, for which p_adjusted is corrected'),
  correction: z.literal('Benjamini-Hochberg'),
  level: z.number(),
  overview: z.object({
    text: z.string(),
    written_by: z.enum(['template', 'language_model']),
    note: z.string().nullable().describe('Why a language model’s text was not taken'),
  }),
  findings: z.array(finding),
  not_found: z.array(z.string()).describe('What was looked for and not found, or could not be looked for'),
  result_sha256: sha256.describe('Of findings and not_found; equal when the same is generated again'),
  execution_ms: z.number(),
});
export type InsightReport = z.infer<typeof insightReport>;
export type InsightHead = z.infer<typeof insightHead>;

export const insightsApi = {
  generate: endpoint({
    id: 'generateInsights',
    method: 'POST',
    path: '/insights/generate',
    tag: 'Insights',
    summary: 'What changed, what is odd, what drives a measure, and what to do',
    description:
      'Answers at once up to about 50 million cells; beyond that, or with `background`, the answer names a job whose result holds the insight_id. The same dataset version, measure and seed give the same findings.',
    permission: 'queries:run',
    rate: 'query',
    body: z.strictObject({
      dataset_id: idOf('dataset'),
      version_id: idOf('version').optional(),
      measure: columnName.optional().describe('A column of numbers or yes/no; chosen when absent'),
      time_column: columnName.optional().describe('A column of dates or times; chosen when absent'),
      seed: z.int().min(0).max(2_147_483_647).default(1),
      background: z.boolean().default(false),
    }),
    status: 200,
    response: z.object({ report: insightReport.nullable(), job_id: z.string().nullable() }),
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'QUERY_TIMEOUT', 'QUERY_OUT_OF_MEMORY', 'OVERLOADED'],
  }),
  list: endpoint({
    id: 'listInsights',
    method: 'GET',
    path: '/insights',
    tag: 'Insights',
    summary: 'What was generated for a dataset and is kept, newest first',
    permission: 'queries:run',
    query: listQuery.extend({ dataset_id: idOf('dataset'), version_id: idOf('version').optional() }),
    status: 200,
    response: listOf(insightHead),
    errors: ['NOT_FOUND'],
  }),
  get: endpoint({
    id: 'getInsights',
    method: 'GET',
    path: '/insights/:id',
    tag: 'Insights',
    summary: 'One generation with its findings',
    permission: 'queries:run',
    params: z.object({ id: idOf('insight') }),
    status: 200,
    response: insightReport,
    errors: ['NOT_FOUND'],
  }),
};
