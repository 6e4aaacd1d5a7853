import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, jsonValue, listOf, listQuery, timestamp } from './fields.ts';
import { metricUse } from './metrics.ts';
import { columnSchema } from './profiles.ts';

const wordMeaning = z.object({
  text: z.string(),
  start: z.int(),
  end: z.int(),
  role: z.enum([
    'column',
    'table',
    'value',
    'aggregate',
    'filter',
    'group',
    'order',
    'limit',
    'time',
    'comparison',
    'ignored',
    'unknown',
  ]),
  target: z.string().describe('What it was taken for, in words'),
  column: z.string().nullable(),
  value: jsonValue,
  confidence: z.number(),
  alternatives: z.array(z.object({ target: z.string(), column: z.string().nullable(), value: jsonValue })),
});

export const interpretation = z.object({ sentence: z.string(), words: z.array(wordMeaning) });
export type InterpretationDocument = z.infer<typeof interpretation>;

export const correction = z.strictObject({
  start: z.int().min(0),
  end: z.int().min(0),
  column: z.string().max(300).optional(),
  value: jsonValue.optional(),
  ignore: z.boolean().optional(),
});

export const chart = z.object({
  type: z.enum([
    'line',
    'bar',
    'grouped_bar',
    'area',
    'scatter',
    'histogram',
    'box',
    'heatmap',
    'number',
    'table',
  ]),
  title: z.string(),
  /** Vega-Lite; its data is named `rows`: one object a row, keyed by column name. Null for number and table. */
  spec: z.record(z.string(), z.unknown()).nullable(),
});
export type ChartDocument = z.infer<typeof chart>;

export const unanswerable = z.object({
  reason: z.string(),
  not_understood: z.array(z.string()),
  suggestions: z.array(z.string()),
});

export const answer = z.object({
  query_id: z.string(),
  kind: z.enum(['natural', 'sql']),
  question: z.string().nullable(),
  dataset_ids: z.array(z.string()),
  sql: z.string().nullable().describe('Null when the question could not be answered'),
  columns: z.array(columnSchema),
  rows: z.array(z.array(jsonValue)),
  truncated: z.boolean(),
  chart: chart.nullable(),
  explanation: z.string(),
  confidence: z.number(),
  interpretation: interpretation.nullable(),
  unanswerable: unanswerable.nullable(),
  /** Which path made the SQL; `note` says why when it was not the expected one. */
  answered_by: z.enum(['grammar', 'language_model', 'person']),
  note: z.string().nullable(),
  metrics: z.array(metricUse).optional().describe('Governed metrics it shows, with what they mean'),
  execution_ms: z.number(),
  cached: z.boolean(),
  /** True when a slow engine made us serve an older answer. */
  stale: z.boolean(),
  created_at: timestamp,
  provenance_id: z.string().nullable(),
});
export type Answer = z.infer<typeof answer>;

const datasetIds = z.array(idOf('dataset')).min(1).max(20);
const sqlText = z.string().trim().min(1).max(100_000);

export const queriesApi = {
  natural: endpoint({
    id: 'askQuestion',
    method: 'POST',
    path: '/query/natural',
    tag: 'Questions',
    summary: 'Ask in plain words',
    description: 'A question that is not understood is answered 200 with `sql: null` and `unanswerable`.',
    permission: 'queries:run',
    rate: 'query',
    body: z.strictObject({
      question: z.string().trim().min(1).max(2000),
      dataset_ids: datasetIds,
      corrections: z.array(correction).max(50).optional(),
    }),
    status: 200,
    response: answer,
    errors: ['NOT_FOUND', 'QUERY_TIMEOUT', 'QUERY_OUT_OF_MEMORY', 'OVERLOADED'],
  }),
  sql: endpoint({
    id: 'runSql',
    method: 'POST',
    path: '/query/sql',
    tag: 'Questions',
    summary: 'Run a SELECT over datasets',
    description: 'Each dataset is known by its table_name; with one dataset it is also the table `dataset`.',
    permission: 'queries:run',
    rate: 'query',
    body: z.strictObject({
      sql: sqlText,
      dataset_ids: datasetIds,
      max_rows: z.int().min(1).max(100_000).optional(),
    }),
    status: 200,
    response: answer,
    errors: [
      'NOT_FOUND',
      'SQL_INVALID',
      'SQL_NOT_ALLOWED',
      'QUERY_TIMEOUT',
      'QUERY_OUT_OF_MEMORY',
      'QUERY_FAILED',
      'OVERLOADED',
    ],
  }),
  validate: endpoint({
    id: 'validateSql',
    method: 'POST',
    path: '/query/validate',
    tag: 'Questions',
    summary: 'Check SQL without running it',
    permission: 'queries:run',
    body: z.strictObject({
      sql: z.string().max(100_000),
      dataset_ids: z.array(idOf('dataset')).max(20).default([]),
    }),
    status: 200,
    response: z.object({
      valid: z.boolean(),
      errors: z.array(
        z.object({
          code: z.string(),
          message: z.string(),
          line: z.int().nullable(),
          column: z.int().nullable(),
        }),
      ),
    }),
    errors: ['NOT_FOUND', 'OVERLOADED'],
  }),
  suggestions: endpoint({
    id: 'suggestQuestions',
    method: 'GET',
    path: '/query/suggestions',
    tag: 'Questions',
    summary: 'Questions these datasets can answer',
    permission: 'queries:run',
    query: z.object({
      dataset_ids: z.string().max(2000).describe('Dataset ids, separated by commas'),
      limit: z.coerce.number().int().min(1).max(20).default(6),
    }),
    status: 200,
    response: z.object({ items: z.array(z.string()) }),
    errors: ['NOT_FOUND'],
  }),
  history: endpoint({
    id: 'listQueries',
    method: 'GET',
    path: '/query/history',
    tag: 'Questions',
    summary: 'What you asked before, newest first',
    permission: 'queries:run',
    query: listQuery.extend({ dataset_id: idOf('dataset').optional() }),
    status: 200,
    response: listOf(
      z.object({
        query_id: z.string(),
        kind: z.enum(['natural', 'sql']),
        question: z.string().nullable(),
        sql: z.string().nullable(),
        dataset_ids: z.array(z.string()),
        answered: z.boolean(),
        row_count: z.int().nullable(),
        execution_ms: z.number().nullable(),
        created_at: timestamp,
      }),
    ),
  }),
};
